import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { removeHome } from './platform-home.ts';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

export type RoleProcess = {
  readonly pid: number;
  /** What it wrote to standard output and standard error. */
  readonly text: () => string;
  /** SIGTERM, and the exit status once it is gone. */
  readonly stop: () => Promise<number | null>;
};
export type Roles = {
  readonly home: string;
  /** Every role that starts is given these; to be added to. */
  readonly env: Record<string, string>;
  /** Starts `serve --roles ...` and waits until it says that it is ready; its `env` is for this one alone. */
  readonly start: (
    roles: string,
    how?: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
  ) => Promise<RoleProcess>;
};

/** Roles of one installation as processes of their own, with tokens that they share; ended, and the home removed, after the tests of a file. */
export function rolesOfTest(home: string): Roles {
  const children = new Set<ChildProcess>();
  const env: Record<string, string> = {
    FILMWRIGHT_HOME: home,
    FILMWRIGHT_TOKEN: 'user-token-of-the-journey',
    FILMWRIGHT_RUNNER_TOKEN: 'runner-token-of-the-journey',
  };
  after(async () => {
    await Promise.all([...children].map((child) => stopped(child)));
    await removeHome(home);
  });
  return {
    home,
    env,
    async start(roles, { args = [], env: own = {} } = {}) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'serve', '--roles', roles, ...args], {
        env: { ...process.env, ...env, ...own },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.add(child);
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
      await new Promise<void>((resolve, reject) => {
        child.stdout.on('data', () => text.includes('Filmwright is ready') && resolve());
        child.once('exit', (status) => reject(new Error(`serve --roles ${roles} ended with ${status}: ${text}`)));
      });
      return { pid: child.pid ?? 0, text: () => text, stop: () => stopped(child) };
    },
  };
}

async function stopped(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return gone;
}

/** The first of so many ports of loopback, one after another, that nobody has at this moment; not of those that systems give to connections, which may have them the next moment. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = 15_000 + Math.floor(Math.random() * 15_000);
    const free = await Promise.all(Array.from({ length: count }, (_, at) => isFree(first + at)));
    if (!free.includes(false)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
