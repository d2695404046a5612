import { setTimeout as sleep } from 'node:timers/promises';
import type { TestRecords } from './test-server.ts';

/** How many rows of these tables were read by their indexes up to now. Ends the connections of the program, which tell what they read only then. */
export async function rowsRead({ sql }: Pick<TestRecords, 'sql'>, tables: readonly string[]): Promise<number> {
  const others = `from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'filmwright'`;
  await sql(`select pg_terminate_backend(pid) ${others}`);
  while ((await sql(`select pid ${others}`)).length > 0) await sleep(10);
  const [row] = await sql('select sum(idx_tup_read)::int as rows from pg_stat_user_indexes where relname = any($1)', [tables]);
  return Number(row?.['rows']);
}
