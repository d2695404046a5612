import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

/** What the command is started with, as its bin does. */
function environment(home: string): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/compiled'), ...process.env, FILMWRIGHT_HOME: home };
}

/** A home of its own, below FILMWRIGHT_BENCH_DIR or the temporary folder; the database's unprivileged user must be able to enter it. */
export function benchHome(): string {
  const home = mkdtempSync(join(process.env.FILMWRIGHT_BENCH_DIR ?? tmpdir(), 'filmwright-bench-'));
  chmodSync(home, 0o755);
  return home;
}

export type Made = {
  readonly build: string;
  readonly master: string;
  readonly report: string;
  readonly tasks: { readonly run: number; readonly reused: number };
  readonly wallMs: number;
};

/** Runs the command and gives its `--json` answer; throws with its output when it fails. */
export async function filmwright(home: string, args: readonly string[]): Promise<Made> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args, '--json'], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`filmwright ${args.join(' ')} ended with ${status}: ${text}`);
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Made;
}

/** Starts the platform and waits until it says it is ready; gives how long that took. */
export async function serve(home: string): Promise<{ readonly child: ChildProcess; readonly readyMs: number }> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'serve', '--port', '0'], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('is ready')) resolve();
    });
    child.once('exit', (status) => reject(new Error(`serve ended with ${status}`)));
  });
  return { child, readyMs: performance.now() - startedMs };
}

/** Ends a platform and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await gone;
}

/** Removes a home. */
export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true });
}

/** Sum of PSS in MB of all processes whose environment names this home, or that descend from one that does. */
export function pssMb(home: string): number {
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const named =
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home) ||
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home) ||
        isDatabase(pid, home);
      if (!named || Number(pid) === process.pid) continue;
      sum += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
    }
  }
  return sum / 1024;
}

/** The database's processes carry nothing of the home in their names but work in its folder. */
function isDatabase(pid: string, home: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres') && readFileSync(`/proc/${pid}/maps`, 'utf8').includes(home);
}
