import { Client, type PoolClient } from 'pg';
import type { RecordsEvent } from './records.ts';

const channel = 'filmwright';

/** Tells every listener about a change, once the transaction is committed. */
export async function notify(client: PoolClient | { query: PoolClient['query'] }, event: RecordsEvent): Promise<void> {
  await client.query('select pg_notify($1, $2)', [channel, JSON.stringify(event)]);
}

/**
 * Hears every change. Connected: LISTEN is on. Away: the connection broke; it is tried again each 0.3 s, and once it is back
 * the listener hears `ready`, since anything may have changed meanwhile. Stopped: for good.
 */
export async function listenToChanges(connectionString: string, listener: (event: RecordsEvent) => void): Promise<() => Promise<void>> {
  let stopped = false;
  let current: Client | undefined;
  const connect = async (): Promise<void> => {
    const client = new Client({ connectionString, keepAlive: true });
    client.on('notification', ({ payload }) => listener(JSON.parse(payload ?? '{}') as RecordsEvent));
    client.on('error', () => void client.end().catch(() => {}));
    await client.connect();
    await client.query(`listen ${channel}`);
    current = client;
    client.once('end', () => void reconnect());
  };
  const reconnect = async (): Promise<void> => {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      try {
        if (!stopped) await connect();
        listener({ type: 'ready' });
        return;
      } catch {
        // Still away.
      }
    }
  };
  await connect();
  return async () => {
    stopped = true;
    await current?.end().catch(() => {});
  };
}
