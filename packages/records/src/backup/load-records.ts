import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FilmwrightError } from '@filmwright/contracts';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { away, isPassing } from '../database.ts';
import { databaseHosts } from '../database-hosts.ts';
import { migrationNames, migrationsFolder } from '../migrate.ts';
import { openRecords } from '../open-records.ts';
import { idMigration, recordsId } from '../records-id.ts';
import { measure, type RecordsDump } from './records-dump.ts';
import { quoted, type TableShape, tableShapes } from './table-shapes.ts';

export type LoadRecords = {
  readonly connectionString: string;
  readonly dump: RecordsDump;
  /** The rows of a table as they were dumped. */
  readonly read: (table: string) => Promise<Readable>;
  /** Digests of assets whose bytes the backup lacks: what made them is made again when it is wanted. */
  readonly missing: readonly string[];
  /** Tells this restore from others: an unfinished one of the same mark goes on. */
  readonly mark: string;
  /** Whether the machines of pools are those of these records from now on; else they stay with the platform that was backed up. */
  readonly keepMachines: boolean;
  /** Whether they are the same records in other files, as after an upgrade of the server, and nothing is left of the first; else they get an id of their own. */
  readonly keepId: boolean;
};
/** Ids of machines that the backup names and that these records know no more, unless they were kept; and the id of the records (`recordsId`). */
export type Loaded = { readonly leftMachines: readonly string[]; readonly id: string | null };

/** Fences that the first life of the records may have given after its backup lie below this much above the last one that the backup knows. */
const fenceGap = 1_000_000_000n;

/**
 * Loads dumped records into an empty database: the schema as it was, the rows and the sequences, in one transaction; then the schema is brought up to date, and what
 * runners held waits for others. Throws `request-invalid` for a database that is not empty and for a dump of a newer schema, `digest-mismatch` for damaged rows.
 */
export async function loadRecords(load: LoadRecords): Promise<Loaded> {
  checkSchema(load.dump, await migrationNames());
  const client = new pg.Client({
    connectionString: databaseHosts(load.connectionString).now(),
    keepAlive: true,
    application_name: 'filmwright-restore',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    let leftMachines: readonly string[] = [];
    if (!(await isLoaded(client, load.mark))) {
      await client.query('begin');
      await loadAll(client, load);
      if (!load.keepId) await drawId(client, load.dump);
      if (!load.keepMachines) leftMachines = await leaveMachines(client);
      await client.query(`comment on table migration is '${load.mark.replaceAll("'", "''")}'`);
      await client.query('commit');
      await client.query('analyze');
    }
    await settle(client, load.connectionString);
    return { leftMachines, id: await recordsId(load) };
  } catch (error) {
    throw isPassing(error) ? away(error) : error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Says that nothing more is to be done for a restore: its mark is taken off. */
export async function endRestore({ connectionString }: { readonly connectionString: string }): Promise<void> {
  const client = new pg.Client({ connectionString: databaseHosts(connectionString).now() });
  await client.connect();
  await client.query('comment on table migration is null').finally(() => client.end());
}

/** Throws `request-invalid` unless this program knows the schema of a dump. */
export async function checkKnownSchema(dump: Pick<RecordsDump, 'migrations'>): Promise<void> {
  checkSchema(dump, await migrationNames());
}

function checkSchema({ migrations }: Pick<RecordsDump, 'migrations'>, known: readonly string[]): void {
  const unknown = migrations.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new FilmwrightError(
    'request-invalid',
    `The backup is of a newer Filmwright than this one: it has ${unknown.join(', ')}, and this one knows no migration after ${known.at(-1)}. Restore it with the version that made it, or a newer one.`,
  );
}

/** Whether a restore of that mark came so far before it ended; throws for any other database that is not empty. */
async function isLoaded(client: pg.Client, mark: string): Promise<boolean> {
  const { rows } = await client.query<{ relations: string[]; mark: string | null }>(
    `select array(select relname::text from pg_class c where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by 1) as relations,
     obj_description(to_regclass('migration'), 'pg_class') as mark`,
  );
  const { relations = [], mark: found = null } = rows[0] ?? {};
  if (relations.length === 0) return false;
  if (found === mark) return true;
  throw new FilmwrightError(
    'request-invalid',
    `The database is not empty: it has ${relations.slice(0, 5).join(', ')}${relations.length > 5 ? ` and ${relations.length - 5} more` : ''}. Restore into a database without tables.`,
  );
}

async function loadAll(client: pg.Client, load: LoadRecords): Promise<void> {
  const { dump, missing } = load;
  await client.query('create table migration (name text primary key, applied_at timestamptz not null default now())');
  for (const name of dump.migrations) {
    await client.query('insert into migration (name) values ($1)', [name]);
    await client.query(await readFile(new URL(name, migrationsFolder), 'utf8'));
  }
  await client.query(`set local timezone to 'UTC'; set local datestyle to 'ISO, YMD'; set local intervalstyle to 'iso_8601'`);
  const shapes = await tableShapes(client);
  if (shapes.length > 0) await client.query(`truncate ${shapes.map(({ name }) => quoted(name)).join(', ')}`);
  const { rows: role } = await client.query<{ free: boolean }>(`select current_setting('is_superuser') = 'on' as free`);
  const isFree = role[0]?.free === true;
  // Rows of a snapshot that are checked by digest need no check of their references, which takes most of the time where it cannot be left out.
  if (isFree) await client.query('set local session_replication_role = replica');
  for (const shape of shapes) await loadTable(client, { ...load, shape });
  const unknown = dump.tables.filter(({ name }) => !shapes.some((shape) => shape.name === name));
  if (unknown.length > 0) throw damaged(`it has tables that its schema lacks: ${unknown.map(({ name }) => name).join(', ')}`);
  if (isFree) await client.query('set local session_replication_role = default');
  for (const { name, value } of dump.sequences) {
    const last = BigInt(value) + (name === 'task_fence' ? fenceGap : 0n);
    await client.query('select setval(to_regclass($1), $2)', [quoted(name), last.toString()]);
  }
  await client.query('delete from asset where digest = any($1)', [missing]);
}

async function loadTable(client: pg.Client, { dump, read, shape }: LoadRecords & { readonly shape: TableShape }): Promise<void> {
  const wanted = dump.tables.find(({ name }) => name === shape.name);
  if (wanted === undefined) throw damaged(`the table ${shape.name} is missing`);
  const strange = wanted.columns.filter((column) => !shape.columns.includes(column));
  if (strange.length > 0) throw damaged(`the table ${shape.name} has columns that its schema lacks: ${strange.join(', ')}`);
  // Rows that are brought back are no news: triggers would post them as such.
  await client.query(`alter table ${quoted(shape.name)} disable trigger user`);
  const { through, measured } = measure();
  const target = client.query(copyFrom(`copy ${quoted(shape.name)} (${wanted.columns.map(quoted).join(', ')}) from stdin`));
  await pipeline(await read(shape.name), through, target);
  await client.query(`alter table ${quoted(shape.name)} enable trigger user`);
  const { rows, bytes, digest } = measured();
  if (rows !== wanted.rows || digest !== wanted.digest)
    throw damaged(`the table ${shape.name} has ${rows} rows of ${bytes} bytes, wanted ${wanted.rows} of ${wanted.bytes}`, digest);
}

/** What is written here from now on is nothing that the first records know; those of a schema without an id draw one when it is brought up to date. */
async function drawId(client: pg.Client, { migrations }: RecordsDump): Promise<void> {
  if (migrations.includes(idMigration)) await client.query('update installation set records_id = gen_random_uuid()');
}

/** A copy is another installation: machines that bear the mark of the first are not its own, to use or to end. */
async function leaveMachines(client: pg.Client): Promise<readonly string[]> {
  const { rows: known } = await client.query<{ there: boolean }>(`select to_regclass('pool_machine') is not null as there`);
  // A schema from before pools draws its mark when it is brought up to date.
  if (known[0]?.there !== true) return [];
  await client.query('update installation set id = $1', [randomBytes(4).toString('hex')]);
  const { rows } = await client.query<{ id: string }>('delete from pool_machine returning id');
  return rows.map(({ id }) => id).sort();
}

/** What runners held is free: none of them is joined to this database, and a fence of its former life fits nothing here. */
async function settle(client: pg.Client, connectionString: string): Promise<void> {
  const records = await openRecords({ connectionString });
  try {
    const { rows: runners } = await client.query<{ id: string }>('select id from runner order by id');
    for (const { id } of runners) await records.leaveRunner(id);
    await records.expireLeases();
  } finally {
    await records.close();
  }
}

function damaged(why: string, digest?: string): FilmwrightError {
  return new FilmwrightError(
    'digest-mismatch',
    `The backup is damaged: ${why}${digest === undefined ? '' : ` (SHA-256 ${digest})`}. Nothing was restored; take another backup.`,
    { retryable: false },
  );
}
