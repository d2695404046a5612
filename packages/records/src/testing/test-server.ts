import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from '@filmwright/process/is-alive';
import pg from 'pg';
import { type RunningPostgres, startPostgres } from '../embedded/start-postgres.ts';
import { type OpenedRecords, openRecords } from '../open-records.ts';

/** A real PostgreSQL of its own for one test file. */
export type TestServer = {
  /** A fresh database with the newest schema, opened, and a way to look into it by SQL. */
  readonly open: () => Promise<TestRecords>;
  /** A fresh database without any table. */
  readonly empty: () => Promise<{ readonly connectionString: string }>;
  /** Waits until the killed server is gone and starts it again on its port. */
  readonly restart: () => Promise<void>;
  readonly pid: () => number;
  readonly home: string;
  readonly stop: () => Promise<void>;
};
export type TestRecords = {
  readonly records: OpenedRecords;
  readonly connectionString: string;
  readonly sql: (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;
  /** For whoever opens one after the other: the server lets in so many connections only. The others are closed with it. */
  readonly close: () => Promise<void>;
};

/** What the tests of a file ask of their server. */
export type ServerOfTests = Pick<TestServer, 'open' | 'empty'> & { readonly started: Promise<TestServer> };

const template = 'filmwright_template';
/** A folder of whoever runs many test files: the first server leaves its files there as they were before any test, the others begin with a copy. */
const prepared = process.env.FILMWRIGHT_TEST_DATABASE;
const parts = ['data', 'password'];

/** Starts the server in a temp folder; every `open` copies one template database, so that no test sees another's rows. */
export async function startTestServer(): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-records-'));
  // PostgreSQL runs as another user where the tests run as root.
  await chmod(home, 0o755);
  const isPrepared = await takePrepared(home);
  let server: RunningPostgres = await startPostgres({ home, diesWithStarter: true });
  const closes = new Set<() => Promise<void>>();
  const to = (database: string): string => {
    const url = new URL(server.connectionString);
    url.pathname = `/${database}`;
    return url.href;
  };
  const admin = async (text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server.connectionString });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  if (!isPrepared) {
    await admin(`create database ${template}`);
    await (await openRecords({ connectionString: to(template) })).close();
    if (prepared !== undefined) {
      await server.stop();
      await keepPrepared(home, prepared);
      server = await startPostgres({ home, diesWithStarter: true });
    }
  }
  let count = 0;
  const create = async (from: string): Promise<string> => {
    count += 1;
    const name = `test_${count}`;
    await admin(`create database ${name} template ${from}`);
    return to(name);
  };
  return {
    home,
    pid: () => server.pid,
    empty: async () => ({ connectionString: await create('template0') }),
    async open() {
      const connectionString = await create(template);
      const records = await openRecords({ connectionString });
      const pool = new pg.Pool({ connectionString, max: 1 });
      pool.on('error', () => {});
      const close = async (): Promise<void> => {
        if (closes.delete(close)) await Promise.all([records.close(), pool.end()]);
      };
      closes.add(close);
      const sql: TestRecords['sql'] = async (text, values = []) => (await pool.query<Record<string, unknown>>(text, [...values])).rows;
      return { records, connectionString, sql, close };
    },
    async restart() {
      await server.exited;
      server = await startPostgres({ home, diesWithStarter: true, port: Number(new URL(server.connectionString).port) });
    },
    async stop() {
      for (const close of closes) await close();
      // At once and without a checkpoint: its files are removed anyway.
      process.kill(server.pid, 'SIGQUIT');
      while (isAlive(server.pid)) await sleep(10);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The server of a test file, said once above its tests: it starts at once, is there before the first test and stopped after the last. */
export function serverOfTests(): ServerOfTests {
  const started = startTestServer();
  before(() => started);
  after(async () => (await started).stop());
  return { started, open: async () => (await started).open(), empty: async () => (await started).empty() };
}

/** Copies with owners and modes: PostgreSQL's files are those of another user where the tests run as root. */
async function copyParts(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await promisify(execFile)('cp', ['-a', ...parts.map((part) => join(from, part)), to]);
}

async function takePrepared(home: string): Promise<boolean> {
  const whole = prepared === undefined ? null : join(prepared, 'whole');
  if (whole === null || (await stat(whole).catch(() => null)) === null) return false;
  await copyParts(whole, join(home, 'postgresql'));
  return true;
}

async function keepPrepared(home: string, folder: string): Promise<void> {
  const part = join(folder, `part-${process.pid}`);
  await copyParts(join(home, 'postgresql'), part);
  // Who has the copy must not want the port that a killed server of another file will come back to.
  await rm(join(part, 'data', 'postmaster.opts'), { force: true });
  // Another file was as quick: its files are as good.
  await rename(part, join(folder, 'whole')).catch(() => rm(part, { recursive: true, force: true }));
}
