import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace as workspaceId } from './records.ts';
import { epochOf, fitting, grantOf, leaseGranted, leaseOne } from './testing/lead.ts';
import { completionOf, problemOf, someBuild, someOffer, someProgress, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { addRunner } from './testing/with-runner.ts';

const server = serverOfTests();

const leaseMs = 60_000;
const none = { gpuS: 0, slotS: 0, credits: 0 };
const second = (seconds: number) => ({ gpuS: 0, slotS: seconds, credits: 3 * seconds });

async function open(keys: readonly string[]) {
  const opened = await server.open();
  await opened.sql('update workspace set slot_rate = 3, gpu_rate = 50');
  const made = await addRunner(opened, keys);
  const { records, build } = made;
  const course = async (id = build.id) => {
    const found = await records.buildCourse({ workspaceId, buildId: id, limit: 100 });
    assert.ok(found);
    return found;
  };
  return { ...made, course };
}

test('Q3: a build costs what its finished work took; a retry, a loss and a cancel give back what was reserved for them', async () => {
  const { records, sql, build, runnerId, course } = await open(['a', 'b', 'c']);
  assert.deepEqual((await course()).spend, { estimate: second(3), held: none, settled: none, refunded: none });
  const lost = await leaseOne(records, { runnerId, leaseMs: 0 });
  await records.expireLeases();
  assert.deepEqual((await course()).spend, { estimate: second(3), held: none, settled: none, refunded: second(1) });
  const [failed, running] = await leaseGranted(records, { runnerId, max: 2, leaseMs });
  assert.ok(failed && running);
  assert.deepEqual((await course()).spend.held, second(2));
  await records.failTask({ runnerId, key: failed.task.key, fence: failed.fence, problem: problemOf('program-failed') });
  assert.deepEqual((await course()).spend, { estimate: second(3), held: second(1), settled: none, refunded: second(2) });
  await sql('update task set ready_at = now()');
  const again = fitting(await records.fleetSnapshot(), runnerId).find(({ key }) => key === failed.task.key);
  assert.ok(again);
  const waitedFor = 'all 2 slots that can are busy';
  await records.grantTasks({ epoch: await epochOf(records), grants: [{ ...grantOf(again, runnerId), devices: ['g0', 'g1'], waitedFor }] });
  assert.deepEqual((await course()).spend.held, { gpuS: 2, slotS: 1, credits: 103 });
  const [done] = await records.leaseTasks({ runnerId, max: 1, leaseMs });
  assert.ok(done);
  await sql(`update attempt set delivered_at = delivered_at - interval '1 minute'`);
  for (let times = 0; times < 2; times++) await records.completeTask({ ...completionOf(done), wallMs: 500, runnerId });
  const charged = { gpuS: 1, slotS: 0, credits: 50 };
  assert.deepEqual((await course()).spend, { estimate: second(3), held: second(1), settled: charged, refunded: second(2) });
  await records.cancelBuild(build.id);
  assert.deepEqual((await course()).spend, { estimate: second(3), held: none, settled: charged, refunded: second(3) });

  const { attempts, count } = await course();
  assert.equal(count, 4);
  const ends = attempts.map(({ address, outcome }) => `${address} ${outcome}`);
  const wanted = [lost, failed, running, done].map(({ task }, at) => `span/${task.key} ${['lost', 'failed', 'unwanted', 'done'][at]}`);
  assert.deepEqual(ends.sort(), wanted.sort());
  assert.deepEqual(attempts.map((one) => one.waitedFor).sort(), [waitedFor, null, null, null]);
  assert.ok(attempts.every(({ readyAt, startedAt }) => readyAt <= startedAt));
  const spend = await records.fleetSpend(10);
  assert.deepEqual(
    spend.builds.map(({ build: id, state, spend: { settled } }) => [id, state, settled]),
    [[build.id, 'cancelled', charged]],
  );
  assert.deepEqual(spend.workspaces, [{ workspace: 'default', weight: 1, held: none, settled: charged, refunded: second(3) }]);
});

test('Q3: what was lost and is done after all was charged once and gave back nothing; a task of another build costs this one nothing', async () => {
  const { records, sql, build, runnerId, course } = await open(['a']);
  const late = await leaseOne(records, { runnerId, leaseMs: 0 });
  await records.expireLeases();
  await sql(`update attempt set delivered_at = delivered_at - interval '1 minute'`);
  await records.completeTask({ ...completionOf(late), wallMs: 2000, runnerId });
  assert.deepEqual((await course()).spend, { estimate: second(1), held: none, settled: second(2), refunded: none });
  const other = await someBuild(records, { tasks: [someTask('a')], document: 2 });
  const { spend, attempts } = await course(other.id);
  assert.deepEqual([spend.settled, attempts], [none, []]);
  assert.equal(await records.buildCourse({ workspaceId: '00000000-0000-7000-8000-00000000000b', buildId: build.id, limit: 9 }), null);
});

test('Q1: what waits of a build is told by reason, with what runs of it; nothing once nothing waits', async () => {
  const { records, build, runnerId } = await open(['a', 'b', 'c', 'd', 'e']);
  const buildId = build.id;
  assert.equal(await records.buildWait({ workspaceId, buildId }), null);
  const told = (key: string, position: number, expectedStartAt: string | null, reason: string) => ({
    key,
    position,
    expectedStartAt,
    reason,
  });
  await leaseGranted(records, { runnerId, max: 1, leaseMs });
  const soon = '2030-01-01T00:00:05.000Z';
  const tasks = [
    told('a', 0, soon, 'it runs by now and is left out'),
    told('b', 0, soon, 'all 2 slots that can are busy'),
    told('c', 1, '2030-01-01T00:00:07.000Z', '1 task goes before it'),
    told('d', 2, '2030-01-01T00:00:06.000Z', '2 tasks go before it'),
    told('e', 0, null, 'no runner has 38 GiB on a device'),
  ];
  await records.saveStandings([{ workspaceId, buildId, tasks }]);
  const wait = await records.buildWait({ workspaceId, buildId });
  assert.deepEqual(wait, {
    reasons: [
      { reason: 'no runner has 38 GiB on a device', tasks: 1, position: 0, expectedStartAt: null },
      { reason: 'all 2 slots that can are busy', tasks: 1, position: 0, expectedStartAt: soon },
      { reason: 'others go before it', tasks: 2, position: 1, expectedStartAt: '2030-01-01T00:00:06.000Z' },
    ],
    running: 1,
    leftMs: 4000,
    slots: 2,
  });
  await records.cancelBuild(buildId);
  assert.equal(await records.buildWait({ workspaceId, buildId }), null);
});

test('Q1: what waits of a large build is told by the sums that were written with it, without a look at each of its tasks', async () => {
  const { records, build, runnerId } = await open(['a', 'b']);
  const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + 1000 * seconds).toISOString();
  // All of them but two are of keys that are in no table: whoever looks at each finds none.
  const tasks = Array.from({ length: 1200 }, (_, position) => ({
    key: position === 0 ? 'a' : `gone ${position}`,
    position,
    expectedStartAt: position < 1100 ? at(position) : null,
    reason: position === 0 ? 'all 2 slots that can are busy' : position < 1100 ? `${position} tasks go before it` : 'no runner can do it',
  }));
  await records.saveStandings([{ workspaceId, buildId: build.id, tasks }]);
  const lines = [
    { reason: 'no runner can do it', tasks: 100, position: 1100, expectedStartAt: null },
    { reason: 'all 2 slots that can are busy', tasks: 1, position: 0, expectedStartAt: at(0) },
    { reason: 'others go before it', tasks: 1099, position: 1, expectedStartAt: at(1) },
  ];
  assert.deepEqual((await records.buildWait({ workspaceId, buildId: build.id }))?.reasons, lines);
  const { queue } = await records.fleetFacts();
  assert.deepEqual(
    queue.map(({ reason, tasks: count, position, expectedStartAt }) => ({ reason, tasks: count, position, expectedStartAt })),
    lines,
  );
  await records.saveStandings([{ workspaceId, buildId: build.id, tasks: tasks.slice(0, 3) }]);
  assert.equal(
    (await records.buildWait({ workspaceId, buildId: build.id }))?.reasons.length,
    1,
    'of few tasks those that wait are counted',
  );
  await leaseOne(records, { runnerId });
  await records.cancelBuild(build.id);
  assert.equal(await records.buildWait({ workspaceId, buildId: build.id }), null);
});

test('O7: a film that waits for a pool before anything of it is made stands in line with no task', async () => {
  const { records, build } = await open([]);
  const plan = { buildId: build.id, rows: [], ready: [], progress: someProgress };
  const queue = async () => (await records.fleetFacts()).queue.map(({ build: id, tasks, reason }) => [id, tasks, reason]);
  assert.deepEqual(await queue(), []);
  await records.savePlan({ ...plan, awaits: { pools: ['art'], text: 'It waits for art.' } });
  assert.deepEqual(await queue(), [[build.id, 0, 'It waits for art.']]);
  await records.savePlan(plan);
  assert.deepEqual(await queue(), []);
  await records.savePlan({ ...plan, awaits: { pools: ['art'], text: 'It waits for art.' } });
  await records.cancelBuild(build.id);
  assert.deepEqual(await queue(), []);
});

test('O4: the fleet is every runner with what it does, what waits of all builds, and pools as they were sized last', async () => {
  const { records, sql, build, runnerId } = await open(['a', 'b']);
  const lease = await leaseOne(records, { runnerId });
  await sql(`update attempt set batch = '00000000-0000-4000-8000-000000000001'`);
  await records.renewLeases({ runnerId, leases: [{ key: lease.task.key, fence: lease.fence, percent: 40 }], leaseMs });
  const two = await records.joinRunner(someOffer({ name: 'fw-1/7', pool: 'cloud', version: '0.1.0' }));
  await records.addMachines([
    { id: 'fw-1', pool: 'cloud' },
    { id: 'fw-2', pool: 'cloud' },
  ]);
  const size = { name: 'cloud', minimum: 0, maximum: 4, wanted: 2, costPerHour: 0.9, reason: '12 s of work wait' };
  await records.savePoolStates([size, { ...size, name: 'old' }]);
  await records.savePoolStates([size]);
  const reason = 'all 2 slots that can are busy';
  await records.saveStandings([{ workspaceId, buildId: build.id, tasks: [{ key: 'b', position: 0, expectedStartAt: null, reason }] }]);
  const cache = { hits: 3, misses: 1, hitBytes: 30, missBytes: 10, damaged: 0, evicted: 0, bytes: 40 };
  await records.noteCache({ runnerId, cache });
  const facts = await records.fleetFacts();
  assert.deepEqual(facts.pools, [{ ...size, there: 1, starting: 1, stopping: 0 }]);
  assert.deepEqual(facts.queue, [
    {
      ...{ workspace: 'default', priority: 'normal', build: build.id, title: 'A film', deadline: null },
      ...{ reason, tasks: 1, position: 0, expectedStartAt: null },
    },
  ]);
  const [cloud, one] = facts.runners;
  assert.ok(cloud && one);
  assert.deepEqual([cloud.cache, one.cache], [null, cache]);
  assert.deepEqual([cloud.runnerId, cloud.pool, cloud.version, cloud.tasks, cloud.isGone], [two.runnerId, 'cloud', '0.1.0', [], false]);
  assert.deepEqual(
    one.tasks.map(({ build: of, title, address, kind, percent }) => [of, title, address, kind, percent]),
    [[build.id, 'A film', 'span/a', 'encode', 40]],
  );
  assert.equal(one.tasks[0]?.batch, '00000000-0000-4000-8000-000000000001');
  await records.stopMachine('fw-1');
  await sql(`update runner set seen_at = now() - interval '5 minutes' where name = 'one'`);
  await records.expireLeases();
  const later = await records.fleetFacts();
  assert.deepEqual(
    later.runners.map(({ name, draining, released, isGone }) => [name, draining, released, isGone]),
    [
      ['fw-1/7', true, true, false],
      ['one', false, false, true],
    ],
  );
  assert.deepEqual(
    later.pools.map(({ there, starting, stopping }) => [there, starting, stopping]),
    [[0, 1, 1]],
  );
});
