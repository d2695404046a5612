import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { percentile } from './made-up.ts';

/** Milliseconds that one statement takes which moves the end of so many rows by their primary key, each round of `rounds`. */
export async function bareRenewals(
  connectionString: string,
  { rows, rounds }: { readonly rows: number; readonly rounds: number },
): Promise<readonly number[]> {
  const client = await connected(connectionString);
  try {
    await client.query(
      'create table bare_lease (key text, fence bigint, until timestamptz, percent int, primary key (fence)) with (fillfactor = 70)',
    );
    await client.query(`insert into bare_lease select 'sha256-' || n, n, now(), 0 from generate_series(1, ${rows}) n`);
    const fences = Array.from({ length: rows }, (_, at) => at + 1);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const startMs = performance.now();
      await client.query({
        name: 'bare-renewal',
        text: `update bare_lease set until = now() + interval '20 s', percent = given.percent
          from unnest($1::bigint[], $2::int[]) as given(fence, percent) where bare_lease.fence = given.fence`,
        values: [fences, fences.map(() => round)],
      });
      times.push(performance.now() - startMs);
    }
    return times;
  } finally {
    await client.end();
  }
}

/** Milliseconds from a committed row with a notice of it to who listens on another connection and reads the row. */
export async function bareNotices(connectionString: string, rounds: number): Promise<readonly number[]> {
  const [writer, reader] = [await connected(connectionString), await connected(connectionString)];
  try {
    await writer.query('create table bare_ready (id int primary key)');
    await reader.query('listen bare_ready');
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const seen = new Promise<void>((resolve, reject) => {
        reader.once(
          'notification',
          () => void reader.query('select id from bare_ready where id = $1', [round]).then(() => resolve(), reject),
        );
      });
      await sleep(5);
      await writer.query('begin');
      await writer.query('insert into bare_ready values ($1)', [round]);
      await writer.query("select pg_notify('bare_ready', '')");
      const startMs = performance.now();
      await writer.query('commit');
      await seen;
      times.push(performance.now() - startMs);
    }
    return times;
  } finally {
    await writer.end();
    await reader.end();
  }
}

/** Milliseconds from when each of `count` transactions of two rows is due, at so many a second, to its commit. */
export async function bareSubmissions(
  connectionString: string,
  { count, perSecond }: { readonly count: number; readonly perSecond: number },
): Promise<readonly number[]> {
  const pool = new pg.Pool({ connectionString, max: 10 });
  const payload = JSON.stringify({ text: 'x'.repeat(1000) });
  try {
    await pool.query(
      'create table bare_task (key text primary key, payload json); create table bare_line (build int, key text, primary key (build, key))',
    );
    const startMs = performance.now();
    const under: Promise<number>[] = [];
    for (let at = 0; at < count; at++) {
      const dueMs = startMs + (at * 1000) / perSecond;
      while (performance.now() < dueMs) await sleep(1);
      under.push(
        (async () => {
          const client = await pool.connect();
          try {
            await client.query('begin');
            await client.query({ name: 'bare-task', text: 'insert into bare_task values ($1, $2)', values: [`key ${at}`, payload] });
            await client.query({ name: 'bare-line', text: 'insert into bare_line values ($1, $2)', values: [at, `key ${at}`] });
            await client.query('commit');
          } finally {
            client.release();
          }
          return performance.now() - dueMs;
        })(),
      );
    }
    return await Promise.all(under);
  } finally {
    await pool.end();
  }
}

/** The middle and another share of some times, as figures are told. */
export function told(times: readonly number[], share: number): string {
  return `p50 ${percentile(times, 0.5).toFixed(1)} ms, p${share * 100} ${percentile(times, share).toFixed(1)} ms`;
}

async function connected(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}
