import type { Readable } from 'node:stream';
import { FilmwrightError } from '@filmwright/contracts';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { away, isPassing } from '../database.ts';
import { databaseHosts } from '../database-hosts.ts';
import { keepLock, measure, type RecordsDump, type TableDump } from './records-dump.ts';
import { quoted, sequenceNames, type TableShape, tableShapes } from './table-shapes.ts';

/** The records at one instant, for a backup. No sweep removes assets until it is closed. */
export type Snapshot = {
  /** When it was taken, as ISO time. */
  readonly instant: string;
  /** Digests that rows of assets name, in order, each once, with their bytes. */
  readonly assets: readonly { readonly digest: string; readonly bytes: number }[];
  /** Reads each table once, as COPY text, in the order in which they can be loaded; then lets the snapshot go and keeps the lock. */
  readonly dump: (write: (table: string, rows: Readable) => Promise<void>) => Promise<RecordsDump>;
  /** Throws `unavailable` when the connection, and with it the lock, was lost since. */
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Texts of values that every server reads the same. */
const settings = `set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set intervalstyle to 'iso_8601'; set extra_float_digits to 3; set bytea_output to 'hex'`;

export type OpenSnapshot = {
  readonly connectionString: string;
  /** Called where a sweep or another backup runs, whose end is waited for. */
  readonly onWait?: () => void;
};

/** Takes a snapshot of a database in use, which goes on meanwhile. Waits for a sweep or another backup to end. Throws `unavailable` when the database goes away. */
export async function openSnapshot({ connectionString, onWait }: OpenSnapshot): Promise<Snapshot> {
  const client = new pg.Client({
    connectionString: databaseHosts(connectionString).now(),
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'filmwright-backup',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(settings);
    const { rows: lock } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [keepLock]);
    if (lock[0]?.held !== true) {
      onWait?.();
      await client.query('select pg_advisory_lock($1)', [keepLock]);
    }
    await client.query('begin isolation level repeatable read read only');
    // The first query takes the snapshot.
    const { rows: known } = await client.query<{ there: boolean }>(`select to_regclass('migration') is not null as there`);
    if (known[0]?.there !== true)
      throw new FilmwrightError('not-found', 'The database holds no records yet: start the platform once, then back it up.');
    const { rows: now } = await client.query<{ now: Date }>('select now() as now');
    const { rows: named } = await client.query<{ digest: string; bytes: string }>(
      'select digest, max(bytes) as bytes from asset group by digest order by digest collate "C"',
    );
    return {
      instant: (now[0]?.now ?? new Date()).toISOString(),
      assets: named.map(({ digest, bytes }) => ({ digest, bytes: Number(bytes) })),
      dump: (write) => dump(client, write).catch((error: unknown) => Promise.reject(told(error))),
      check: async () => void (await client.query('select 1').catch((error: unknown) => Promise.reject(told(error)))),
      close: () => client.end().catch(() => {}),
    };
  } catch (error) {
    await client.end().catch(() => {});
    throw told(error);
  }
}

/** What a lost connection means to whoever asked. */
function told(error: unknown): unknown {
  return isPassing(error) ? away(error) : error;
}

async function dump(client: pg.Client, write: Parameters<Snapshot['dump']>[0]): Promise<RecordsDump> {
  const { rows: migrations } = await client.query<{ name: string }>('select name from migration order by name');
  const { rows: version } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  const tables: TableDump[] = [];
  for (const shape of await tableShapes(client)) tables.push(await dumpTable({ client, shape, write }));
  const sequences: { name: string; value: string }[] = [];
  for (const name of await sequenceNames(client)) {
    // Sequences know no snapshot: what is read after the tables is at least what they name.
    const { rows } = await client.query<{ value: string }>(`select last_value::text as value from ${quoted(name)}`);
    sequences.push({ name, value: rows[0]?.value ?? '1' });
  }
  await client.query('commit');
  return { postgresql: version[0]?.version ?? '', migrations: migrations.map(({ name }) => name), tables, sequences };
}

type DumpTable = { readonly client: pg.Client; readonly shape: TableShape; readonly write: Parameters<Snapshot['dump']>[0] };

async function dumpTable({ client, shape: { name, columns, key }, write }: DumpTable): Promise<TableDump> {
  const order = key.length === 0 ? '' : ` order by ${key.map(quoted).join(', ')}`;
  const source = client.query(copyTo(`copy (select ${columns.map(quoted).join(', ')} from ${quoted(name)}${order}) to stdout`));
  const { through, measured } = measure();
  source.on('error', (error) => through.destroy(error));
  // Whoever stops reading ends the copy too, or the connection would wait for ever.
  through.on('error', () => void client.end());
  await write(name, source.pipe(through));
  return { name, columns, ...measured() };
}
