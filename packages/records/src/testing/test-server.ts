import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '@filmwright/process/is-alive';
import pg from 'pg';
import type { AheadStore } from '../ahead-store.ts';
import type { AuditStore } from '../audit-records.ts';
import type { CredentialStore } from '../credential-store.ts';
import type { DriveStore } from '../drive-records.ts';
import { type RunningPostgres, startPostgres } from '../embedded/start-postgres.ts';
import type { FilmStore, LibraryStore } from '../film-store.ts';
import type { FleetStore } from '../fleet-store.ts';
import type { HistoryStore } from '../history-records.ts';
import type { KeyStore } from '../key-store.ts';
import { openRecords } from '../open-records.ts';
import type { OverviewStore } from '../overview-store.ts';
import type { PoolStore } from '../pool-store.ts';
import type { Records } from '../records.ts';
import type { QueueStore, ScheduleStore } from '../schedule-store.ts';

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
  readonly records: Records &
    FilmStore &
    LibraryStore &
    CredentialStore &
    HistoryStore &
    KeyStore &
    FleetStore &
    PoolStore &
    ScheduleStore &
    QueueStore &
    DriveStore &
    AuditStore &
    OverviewStore &
    AheadStore;
  readonly connectionString: string;
  readonly sql: (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;
};

const template = 'filmwright_template';

/** Starts the server in a temp folder; every `open` copies one template database, so that no test sees another's rows. */
export async function startTestServer(): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-records-'));
  // PostgreSQL runs as another user where the tests run as root.
  await chmod(home, 0o755);
  let server: RunningPostgres = await startPostgres({ home });
  const closes: (() => Promise<void>)[] = [];
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
  await admin(`create database ${template}`);
  await (await openRecords({ connectionString: to(template) })).close();
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
      closes.push(async () => {
        await records.close();
        await pool.end();
      });
      const sql: TestRecords['sql'] = async (text, values = []) => (await pool.query<Record<string, unknown>>(text, [...values])).rows;
      return { records, connectionString, sql };
    },
    async restart() {
      await server.exited;
      server = await startPostgres({ home, port: Number(new URL(server.connectionString).port) });
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
