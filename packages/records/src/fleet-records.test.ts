import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunnerOffer } from '@filmwright/contracts';
import pg from 'pg';
import { leadershipLock } from './fleet-records.ts';
import { epochOf, grantOf } from './testing/lead.ts';
import { someBuild, someOffer, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

const deviceOf = (id: string) => ({ id }) as unknown as NonNullable<RunnerOffer['devices']>[number];

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
  const { records, sql } = await server.open();
  const { database: empty, workspaces: alone, ...nothing } = await records.figures();
  assert.deepEqual(nothing, { waiting: [], running: [], builds: [], runners: [], pools: [] });
  assert.deepEqual(
    alone.map(({ id: _, ...row }) => row),
    [{ name: 'default', waiting: 0, oldestS: 0, running: 0 }],
  );
  assert.ok(empty.bytes > 1e6 && empty.connections >= 1 && empty.committed >= 0);
  await someBuild(records, { tasks: [someTask('a', { estimateMs: 3000 }), someTask('b'), someTask('c')] });
  await someBuild(records, { purpose: 'frame', document: 2, tasks: [someTask('d', { kind: 'mix', toolchain: '' })] });
  await someBuild(records, { document: 3 });
  const { runnerId } = await records.joinRunner(someOffer({ pool: 'big', slots: 4, devices: [deviceOf('g0'), deviceOf('g1')] }));
  await records.joinRunner(someOffer({ name: 'two' }));
  // The runner offers to encode only, and the longest comes first.
  const [a] = (await records.fleetSnapshot()).tasks.flatMap(({ demand }) => (demand?.key === 'a' ? [grantOf(demand, runnerId)] : []));
  assert.ok(a);
  const [b] = (await records.fleetSnapshot()).tasks.flatMap(({ demand }) => (demand?.key === 'b' ? [grantOf(demand, runnerId)] : []));
  assert.ok(b);
  await records.grantTasks({ epoch: await epochOf(records), grants: [a, { ...b, devices: ['g1'] }] });
  await records.savePoolStates([{ name: 'cloud', minimum: 0, maximum: 4, wanted: 2, costPerHour: 1.5, reason: 'work waits' }]);
  await sql(`insert into pool_machine (id, pool, state) values ('cloud-1', 'cloud', 'wanted')`);
  const { workspaces, pools, waiting, running, builds, runners } = await records.figures();
  assert.deepEqual(
    waiting.map(({ oldestS: _, ...row }) => row),
    [
      { kind: 'encode', priority: 'normal', tasks: 1, workS: 1 },
      { kind: 'mix', priority: 'interactive', tasks: 1, workS: 1 },
    ],
  );
  assert.ok(waiting.every(({ oldestS }) => oldestS >= 0 && oldestS < 3600));
  assert.deepEqual(running, [{ kind: 'encode', tasks: 2 }]);
  assert.equal(
    builds.reduce((sum, row) => sum + row.builds, 0),
    3,
  );
  assert.deepEqual(runners, [
    { pool: '', runners: 1, slots: 2, resting: 0, gpus: 0, slotsBusy: 0, gpusBusy: 0 },
    { pool: 'big', runners: 1, slots: 4, resting: 0, gpus: 2, slotsBusy: 1, gpusBusy: 1 },
  ]);
  assert.deepEqual(
    workspaces.map(({ name, waiting: tasks, running: busy }) => [name, tasks, busy]),
    [['default', 2, 2]],
  );
  assert.deepEqual(pools, [{ name: 'cloud', wanted: 2, there: 0, starting: 1, stopping: 0, costPerHour: 1.5 }]);
});
