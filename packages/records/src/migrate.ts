import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { QueryConfig } from 'pg';
import type { Database } from './database.ts';

/** Where the numbered files of the schema lie. */
export const migrationsFolder = new URL('./migrations/', import.meta.url);
/** Names of those files, in the order in which they run. */
export async function migrationNames(): Promise<readonly string[]> {
  return (await readdir(fileURLToPath(migrationsFolder))).filter((file) => file.endsWith('.sql')).sort();
}

/** Number of the advisory lock under which migrations run. */
const lockNumber = 706_170_001;
/** What is filled takes longer than any other call may. */
const withinMs = 12 * 3_600_000;

/** Brings the database to the newest schema; each numbered file runs once, in a transaction, under a lock, so that several starts at once are safe. */
export async function migrate({ transaction, rows }: Database): Promise<void> {
  const names = await migrationNames();
  const known = await rows<{ name: string }>('select name from migration').catch(() => []);
  if (names.every((name) => known.some((row) => row.name === name))) return;
  for (const name of names) {
    const sql = await readFile(new URL(name, migrationsFolder), 'utf8');
    await transaction(async (client) => {
      // Tables are read as a whole here, and whoever starts meanwhile waits as long.
      await client.query('set local statement_timeout = 0; set local enable_seqscan = on');
      await client.query(patient({ text: 'select pg_advisory_xact_lock($1)', values: [lockNumber] }));
      await client.query('create table if not exists migration (name text primary key, applied_at timestamptz not null default now())');
      const { rowCount } = await client.query('insert into migration (name) values ($1) on conflict do nothing', [name]);
      if (rowCount === 1) await client.query(patient({ text: sql }));
    });
  }
}

function patient(query: QueryConfig): QueryConfig {
  return { ...query, query_timeout: withinMs } as QueryConfig;
}
