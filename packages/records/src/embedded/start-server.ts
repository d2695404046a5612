import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chown, mkdir, readFile, realpath, rename, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { deathLauncher } from '@filmwright/process/death-launcher';
import { isAlive } from '@filmwright/process/is-alive';
import { postgresBinaries } from './binaries.ts';
import { checkReachable, databaseEnvironment, databaseOwner, databasePassword, dataFolder, type Owner } from './data-folder.ts';
import { forgetPostmaster, isZombie, postmaster, serves } from './postmaster.ts';

export type StartServer = {
  readonly home: string;
  /** 0, the default, takes the port that the server had last, by which others may know it, else a free one. */
  readonly port?: number;
  /** Whether it can feed a standby; a server of `copyToStandby` needs it too. */
  readonly replicates?: boolean;
  /** Whether it ends when the process dies that started it, however that happens, where the kernel can tell it so (Linux): for data that nobody wants afterwards. */
  readonly diesWithStarter?: boolean;
};
export type RunningPostgres = {
  readonly connectionString: string;
  readonly pid: number;
  /** Ends it cleanly; waits until it is gone. */
  stop(): Promise<void>;
  /** Resolves when it is gone, however it ended. */
  readonly exited: Promise<void>;
};

const readyWithinMs = 30_000;
/** A longer log is put aside at the next start; one older log is kept. */
const mostLogBytes = 8 * 1024 ** 2;

/** Small enough for a laptop's background; a busy installation uses a database of its own by DATABASE_URL. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '80',
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '32MB',
  max_wal_size: '1GB',
  // A plan of many thousand tasks fits into it: with less, who writes the plan waits for the disk in the middle of it.
  wal_buffers: '16MB',
  autovacuum_max_workers: '1',
  autovacuum_naptime: '10s',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_logical_replication_workers: '0',
  max_wal_senders: '0',
  // What is shared beyond that lies in the data folder and goes with it: of a server that was killed and not started again, files would stay in /dev/shm.
  dynamic_shared_memory_type: 'mmap',
  // As much lies in memory from the start, so that of those files there is only that of its control, some pages.
  min_dynamic_shared_memory: '4MB',
  wal_level: 'minimal',
  io_method: 'sync',
  jit: 'off',
  synchronous_commit: 'on',
  log_min_messages: 'warning',
} as const;

const replicating = { wal_level: 'replica', max_wal_senders: '4', max_replication_slots: '4' } as const;

/** Starts the server of a home whose data is of its version, or takes over the one that still runs there after its supervisor was killed. */
export async function startServer({
  home: given,
  port = 0,
  replicates = false,
  diesWithStarter = false,
}: StartServer): Promise<RunningPostgres> {
  await mkdir(join(given, 'postgresql'), { recursive: true });
  // One spelling of the path, by which a running server of this home is known again.
  const home = await realpath(given);
  const base = join(home, 'postgresql');
  const owner = databaseOwner();
  if (owner !== null) await checkReachable(base);
  const binaries = await postgresBinaries(home);
  const data = await dataFolder({ home, binaries, owner });
  const password = await databasePassword(home);
  const untilMs = performance.now() + readyWithinMs;
  let lastLog = '';
  while (performance.now() < untilMs) {
    const there = await postmaster(data);
    if (there !== null && isAlive(there.pid)) {
      const ours = await serves({ pid: there.pid, data });
      if (ours && there.ready && (await answers(there.port))) return running({ pid: there.pid, port: there.port, password });
      if (ours) {
        await pause(30);
        continue;
      }
      await forgetPostmaster(data);
    }
    const at = port === 0 ? await portOf(data) : port;
    lastLog = await launch({ home, binaries, data, owner, replicates, diesWithStarter, port: at });
    if (lastLog !== '') await pause(200);
  }
  throw new FilmwrightError(
    /No space left/.test(lastLog) ? 'disk-full' : 'unavailable',
    `PostgreSQL did not start in ${data} within ${readyWithinMs / 1000} s. ${lastLog.slice(-600)}`,
  );
}

type Launch = Required<StartServer> & { readonly binaries: string; readonly data: string; readonly owner: Owner };

/** Starts the server and waits until it is ready (empty answer) or gone (the end of its log). */
async function launch({ home, binaries, data, owner, port, replicates, diesWithStarter }: Launch): Promise<string> {
  const logPath = join(home, 'postgresql', 'server.log');
  const logged = await stat(logPath).catch(() => null);
  if (logged !== null && logged.size > mostLogBytes) await rename(logPath, `${logPath}.1`);
  const log = openSync(logPath, 'a');
  if (owner !== null) await chown(logPath, owner.uid, owner.gid);
  const options = Object.entries({ ...settings, ...(replicates ? replicating : {}), port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  // At its interrupt it ends fast, and frees what it shares.
  const [program = '', ...words] = [...(diesWithStarter ? deathLauncher('INT') : []), join(binaries, 'bin', 'postgres'), '-D', data];
  const child = spawn(program, [...words, ...options], {
    cwd: data,
    env: databaseEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
    ...(owner ?? {}),
  });
  closeSync(log);
  child.unref();
  let gone = false;
  child.once('exit', () => {
    gone = true;
  });
  child.once('error', () => {
    gone = true;
  });
  while (!gone) {
    const there = await postmaster(data);
    if (there !== null && there.pid === child.pid && there.ready) return '';
    await pause(20);
  }
  return (await readFile(logPath, 'utf8').catch(() => '')).slice(-1000) || 'it ended without a word';
}

/** A server that runs, by its process and port. */
export function running({
  pid,
  port,
  password,
}: {
  readonly pid: number;
  readonly port: number;
  readonly password: string;
}): RunningPostgres {
  const exited = (async () => {
    while (isAlive(pid) && !(await isZombie(pid))) await pause(250, true);
  })();
  return {
    connectionString: `postgres://filmwright:${password}@127.0.0.1:${port}/postgres`,
    pid,
    exited,
    async stop() {
      const gone = async (withinMs: number): Promise<boolean> => {
        for (const untilMs = performance.now() + withinMs; performance.now() < untilMs; await pause(10))
          if (!isAlive(pid) || (await isZombie(pid))) return true;
        return false;
      };
      if (!isAlive(pid)) return;
      process.kill(pid, 'SIGINT');
      if (await gone(10_000)) return;
      process.kill(pid, 'SIGQUIT');
      await gone(5000);
    },
  };
}

/** Whether something listens on a local port: a server that is just being killed is still in the list of processes. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The port that the server of this data had last while nobody listens there, else a free one. */
async function portOf(data: string): Promise<number> {
  const text = await readFile(join(data, 'postmaster.opts'), 'utf8').catch(() => '');
  const last = Number(/"port=(\d+)"/.exec(text)?.[1] ?? 0);
  return freePort(last).catch(() => freePort());
}

/** A port of 127.0.0.1 that nobody listens at; that which is `wanted`, or it throws. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function pause(durationMs: number, background = false): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    if (background) timer.unref();
  });
}
