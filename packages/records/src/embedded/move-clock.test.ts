import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochOf, grantOf, leaseOne } from '../testing/lead.ts';
import { completionOf, someBuild, someOffer, someTask } from '../testing/made-up.ts';
import { serverOfTests } from '../testing/test-server.ts';
import { openWithRunner } from '../testing/with-runner.ts';
import { moveClock } from './move-clock.ts';

const server = serverOfTests();

test('a clock that jumps an hour ends every lease at once; moved back, all is as it was, and the work goes on', async () => {
  const { records, sql, connectionString, runnerId } = await openWithRunner(server, ['a']);
  const lease = await leaseOne(records, { runnerId });
  const instants = () => sql(`select a.started_at, a.lease_until, r.seen_at, b.created_at from attempt a, runner r, build b`);
  const before = await instants();
  assert.equal(await moveClock(connectionString, 3_600_000), 1);
  assert.equal(await moveClock(connectionString, -3_600_000), 0);
  assert.deepEqual(await instants(), before);
  await moveClock(connectionString, 3_600_000);
  assert.equal(await records.expireLeases(), 1);
  const held = [{ key: 'a', fence: lease.fence, percent: 0 }];
  assert.deepEqual(await records.renewLeases({ runnerId, leases: held, leaseMs: 60_000 }), [], 'nobody else was given it');
  await records.completeTask({ ...completionOf(lease), runnerId });
});

test('what was added while the clock was an hour ahead waits no longer than what failed does', async () => {
  const { records, connectionString } = await server.open();
  await someBuild(records, { tasks: [someTask('b')] });
  await moveClock(connectionString, -3_600_000);
  const [task] = (await records.fleetSnapshot()).tasks;
  assert.equal(task?.demand?.readyInMs, 16_000);
});

const hourMs = 3_600_000;

test('L14: a runner that dies as the clock is set back by an hour loses its leases when they would have run out, and one that lives keeps them', async () => {
  const { records, sql, connectionString } = await server.open();
  await someBuild(records, { tasks: [someTask('a'), someTask('b'), someTask('c'), someTask('d')] });
  const joined = async (name: string) => (await records.joinRunner(someOffer({ name }))).runnerId;
  const [living, dead] = [await joined('living'), await joined('dead')];
  const leaseMs = 400;
  const kept = await leaseOne(records, { runnerId: living, leaseMs });
  await leaseOne(records, { runnerId: dead, leaseMs });
  const epoch = await epochOf(records);
  const { tasks } = await records.fleetSnapshot();
  const waiting = tasks.flatMap(({ state, demand }) => (state === 'waiting' && demand ? [demand] : []));
  await records.grantTasks({ epoch, grants: waiting.map((task) => grantOf(task, dead)) });
  await moveClock(connectionString, -hourMs);
  assert.equal(await records.expireLeases(), 0);
  const holds = await sql(
    `select round(extract(epoch from max(lease_until - now()))) as s, count(*)::int as held, bool_and(started_at <= now()) or bool_or(heard_at <= now()) as right
     from attempt where ended_at is null group by delivered_at is null order by 1`,
  );
  assert.deepEqual(
    holds.map(({ s, held, right }) => [Number(s), held, right]),
    [
      [0, 2, true],
      [10, 2, true],
    ],
    'a lease and a grant hold as long as they would have',
  );
  const ages = (await records.fleetSnapshot()).tasks.map(({ demand, lease }) => [
    (demand?.turnAgoMs ?? 0) >= 0,
    (lease?.sinceMs ?? 0) >= 0,
  ]);
  assert.deepEqual(new Set(ages.flat()), new Set([true]));
  const leases = [{ key: kept.task.key, fence: kept.fence, percent: 50 }];
  for (let at = 0; at < 6; at++) {
    assert.deepEqual(await records.renewLeases({ runnerId: living, leases, leaseMs }), []);
    await sleep(100);
  }
  assert.equal(await records.expireLeases(), 1, 'what the dead one had been given');
  assert.deepEqual(
    (await records.fleetSnapshot()).runners.map(({ runnerId }) => runnerId),
    [living],
  );
  await records.completeTask({ ...completionOf(kept), runnerId: living });
});

test('L14: the place of what is to stop is free when its lease would have been over, though the clock was set back', async () => {
  const { records, sql, connectionString, build, runnerId } = await openWithRunner(server, ['a']);
  await leaseOne(records, { runnerId, leaseMs: 300 });
  await records.cancelBuild(build.id);
  await moveClock(connectionString, -hourMs);
  await records.expireLeases();
  const places = () =>
    sql(`select extract(epoch from stopping_until - now()) <= 0.3 as soon from attempt where stopping_until is not null`);
  assert.deepEqual(await places(), [{ soon: true }]);
  await sleep(350);
  await records.expireLeases();
  assert.deepEqual(await places(), []);
});
