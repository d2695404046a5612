import { type ChildProcess, spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RunnerEnd } from '@filmwright/contracts';
import { heedRunnerEnd } from '@filmwright/process/heed-runner-end';

export type AppName = 'gateway' | 'controller' | 'runner';
export type SuperviseOptions = {
  readonly app: AppName;
  readonly name: string;
  readonly env: () => Readonly<Record<string, string>>;
  readonly logTo: number | 'inherit';
  /** Called with each line of standard output and each IPC message. */
  readonly onSign: (sign: Readonly<Record<string, unknown>>) => void;
  /** Of a runner: called with how it ended where that was not in order, before it starts again. */
  readonly onEnd?: (end: RunnerEnd) => void;
  /** How long it may take to end before it is killed; 5 s when left out. */
  readonly graceMs?: number;
};
export type Supervised = {
  readonly pid: () => number | undefined;
  /** Sends a message to the app that runs now; one that starts later is told by its environment. */
  readonly tell: (message: Readonly<Record<string, string>>) => void;
  readonly stop: () => Promise<void>;
};

/** The file of an app's program. */
export function entryOf(app: AppName): string {
  return fileURLToPath(new URL(entries[app], import.meta.url));
}

const entries: Readonly<Record<AppName, string>> = {
  gateway: '../../../gateway/src/main.ts',
  controller: '../../../controller/src/main.ts',
  runner: '../../../runner/src/main.ts',
};

/** A small young generation keeps an idle app small; collected by one thread it starts in half the time, since helpers only wait for a core. */
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2', '--single-threaded-gc'];

/**
 * Keeps one app running until it is stopped. Running: child lives. Waiting: it died and starts again after 0.2 s, doubled
 * up to 5 s while it keeps dying young. Stopped: for good.
 */
export function supervise({ app, name, env, logTo, onSign, onEnd, graceMs = 5000 }: SuperviseOptions): Supervised {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let waitMs = 200;
  const start = (): void => {
    const startedMs = performance.now();
    const started = spawn(process.execPath, [...flags, entryOf(app)], {
      env: { ...process.env, ...env(), FILMWRIGHT_PROCESS: name },
      stdio: ['ignore', 'pipe', onEnd === undefined ? logTo : 'pipe', 'ipc'],
    });
    child = started;
    const told = onEnd === undefined ? null : heedRunnerEnd(started, { pass: passTo(logTo) });
    started.on('message', (message) => onSign(message as Readonly<Record<string, unknown>>));
    started.stdout?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.startsWith('{')) onSign(JSON.parse(line) as Readonly<Record<string, unknown>>);
    });
    started.on('error', () => {});
    started.on('exit', async () => {
      child = undefined;
      const end = await told;
      if (end) onEnd?.(end);
      if (stopped) return;
      waitMs = performance.now() - startedMs > 10_000 ? 200 : Math.min(5000, waitMs * 2);
      timer = setTimeout(start, waitMs);
    });
  };
  start();
  return {
    pid: () => child?.pid,
    tell: (message) => {
      if (child?.connected) child.send(message, () => {});
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const ending = child;
      if (ending === undefined) return;
      const gone = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
      ending.kill('SIGTERM');
      const force = setTimeout(() => ending.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(force);
    },
  };
}

/** Where what is read of a runner's standard error goes on to. */
function passTo(logTo: SuperviseOptions['logTo']): (text: string) => void {
  if (logTo === 'inherit') return (text) => void process.stderr.write(text);
  return (text) => {
    try {
      writeSync(logTo, text);
    } catch {
      // Its disk is full, or nobody needs the log any more.
    }
  };
}
