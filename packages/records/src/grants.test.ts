import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fitting, grantOf, leaseOne } from './testing/lead.ts';
import { completionOf, problemOf, someBuild, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

const leaseMs = 60_000;

test('A1, A2: what one grants that led before, what waits no longer and what is for nobody is not granted', async () => {
  const { records, runnerId, epoch, sql } = await openWithRunner(server, ['a', 'b', 'c']);
  const snapshot = await records.fleetSnapshot();
  const [a, b, c] = fitting(snapshot, runnerId).map((task) => grantOf(task, runnerId));
  assert.ok(a && b && c);
  const later = await records.takeLead();
  assert.equal(await records.grantTasks({ epoch, grants: [a] }), null);
  const nobody = { ...b, runnerId: '00000000-0000-7000-8000-00000000dead' };
  const answer = await records.grantTasks({ epoch: later, grants: [a, nobody, a] });
  assert.deepEqual(
    answer?.given.map(({ key }) => key),
    ['a'],
  );
  assert.deepEqual(
    answer?.refused.map(({ key }) => key),
    ['b'],
  );
  assert.deepEqual((await records.grantTasks({ epoch: later, grants: [a] }))?.refused, [a]);
  const events = await records.readFleet({ tasks: [a, b], runners: [nobody.runnerId, runnerId] });
  const seen = events.map((event) => {
    if (event.type === 'task') return `${event.task.key} ${event.task.state} ${event.task.lease?.runnerId ?? ''}`;
    return event.type === 'runner' ? `${event.runnerId} ${event.runner?.offer.name ?? 'is gone'}` : event.type;
  });
  assert.deepEqual(seen.sort(), [`${nobody.runnerId} is gone`, `${runnerId} one`, `a leased ${runnerId}`, 'b waiting ']);
  const [attempt] = await sql('select runner_name, reason, expected_ms, delivered_at from attempt');
  assert.deepEqual(attempt, { runner_name: 'one', reason: 'a slot is free', expected_ms: 1000, delivered_at: null });
});

test('A2: what failed since it was decided on is not given before its pause is over, which no clock makes longer', async () => {
  const { records, runnerId, epoch, sql } = await openWithRunner(server, ['a']);
  const [again] = fitting(await records.fleetSnapshot(), runnerId).map((task) => grantOf(task, runnerId));
  assert.ok(again);
  const lease = await leaseOne(records, { runnerId });
  await records.failTask({ runnerId, key: 'a', fence: lease.fence, problem: problemOf('unavailable') });
  assert.deepEqual(await records.grantTasks({ epoch, grants: [again] }), { given: [], refused: [again] });
  await sql(`update task set ready_at = now() + interval '1 hour'`);
  assert.equal((await records.grantTasks({ epoch, grants: [again] }))?.given.length, 1);
});

test('A3: a grant that nobody asks for is taken back and counts for nothing; a lease asked for in time stays', async () => {
  const { records, runnerId, epoch, sql } = await openWithRunner(server, ['a', 'b']);
  const grants = fitting(await records.fleetSnapshot(), runnerId).map((task) => grantOf(task, runnerId));
  await records.grantTasks({ epoch, grants });
  const [taken] = await records.leaseTasks({ runnerId, max: 1, leaseMs });
  await sql(`update attempt set lease_until = now() - interval '1 second' where delivered_at is null`);
  assert.equal(await records.expireLeases(), 0);
  assert.deepEqual(await records.leaseTasks({ runnerId, max: 1, leaseMs }), []);
  assert.deepEqual(await sql('select state, attempts, lost from task order by state'), [
    { state: 'leased', attempts: 1, lost: 0 },
    { state: 'waiting', attempts: 0, lost: 0 },
  ]);
  assert.ok(taken);
  await records.completeTask({ ...completionOf(taken), runnerId });
});

test('A7, L5: of a batch what ended while it is delivered is not given', async () => {
  const { records, runnerId, epoch, sql, connectionString } = await openWithRunner(server, ['a', 'b']);
  const batch = '00000000-0000-7000-8000-00000000ba7c';
  const grants = fitting(await records.fleetSnapshot(), runnerId).map((task) => ({ ...grantOf(task, runnerId), batch }));
  await records.grantTasks({ epoch, grants });
  const other = new pg.Client({ connectionString });
  await other.connect();
  await other.query('begin');
  await other.query(`update attempt set ended_at = now(), outcome = 'unwanted' where key = 'b'`);
  const asked = records.leaseTasks({ runnerId, max: 1, leaseMs });
  const waits = () => sql(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
  while ((await waits()).length === 0) await sleep(10);
  await other.query('commit');
  await other.end();
  assert.deepEqual(
    (await asked).map(({ task }) => task.key),
    ['a'],
  );
});

test('L2: a task that a more pressing build wants too becomes as pressing, until that build has ended', async () => {
  const { records } = await server.open();
  const task = someTask('a');
  const bulk = await someBuild(records, { tasks: [task], priority: 'bulk' });
  const seen = async () =>
    (await records.fleetSnapshot()).tasks.map(({ demand }) => [demand?.buildId, demand?.priority, (demand?.deadlineInMs ?? 0) > 1000]);
  assert.deepEqual(await seen(), [[bulk.id, 'bulk', false]]);
  const soon = await someBuild(records, { tasks: [task], document: 2, deadline: new Date(Date.now() + 60_000).toISOString() });
  assert.deepEqual(await seen(), [[soon.id, 'normal', true]]);
  const frame = await someBuild(records, { tasks: [task], document: 3, purpose: 'frame' });
  assert.deepEqual(await seen(), [[frame.id, 'interactive', false]]);
  await records.cancelBuild(frame.id);
  await records.cancelBuild(soon.id);
  assert.deepEqual(await seen(), [[bulk.id, 'bulk', false]]);
});

test('L3: the same request is given the same leases, another what is left', async () => {
  const { records, runnerId, epoch } = await openWithRunner(server, ['a', 'b']);
  await records.grantTasks({ epoch, grants: fitting(await records.fleetSnapshot(), runnerId).map((task) => grantOf(task, runnerId)) });
  const request = '00000000-0000-7000-8000-0000000000aa';
  const first = await records.leaseTasks({ runnerId, max: 1, leaseMs, request });
  assert.equal(first.length, 1);
  assert.deepEqual(await records.leaseTasks({ runnerId, max: 1, leaseMs, request }), first);
  const rest = await records.leaseTasks({ runnerId, max: 9, leaseMs });
  assert.equal(rest.length, 1);
  assert.notEqual(rest[0]?.task.key, first[0]?.task.key);
});

test('L8: a runner that fell silent is no part of the fleet until it is heard of', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, ['a']);
  const ids = async () => (await records.fleetSnapshot()).runners.map((runner) => runner.runnerId);
  await sql(`update runner set seen_at = now() - interval '31 seconds'`);
  await records.expireLeases();
  assert.deepEqual(await ids(), []);
  await records.renewLeases({ runnerId, leases: [], leaseMs });
  assert.deepEqual(await ids(), [runnerId]);
});

test('L8: a runner that was not heard of when its lease ran out is given nothing either; one that was heard of is', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, ['a']);
  const ids = async () => (await records.fleetSnapshot()).runners.map((runner) => runner.runnerId);
  const lease = await leaseOne(records, { runnerId });
  const runOut = `update attempt set heard_at = now() - interval '4 seconds', lease_until = now() - interval '1 second'`;
  await sql(runOut);
  await sql(`update runner set seen_at = now() - interval '2 seconds'`);
  await records.expireLeases();
  assert.deepEqual(await ids(), [runnerId]);

  const held = [{ key: lease.task.key, fence: lease.fence, percent: 0 }];
  assert.deepEqual(await records.renewLeases({ runnerId, leases: held, leaseMs }), []);
  await sql(runOut);
  // A word that was on its way when the lease was given.
  await sql(`update runner set seen_at = now() - interval '3.5 seconds'`);
  await records.expireLeases();
  assert.deepEqual(await ids(), []);
  assert.deepEqual(await records.renewLeases({ runnerId, leases: held, leaseMs }), []);
  assert.deepEqual(await ids(), [runnerId]);
});
