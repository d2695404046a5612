import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Whoever waits for the same rows waits longer before it looks for a deadlock, so that only this gives way. */
const deadlockMs = 20;
const deadlock = '40P01';
const mostTries = 200;

const columns = `
  select c.relname as name, array_agg(a.attname::text order by a.attnum) as instants
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.atttypid = 'timestamptz'::regtype and a.attgenerated = '' and not a.attisdropped
  group by 1 order by 1`;

/**
 * Moves a database's clock by so many milliseconds, forward or back: every instant that its tables hold becomes as much older or newer in one transaction, which is the
 * same to whoever compares them with `now()`. Wants a user who may turn triggers off. Gives how many live leases are over by now.
 */
export async function moveClock(connectionString: string, byMs: number): Promise<number> {
  const client = new pg.Client({ connectionString, application_name: 'filmwright-clock' });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string; instants: string[] }>(columns);
    for (let tries = 1; ; tries++) {
      try {
        return await move(client, { tables, byMs });
      } catch (error) {
        await client.query('rollback');
        if ((error as pg.DatabaseError).code !== deadlock || tries >= mostTries) throw error;
        await sleep(10);
      }
    }
  } finally {
    await client.end();
  }
}

type Moving = { readonly tables: readonly { readonly name: string; readonly instants: readonly string[] }[]; readonly byMs: number };

async function move(client: pg.Client, { tables, byMs }: Moving): Promise<number> {
  await client.query('begin');
  await client.query(`set local deadlock_timeout = ${deadlockMs}`);
  // Nobody is told of a change: nothing but the clock changed.
  await client.query('set local session_replication_role = replica');
  await client.query(`lock table ${tables.map(({ name }) => client.escapeIdentifier(name)).join(', ')} in exclusive mode`);
  for (const { name, instants } of tables) {
    const moved = instants.map(
      (column) => `${client.escapeIdentifier(column)} = ${client.escapeIdentifier(column)} - $1::float8 * interval '1 ms'`,
    );
    await client.query(`update ${client.escapeIdentifier(name)} set ${moved.join(', ')}`, [byMs]);
  }
  const { rows } = await client.query<{ over: number }>(
    'select count(*)::int as over from attempt where ended_at is null and lease_until < now()',
  );
  await client.query('commit');
  return rows[0]?.over ?? 0;
}
