import { statfs } from 'node:fs/promises';
import pg from 'pg';
import { endSoon } from '../connect.ts';

/** How a server of a home does. What `total` counts begins with its data or its statistics. */
export type ServerFigures = {
  /** Of others than who reads this, by what they do: `active`, `idle`, `idle in transaction`. */
  readonly connections: Readonly<Record<string, number>>;
  readonly mostConnections: number;
  /** Of the oldest transaction that has not ended; 0 without one. */
  readonly oldestTransactionS: number;
  /** Of who waits for a lock the longest just now; 0 where nobody does. */
  readonly longestLockWaitS: number;
  /** That a standby has not made its own yet, of the one that is behind the most; null without a standby. */
  readonly standbyBehindBytes: number | null;
  readonly totals: { readonly walBytes: number; readonly blocksHit: number; readonly blocksRead: number; readonly temporaryBytes: number };
  /** Left on the disk of its data. */
  readonly freeBytes: number;
};

type Row = Omit<ServerFigures, 'freeBytes' | 'totals' | 'connections'> &
  ServerFigures['totals'] & { readonly connections: Readonly<Record<string, number>> | null };

const answerWithinMs = 5000;

/** Reads them by a connection of its own; rejects when the server does not answer within five seconds. */
export async function serverFigures({
  connectionString,
  home,
}: {
  readonly connectionString: string;
  readonly home: string;
}): Promise<ServerFigures> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: answerWithinMs,
    query_timeout: answerWithinMs,
    application_name: 'filmwright-figures',
  });
  client.on('error', () => {});
  await client.connect();
  try {
    const [{ rows }, { bavail, bsize }] = await Promise.all([client.query<Row>(asked), statfs(home)]);
    const row = rows[0];
    if (row === undefined) throw new Error('a select without a table gives a row');
    const { connections, walBytes, blocksHit, blocksRead, temporaryBytes, ...rest } = row;
    return {
      ...rest,
      connections: connections ?? {},
      totals: { walBytes, blocksHit, blocksRead, temporaryBytes },
      freeBytes: bavail * bsize,
    };
  } finally {
    await endSoon(client);
  }
}

const asked = `
  with others as materialized (
    select state, xact_start from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()
  ), here as materialized (
    select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end as at
  )
  select
    (select json_object_agg(state, count) from (select coalesce(state, 'idle') as state, count(*) from others group by 1) s) as connections,
    current_setting('max_connections')::int as "mostConnections",
    (select coalesce(extract(epoch from max(clock_timestamp() - xact_start)), 0)::float8 from others) as "oldestTransactionS",
    (select coalesce(extract(epoch from max(clock_timestamp() - waitstart)), 0)::float8 from pg_locks where not granted) as "longestLockWaitS",
    (select max(pg_wal_lsn_diff(here.at, replay_lsn))::float8 from pg_stat_replication, here) as "standbyBehindBytes",
    (select pg_wal_lsn_diff(at, '0/0')::float8 from here) as "walBytes",
    (select sum(blks_hit)::float8 from pg_stat_database) as "blocksHit",
    (select sum(blks_read)::float8 from pg_stat_database) as "blocksRead",
    (select sum(temp_bytes)::float8 from pg_stat_database) as "temporaryBytes"`;
