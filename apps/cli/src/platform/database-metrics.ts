import { createMetrics, type MetricsServer, serveMetricsByEnvironment } from '@filmwright/process';
import { sinceFirst } from '@filmwright/process/since-first';
import { serverFigures } from '@filmwright/records/embedded';
import type { KeptDatabase } from './keep-database.ts';

type Serving = {
  readonly database: Pick<KeptDatabase, 'connectionString' | 'starts'>;
  readonly home: string;
  readonly port: number;
};

/** Serves the figures of the database role: of the server, and of this process, which starts it again when it dies. Null where they cannot be served, which is told. */
export function serveDatabaseMetrics({ database, home, port }: Serving): Promise<MetricsServer | null> {
  const metrics = createMetrics({ role: 'database' });
  const gauge = (name: string, help: string, labels: readonly string[] = []) =>
    metrics.gauge({ name: `filmwright_postgres_${name}`, help, labels });
  const counter = (name: string, help: string) => metrics.counter({ name: `filmwright_postgres_${name}_total`, help });
  const up = gauge('up', 'Whether the server answers.');
  const starts = counter('starts', 'How often the server was started, the first time included.');
  const read = [
    gauge('connections', 'Connections of others, by what they do.', ['state']),
    gauge('connections_limit', 'So many there may be.'),
    gauge('oldest_transaction_seconds', 'Age of the oldest transaction that has not ended.'),
    gauge('longest_lock_wait_seconds', 'The longest wait for a lock just now.'),
    gauge('standby_behind_bytes', 'What a standby has not made its own yet, the one that is behind the most.'),
    gauge('disk_free_bytes', 'Left on the disk of its data.'),
  ] as const;
  const [connections, limit, oldest, lockWait, behind, free] = read;
  const totals = {
    walBytes: counter('wal_bytes', 'What was written ahead.'),
    blocksHit: counter('blocks_hit', 'Blocks that lay in its memory.'),
    blocksRead: counter('blocks_read', 'Blocks that it asked the system for.'),
    temporaryBytes: counter('temporary_bytes', 'What its memory for one statement had no room for.'),
  } as const;
  const since = sinceFirst();
  let startsTold = 0;
  metrics.beforeReading(async () => {
    for (const one of read) one.clear();
    up.set({}, 0);
    starts.add({}, database.starts() - startsTold);
    startsTold = database.starts();
    const now = await serverFigures({ connectionString: database.connectionString(), home });
    up.set({}, 1);
    for (const [state, count] of Object.entries(now.connections)) connections.set({ state }, count);
    limit.set({}, now.mostConnections);
    oldest.set({}, now.oldestTransactionS);
    lockWait.set({}, now.longestLockWaitS);
    if (now.standbyBehindBytes !== null) behind.set({}, now.standbyBehindBytes);
    free.set({}, now.freeBytes);
    for (const name of ['walBytes', 'blocksHit', 'blocksRead', 'temporaryBytes'] as const)
      totals[name].add({}, since(name, now.totals[name]));
  });
  const warn = (message: string): void => void process.stderr.write(`database: ${message}\n`);
  return serveMetricsByEnvironment(metrics, { env: { ...process.env, FILMWRIGHT_METRICS_PORT: String(port) }, warn });
}
