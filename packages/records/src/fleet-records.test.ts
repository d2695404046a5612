import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { leadershipLock } from './fleet-records.ts';
import { epochOf, grantOf } from './testing/lead.ts';
import { someBuild, someOffer, someTask } from './testing/made-up.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

test('M1: whether a controller leads is told by its lock, for this database alone', async () => {
  const { records, connectionString } = await server.open();
  const other = await server.open();
  assert.equal(await records.isLed(), false);
  const leader = new pg.Client({ connectionString });
  await leader.connect();
  try {
    await leader.query('select pg_advisory_lock($1::bigint)', [leadershipLock]);
    assert.equal(await records.isLed(), true);
    assert.equal(await other.records.isLed(), false);
  } finally {
    await leader.end();
  }
});

test('M2: figures count what waits, runs, is made and who is there', async () => {
  const { records } = await server.open();
  assert.deepEqual(await records.figures(), { waiting: [], running: [], builds: [], runners: [] });
  await someBuild(records, { tasks: [someTask('a', { estimateMs: 3000 }), someTask('b'), someTask('c')] });
  await someBuild(records, { purpose: 'frame', document: 2, tasks: [someTask('d', { kind: 'mix', toolchain: '' })] });
  await someBuild(records, { document: 3 });
  const { runnerId } = await records.joinRunner(someOffer({ pool: 'big', slots: 4 }));
  await records.joinRunner(someOffer({ name: 'two' }));
  // The runner offers to encode only, and the longest comes first.
  const [a] = (await records.fleetSnapshot()).tasks.flatMap(({ demand }) => (demand?.key === 'a' ? [grantOf(demand, runnerId)] : []));
  assert.ok(a);
  await records.grantTasks({ epoch: await epochOf(records), grants: [a] });
  const { waiting, running, builds, runners } = await records.figures();
  assert.deepEqual(
    waiting.map(({ oldestS: _, ...row }) => row),
    [
      { kind: 'encode', priority: 'normal', tasks: 2, workS: 2 },
      { kind: 'mix', priority: 'interactive', tasks: 1, workS: 1 },
    ],
  );
  assert.ok(waiting.every(({ oldestS }) => oldestS >= 0 && oldestS < 3600));
  assert.deepEqual(running, [{ kind: 'encode', tasks: 1 }]);
  assert.equal(
    builds.reduce((sum, row) => sum + row.builds, 0),
    3,
  );
  assert.deepEqual(runners, [
    { pool: '', runners: 1, slots: 2, resting: 0 },
    { pool: 'big', runners: 1, slots: 4, resting: 0 },
  ]);
});
