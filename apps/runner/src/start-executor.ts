import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deathLauncher } from '@filmwright/process/death-launcher';
import { executorEnvironment } from './executor-environment.ts';

type Starting = {
  /** What it is told beside the environment of this process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** GPUs that it sees, by the driver's names of them; whichever there are when empty. */
  readonly devices: readonly string[];
  /** Program and arguments that start it in its own place; none where it starts by itself. */
  readonly startedBy: readonly string[];
};

const entry = fileURLToPath(new URL('./executor-main.ts', import.meta.url));
// Frames lie outside of the heap; with one that starts small each few of them begin a whole collection.
const flags = ['--disable-warning=ExperimentalWarning', '--initial-heap-size=128'];

/** Starts the program of an executor, which dies with this process: a task that spins hears of no end. */
export function startExecutor({ env, devices, startedBy }: Starting): ChildProcess {
  const [execPath = '', ...words] = [...startedBy, ...deathLauncher(), process.execPath];
  return fork(entry, [String(process.pid)], {
    env: {
      ...{ ...executorEnvironment({ ...process.env, ...env }), FILMWRIGHT_DEVICE: devices.join() },
      ...(devices.length > 0 && { CUDA_VISIBLE_DEVICES: devices.join() }),
    },
    execPath,
    execArgv: [...words, ...flags],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
}
