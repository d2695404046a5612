import pg, { type PoolClient } from 'pg';
import type { RecordsEvent } from './records.ts';

const channel = 'filmwright';
const againMs = 300;
/** Clocks are not compared: what changed shortly before the loss is told again. */
const overlapMs = 5000;

/** Tells every listener about a change, once the transaction is committed. */
export async function notify(client: PoolClient, event: RecordsEvent): Promise<void> {
  await client.query('select pg_notify($1, $2)', [channel, JSON.stringify(event)]);
}

/**
 * Hears every change. Connected: LISTEN is on. Away: the connection broke; it is tried again each 0.3 s, and once it is back the listener hears
 * what may have changed meanwhile: every active build, builds that ended and tasks that finished since, and `ready`. Stopped: for good.
 */
export async function listenToChanges(connectionString: string, listener: (event: RecordsEvent) => void): Promise<() => Promise<void>> {
  let stopped = false;
  let current: pg.Client | undefined;
  let lostAtMs = 0;

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString,
      keepAlive: true,
      connectionTimeoutMillis: 5000,
      application_name: 'filmwright-listen',
    });
    client.on('notification', ({ payload }) => listener(JSON.parse(payload ?? '{}') as RecordsEvent));
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    current = client;
    client.once('end', () => {
      lostAtMs = performance.now();
      if (!stopped) void reconnect();
    });
    return client;
  };

  const reconnect = async (): Promise<void> => {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, againMs));
      if (stopped) return;
      try {
        const client = await connect();
        for (const event of await missed(client, performance.now() - lostAtMs + overlapMs)) listener(event);
        return;
      } catch {
        // Still away, or lost again; in the latter case `end` has called for another round.
        if (current && lostAtMs === 0) return;
      }
    }
  };

  await connect();
  return async () => {
    stopped = true;
    await current?.end().catch(() => {});
  };
}

async function missed(client: pg.Client, sinceMs: number): Promise<readonly RecordsEvent[]> {
  const { rows: builds } = await client.query<{ id: string }>(
    `select id from build where ended_at is null or ended_at > now() - $1 * interval '1 millisecond' order by id`,
    [sinceMs],
  );
  const { rows: tasks } = await client.query<{ key: string }>(
    `select key from task where finished_at > now() - $1 * interval '1 millisecond'`,
    [sinceMs],
  );
  return [
    ...builds.map(({ id }) => ({ type: 'build', id }) as const),
    ...tasks.map(({ key }) => ({ type: 'finished', key }) as const),
    { type: 'ready' },
  ];
}
