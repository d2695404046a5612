import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mountsBelow, unmount } from '@filmwright/process/mounts';

// Looking over every picture takes longer than these small films; the journey of clips has it done.
process.env.FILMWRIGHT_REVIEW ??= 'off';
// While a browser is looked at nothing runs, and trying every model would take the processor from it.
process.env.FILMWRIGHT_MEASURE ??= '0';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

/** A home that the database's unprivileged user can enter. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-journey-'));
  chmodSync(home, 0o755);
  return home;
}

/** Ends whatever still runs on a home and removes it. */
export async function removeHome(home: string): Promise<void> {
  for (const { pid } of processesOf(home)) killHard(pid);
  await until(() => processesOf(home).length === 0, 'processes of the home end');
  // Of a database that was killed here; one that ended by itself left nothing.
  if (existsSync(join(home, 'postgresql', 'data', 'postmaster.pid'))) await (await import('@filmwright/records/embedded')).freeShared(home);
  for (const { point } of mountsBelow(home)) unmount(point);
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}

/** Makes homes for the tests of a file; they are ended and removed after the last of them. */
export function homesOfTest(): () => string {
  const homes: string[] = [];
  after(async () => {
    for (const home of homes) await removeHome(home);
  });
  return () => {
    const home = makeHome();
    homes.push(home);
    return home;
  };
}

/** The one home of a file's tests; it is ended and removed after the last of them. */
export function homeOfTest(): string {
  return homesOfTest()();
}

export type Gateway = { readonly url: string; readonly token: string };
export type TestPlatform = {
  readonly home: string;
  /** Starts the platform the first time that it is asked for, waits until it answers, and gives its address. */
  readonly open: () => Promise<Gateway>;
};

/** A platform that stays, so that each command need not start its own; it is told to end, and its home removed, after the tests of a file. `args` are further ones of `serve`. */
export function platformOfTest(...args: readonly string[]): TestPlatform {
  const home = makeHome();
  let running: Running | null = null;
  let ended: Ended | null = null;
  after(async () => {
    if (running !== null && ended === null) process.kill(running.pid, 'SIGTERM');
    await running?.ended;
    await removeHome(home);
  });
  return {
    home,
    async open() {
      if (running === null) {
        running = start(home, ['serve', '--port', '0', ...args]);
        void running.ended.then((how) => {
          ended = how;
        });
      }
      const path = join(home, 'platform.json');
      await until(() => ended !== null || existsSync(path), 'the platform is ready');
      if (ended !== null) throw new Error(`the platform ended: ${JSON.stringify(ended)}`);
      return JSON.parse(readFileSync(path, 'utf8')) as Gateway;
    },
  };
}

export type Ended = { readonly status: number | null; readonly out: string; readonly err: string };
export type Running = { readonly pid: number; readonly ended: Promise<Ended> };

/** Starts the command on a home. */
export function start(home: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { ...process.env, FILMWRIGHT_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err += part;
  });
  const ended = new Promise<Ended>((resolve) => child.once('close', (status) => resolve({ status, out, err })));
  return { pid: child.pid ?? 0, ended };
}

/** Runs the command to its end. */
export function filmwright(home: string, args: readonly string[]): Promise<Ended> {
  return start(home, args).ended;
}

export type Process = {
  readonly pid: number;
  readonly role: 'program' | 'gateway' | 'controller' | 'runner' | 'executor' | 'ffmpeg' | 'postgres' | 'other';
};

/** Every living process that works for a home. One that was just forked, and is not yet what it is to be, is its parent. */
export function processesOf(home: string): readonly Process[] {
  const found = new Map<number, { readonly parent: number; readonly command: string }>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const [, state, parent] = /\) ([A-Z]) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      if (state === 'Z' || state === 'X') continue;
      const named =
        command.includes(home) ||
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`FILMWRIGHT_HOME=${home}`) ||
        readlinkSync(`/proc/${pid}/cwd`).startsWith(home);
      if (named) found.set(pid, { parent: Number(parent), command });
    } catch {
      // It ended meanwhile.
    }
  }
  return [...found].flatMap(([pid, { parent, command }]) =>
    found.get(parent)?.command === command ? [] : [{ pid, role: roleOf(command) }],
  );
}

function roleOf(command: string): Process['role'] {
  if (/postgres/.test(command.split(' ')[0] ?? '')) return 'postgres';
  // One that is asked what it can do makes nothing, and neither does a trial of an encoder.
  if (/(^|\/)ffmpeg /.test(command)) return /-(version|encoders|filters) $|testsrc2/.test(command) ? 'other' : 'ffmpeg';
  for (const role of ['gateway', 'controller', 'runner'] as const) if (command.includes(`apps/${role}/src/main.ts`)) return role;
  if (command.includes('executor-main.ts')) return 'executor';
  return command.includes('apps/cli/src/main.ts') ? 'program' : 'other';
}

/** kill -9; a process that is gone already is no error. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

/** Waits until something holds, at most two minutes: machines may be busy with other things. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const untilMs = performance.now() + 120_000;
  while (!holds()) {
    if (performance.now() > untilMs) throw new Error(`waited two minutes until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
