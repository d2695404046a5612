import pg, { type PoolClient } from 'pg';
import { endSoon, steadfast } from './connect.ts';
import { checkWritable, type Prepared, sendAll } from './database.ts';
import { databaseHosts } from './database-hosts.ts';
import type { RecordsEvent } from './records.ts';

const channel = 'filmwright';
const againMs = 300;
/** Clocks are not compared: what changed shortly before the loss is told again. */
const overlapMs = 5000;

/** Tells every listener about a change, once the transaction is committed. */
export async function notify(client: PoolClient, event: RecordsEvent): Promise<void> {
  await sendAll(client, [notifying(event)]);
}

/** The statement that tells every listener about a change. */
export function notifying(event: RecordsEvent): Prepared {
  return { name: 'notify', text: 'select pg_notify($1, $2)', values: [channel, JSON.stringify(event)] };
}

/** Part of a statement that tells every listener of the events in a parameter or expression, texts as `eventsOf` gives them. */
export function notifyEach(texts: string): string {
  return `(select count(pg_notify('${channel}', n)) from unnest(${texts}::text[]) n)`;
}

/** A notification holds less than 8,000 bytes: so many keys or ids go into one. */
const mostNames = 90;

/** An event about many tasks or runners, as texts that fit into notifications. */
export function eventsOf(event: Extract<RecordsEvent, { type: 'finished' | 'granted' }>): readonly string[] {
  const names = [...new Set(event.type === 'finished' ? event.keys : event.runners)];
  const texts: string[] = [];
  for (let first = 0; first < names.length; first += mostNames) {
    const some = names.slice(first, first + mostNames);
    texts.push(JSON.stringify(event.type === 'finished' ? { ...event, keys: some } : { ...event, runners: some }));
  }
  return texts;
}

/**
 * Hears every change. Connected: LISTEN is on. Away: the connection broke; it is tried again each 0.3 s, and once it is back the listener hears
 * what may have changed meanwhile: films that were saved, every active build, builds that ended and tasks that finished since, and `ready`. Stopped: for good.
 */
export async function listenToChanges(connectionString: string, listener: (event: RecordsEvent) => void): Promise<() => Promise<void>> {
  const hosts = databaseHosts(connectionString);
  let stopped = false;
  let current: pg.Client | undefined;
  let wake = () => {};

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString: hosts.now(),
      ...steadfast,
      connectionTimeoutMillis: 5000,
      application_name: 'filmwright-listen',
    });
    client.on('notification', ({ payload }) => {
      if (!stopped) listener(JSON.parse(payload ?? '{}') as RecordsEvent);
    });
    client.on('error', () => {});
    try {
      await client.connect();
      if (hosts.areMany) await checkWritable(client);
      await client.query(`listen ${channel}`);
    } catch (error) {
      void endSoon(client);
      hosts.next();
      throw error;
    }
    current = client;
    client.once('end', () => void reconnect());
    return client;
  };

  /** One round per lost connection: whatever breaks after `connect` begins the next round by `end`. */
  const reconnect = async (): Promise<void> => {
    const lostAtMs = performance.now();
    while (!stopped) {
      await pause();
      if (stopped) return;
      const client = await connect().catch(() => null);
      if (client === null) continue;
      if (stopped) return void (await endSoon(client));
      const events = await missed(client, performance.now() - lostAtMs + overlapMs).catch(() => []);
      if (!stopped) for (const event of events) listener(event);
      return;
    }
  };

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, againMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  await connect();
  return async () => {
    stopped = true;
    wake();
    if (current !== undefined) await endSoon(current);
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
  const { rows: films } = await client.query<{ id: string }>(
    `select id from film where changed_at > now() - $1 * interval '1 millisecond'`,
    [sinceMs],
  );
  return [
    ...films.map(({ id }) => ({ type: 'film', id }) as const),
    ...builds.map(({ id }) => ({ type: 'build', id }) as const),
    { type: 'finished', keys: tasks.map(({ key }) => key) },
    { type: 'granted', runners: [] },
    { type: 'ready' },
  ];
}
