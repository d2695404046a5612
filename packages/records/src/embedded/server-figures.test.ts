import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pg from 'pg';
import { serverFigures } from './server-figures.ts';
import { startPostgres } from './start-postgres.ts';

const home = await mkdtemp(join(tmpdir(), 'filmwright-figures-'));
// PostgreSQL runs as another user where the tests run as root.
await chmod(home, 0o755);
const database = await startPostgres({ home, diesWithStarter: true });
const { connectionString } = database;
after(async () => {
  await database.stop();
  await rm(home, { recursive: true, force: true });
});

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

test('a server tells its connections, what waits in it, and what it wrote; one that is gone rejects', async () => {
  const [client, waiting] = [await connected(), await connected()];
  const before = await serverFigures({ connectionString, home });
  assert.deepEqual(before.connections, { idle: 2 });
  assert.equal(before.mostConnections, 80);
  assert.equal(before.oldestTransactionS, 0);
  assert.equal(before.longestLockWaitS, 0);
  assert.equal(before.standbyBehindBytes, null);
  assert.ok(before.freeBytes > 0);

  await client.query('create table written (number int)');
  await client.query('insert into written select generate_series(1, 20000)');
  await client.query('begin');
  await client.query('lock written');
  const asked = waiting.query('select count(*) from written');
  let during = await serverFigures({ connectionString, home });
  while (during.longestLockWaitS === 0) during = await serverFigures({ connectionString, home });
  assert.deepEqual(during.connections, { 'idle in transaction': 1, active: 1 });
  assert.ok(during.oldestTransactionS >= during.longestLockWaitS);
  assert.ok(during.totals.walBytes > before.totals.walBytes + 1_000_000);
  assert.ok(during.totals.blocksHit > 0);
  await client.query('commit');
  await asked;
  assert.equal((await serverFigures({ connectionString, home })).longestLockWaitS, 0);
  await Promise.all([client.end(), waiting.end()]);

  await database.stop();
  await assert.rejects(serverFigures({ connectionString, home }), /ECONNREFUSED/);
});
