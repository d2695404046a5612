import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readMetrics } from '@filmwright/process/testing';
import { startPostgres } from '@filmwright/records/embedded';
import { serveDatabaseMetrics } from './database-metrics.ts';

const home = await mkdtemp(join(tmpdir(), 'filmwright-database-metrics-'));
// PostgreSQL runs as another user where the tests run as root.
await chmod(home, 0o755);
let database = await startPostgres({ home, diesWithStarter: true });
let starts = 1;
const server = await serveDatabaseMetrics({
  database: { connectionString: () => database.connectionString, starts: () => starts },
  home,
  port: 0,
});
after(async () => {
  await server?.close();
  await database.stop();
  await rm(home, { recursive: true, force: true });
});

const read = async () => readMetrics(await (await fetch(`http://127.0.0.1:${server?.port}/metrics`)).text());

test('the database role tells how its server does, and that it is away', async () => {
  const there = await read();
  assert.equal(there.sum('filmwright_role', { role: 'database' }), 1);
  assert.equal(there.sum('filmwright_postgres_up'), 1);
  assert.equal(there.sum('filmwright_postgres_starts_total'), 1);
  assert.equal(there.sum('filmwright_postgres_connections_limit'), 80);
  assert.ok(there.sum('filmwright_postgres_disk_free_bytes') > 0);

  await database.stop();
  const away = await read();
  assert.equal(away.sum('filmwright_postgres_up'), 0);
  assert.deepEqual(
    away.samples.filter(({ name }) => name === 'filmwright_postgres_connections_limit'),
    [],
  );

  database = await startPostgres({ home, diesWithStarter: true });
  starts++;
  const again = await read();
  assert.equal(again.sum('filmwright_postgres_up'), 1);
  assert.equal(again.sum('filmwright_postgres_starts_total'), 2);
  // What stops it writes something.
  assert.ok(again.sum('filmwright_postgres_wal_bytes_total') > there.sum('filmwright_postgres_wal_bytes_total'));
});
