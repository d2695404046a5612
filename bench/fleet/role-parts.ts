import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { childrenOf } from '../../apps/cli/src/drill/children-of.ts';
import { sent } from '../../apps/cli/src/drill/strike.ts';

/** A process of the program that stays, such as one of `serve --roles`. */
export type RolePart = {
  readonly pid: number;
  /** What it wrote. */
  readonly text: () => string;
  /** SIGTERM; waits until it is gone. */
  readonly stop: () => Promise<void>;
  /** kill -9 of it and of what it started. */
  readonly kill: () => Promise<void>;
};
export type StartingPart = {
  /** Folder of the program, whole with its packages. */
  readonly root: string;
  /** Words after `filmwright`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Put before the command, such as what enters another network. */
  readonly enter?: readonly string[];
  /** What it writes once it is there. */
  readonly ready?: string;
};

/** Folder of this program. */
export const ownRoot = resolve(import.meta.dirname, '../..');
/** The command of a program in a folder. */
export const commandOf = (root: string): readonly string[] => [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(root, 'apps/cli/src/main.ts'),
];

/** Starts a part and waits until it says that it is there; throws with what it wrote where it ends before that. */
export async function startPart({ root, args, env, enter = [], ready = 'Filmwright is ready' }: StartingPart): Promise<RolePart> {
  const [program = '', ...rest] = [...enter, ...commandOf(root), ...args];
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => text.includes(ready) && resolve());
    child.once('exit', (status) => reject(new Error(`${args.join(' ')} ended with ${status}: ${text.slice(-2000)}`)));
  });
  const { pid = 0 } = child;
  return {
    pid,
    text: () => text,
    stop() {
      child.kill('SIGTERM');
      return gone;
    },
    async kill() {
      const pids = [...childrenOf(pid), pid];
      // What it started would be started again by it.
      child.kill('SIGSTOP');
      for (const one of pids) sent(one, 'SIGKILL');
      await gone;
    },
  };
}
