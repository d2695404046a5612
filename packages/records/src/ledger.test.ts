import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease } from '@filmwright/contracts';
import pg from 'pg';
import { epochOf, fitting, grantOf, leaseGranted, leaseOne } from './testing/lead.ts';
import { completionOf, problemOf, someBuild, someOffer, someTask } from './testing/made-up.ts';
import { serverOfTests, type TestRecords } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

const longMs = 60_000;
/** A lease of this length has run out by the next statement. */
const outMs = 0;

test('L1: a runner is given only kinds and toolchains that it offers', async () => {
  const tasks = [
    someTask('fits'),
    someTask('other-toolchain', { toolchain: 'f6' }),
    someTask('other-kind', { kind: 'mix', toolchain: '' }),
    someTask('needs-none', { kind: 'speak', toolchain: '' }),
  ];
  const { records } = await openWithRunner(server, tasks);
  const { runnerId } = await records.joinRunner(
    someOffer({ name: 'two', kinds: ['encode', 'speak'], toolchain: { encode: 'f5', speak: 'flite' } }),
  );
  const leases = await leaseGranted(records, { runnerId, max: 9, leaseMs: longMs });
  assert.deepEqual(leases.map((lease) => lease.task.key).sort(), ['fits', 'needs-none']);
  const { estimateMs, inputs, payload, toolchain, version } = leases.find((lease) => lease.task.key === 'fits')?.task ?? assert.fail();
  assert.deepEqual(
    { estimateMs, inputs, payload, toolchain, version },
    { estimateMs: 1000, inputs: ['sha256-in'], payload: { span: 'fits' }, toolchain: 'f5', version: 1 },
  );
  assert.deepEqual(await leaseGranted(records, { runnerId: '00000000-0000-7000-8000-00000000dead', max: 9, leaseMs: longMs }), []);
});

test('L2: frames come before films, older builds before younger ones, long tasks before short ones', async () => {
  const { records } = await server.open();
  await someBuild(records, {
    document: 1,
    tasks: [someTask('old-short', { estimateMs: 10 }), someTask('old-long', { estimateMs: 900 }), someTask('shared', { estimateMs: 1 })],
  });
  await someBuild(records, { document: 2, tasks: [someTask('young', { estimateMs: 5000 })] });
  await someBuild(records, { document: 3, purpose: 'frame', tasks: [someTask('frame', { estimateMs: 1 }), someTask('shared')] });
  const { runnerId } = await records.joinRunner(someOffer());
  const keys = (await leaseGranted(records, { runnerId, max: 9, leaseMs: longMs })).map((lease) => lease.task.key);
  assert.deepEqual(keys, ['frame', 'shared', 'old-long', 'old-short', 'young']);
});

test('L3: runners that ask at once are never given the same task, and everything is given', async () => {
  const { records, runnerId } = await openWithRunner(
    server,
    Array.from({ length: 60 }, (_, index) => someTask(`k${index}`)),
  );
  const leases: Lease[] = [];
  for (let before = -1; before < leases.length; ) {
    before = leases.length;
    const volley = Array.from({ length: 12 }, () => leaseGranted(records, { runnerId, max: 4, leaseMs: longMs }));
    leases.push(...(await Promise.all(volley)).flat());
  }
  assert.equal(leases.length, 60);
  assert.equal(new Set(leases.map((lease) => lease.task.key)).size, 60);
  assert.equal(new Set(leases.map((lease) => lease.fence)).size, 60);
});

test('L4: a lease that ran out but was given to nobody comes back to life when its runner is heard of, and may complete', async () => {
  const { records, runnerId } = await openWithRunner(server, ['a', 'b']);
  const [a, b] = await leaseGranted(records, { runnerId, max: 2, leaseMs: outMs });
  assert.ok(a && b);
  assert.equal(await records.expireLeases(), 2);
  assert.deepEqual(
    await records.renewLeases({ runnerId, leases: [{ key: a.task.key, fence: a.fence, percent: 70 }], leaseMs: longMs }),
    [],
  );
  assert.equal((await records.results([a.task.key])).get(a.task.key)?.state, 'leased');
  await records.completeTask({ ...completionOf(b), runnerId });
  assert.deepEqual(await leaseGranted(records, { runnerId, max: 9, leaseMs: longMs }), []);
  await records.completeTask({ ...completionOf(a), runnerId });
});

test('L5: once a task was given to another, the first runner is told that it is stale', async () => {
  const { records, runnerId } = await openWithRunner(server, ['a']);
  const mine = await leaseOne(records, { runnerId, leaseMs: outMs });
  await records.expireLeases();
  const { runnerId: theirId } = await records.joinRunner(someOffer({ name: 'two' }));
  const theirs = await leaseOne(records, { runnerId: theirId });
  assert.ok(theirs.fence > mine.fence);
  assert.deepEqual(await records.renewLeases({ runnerId, leases: [{ key: 'a', fence: mine.fence, percent: 99 }], leaseMs: longMs }), ['a']);
  await assert.rejects(records.completeTask({ ...completionOf(mine), runnerId }), { code: 'lease-stale', message: /Stop the work/ });
  await assert.rejects(records.failTask({ runnerId, key: 'a', fence: mine.fence, problem: problemOf('program-failed') }), {
    code: 'lease-stale',
  });
  await assert.rejects(records.completeTask({ ...completionOf(theirs), runnerId }), { code: 'lease-stale' }, 'a fence is its own runner’s');
  await records.completeTask({ ...completionOf(theirs), runnerId: theirId });
});

test('L6: what a leaving runner held is given back at once and counts neither as a try nor as a loss', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, ['a']);
  for (let round = 0; round < 4; round += 1) {
    const { runnerId: leaving } = await records.joinRunner(someOffer({ name: 'leaving' }));
    const lease = await leaseOne(records, { runnerId: leaving });
    assert.equal(lease.attempt, 1);
    await records.leaveRunner(leaving);
    await assert.rejects(records.completeTask({ ...completionOf(lease), runnerId: leaving }), { code: 'lease-stale' });
  }
  assert.deepEqual(await sql('select state, lost, attempts from task'), [{ state: 'waiting', lost: 0, attempts: 0 }]);
  assert.deepEqual(
    (await records.runners()).map((runner) => runner.runnerId),
    [runnerId],
  );
});

test('L6, F1: a task that is done at the moment at which its runner leaves stays done', async () => {
  const { records, runnerId, connectionString, sql } = await openWithRunner(server, ['a']);
  const lease = await leaseOne(records, { runnerId });
  const other = new pg.Client({ connectionString });
  await other.connect();
  try {
    // Both wait for the row: first who completes it, then who gives it back by what it saw before.
    await other.query('begin');
    await other.query('select from task for update');
    const done = records.completeTask({ ...completionOf(lease), runnerId });
    await untilWaiting(sql, 1);
    const left = records.leaveRunner(runnerId);
    await untilWaiting(sql, 2);
    await other.query('commit');
    await Promise.all([done, left]);
  } finally {
    await other.end();
  }
  assert.deepEqual(await sql('select state, attempts from task'), [{ state: 'done', attempts: 1 }]);
  assert.deepEqual(await sql('select outcome from attempt'), [{ outcome: 'done' }]);
  assert.deepEqual(await sql('select kind from spend_entry where fence > 0 order by kind'), [{ kind: 'reserve' }, { kind: 'settle' }]);
});

test('L6, A2: a runner that leaves while a task is being given to it gives that back too, and is given nothing more', async () => {
  const { records, runnerId, connectionString, sql } = await openWithRunner(server, ['a']);
  const epoch = await epochOf(records);
  const grants = fitting(await records.fleetSnapshot(), runnerId).map((task) => grantOf(task, runnerId));
  const other = new pg.Client({ connectionString });
  await other.connect();
  try {
    await other.query('begin');
    await other.query('select from task for update');
    const given = records.grantTasks({ epoch, grants });
    await untilWaiting(sql, 1);
    const left = records.leaveRunner(runnerId);
    await untilWaiting(sql, 2);
    await other.query('commit');
    assert.equal((await given)?.given.length, 1);
    await left;
  } finally {
    await other.end();
  }
  assert.deepEqual(await sql('select outcome from attempt'), [{ outcome: 'left' }]);
  assert.deepEqual(await sql('select state, attempts from task'), [{ state: 'waiting', attempts: 0 }]);
  assert.deepEqual((await records.grantTasks({ epoch, grants }))?.refused, grants);
});

test('L6: a runner that leaves does not keep its own heartbeat, which holds its leases, from its row', async () => {
  const { records, runnerId, connectionString, sql } = await openWithRunner(server, ['a']);
  await leaseOne(records, { runnerId });
  const other = new pg.Client({ connectionString });
  await other.connect();
  try {
    // In the order in which a heartbeat does it.
    await other.query(`begin; set local lock_timeout = '500ms'`);
    await other.query('update attempt set heard_at = now()');
    const left = records.leaveRunner(runnerId);
    await untilWaiting(sql, 1);
    await other.query('update runner set seen_at = now()');
    await other.query('commit');
    await left;
  } finally {
    await other.end();
  }
  assert.deepEqual(await sql('select outcome from attempt'), [{ outcome: 'left' }]);
  assert.deepEqual(await sql('select state from task'), [{ state: 'waiting' }]);
});

async function untilWaiting(sql: TestRecords['sql'], count: number): Promise<void> {
  for (;;) {
    const found = await sql(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    if (found.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('L7: a runner that joins again under its name frees what it held before it was killed', async () => {
  const { records } = await openWithRunner(server, ['a']);
  const [{ runnerId } = assert.fail()] = await records.runners();
  const before = await leaseOne(records, { runnerId });
  const { runnerId: anew } = await records.joinRunner(someOffer());
  assert.equal(await records.expireLeases(), 1);
  const leases = [{ key: 'a', fence: before.fence, percent: 50 }];
  assert.deepEqual(await records.renewLeases({ runnerId, leases, leaseMs: longMs }), ['a'], 'the one before does not come back to life');
  const lease = await leaseOne(records, { runnerId: anew });
  assert.ok(lease.fence > before.fence);
});

test('F1: a completion whose reply was lost may be repeated, and the first output stays', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, ['a']);
  const lease = await leaseOne(records, { runnerId });
  await records.completeTask({ ...completionOf(lease), runnerId });
  const before = await sql('select * from task');
  await records.completeTask({ ...completionOf(lease), output: { other: true }, runnerId });
  assert.deepEqual(await sql('select * from task'), before);
  await assert.rejects(records.failTask({ runnerId, key: 'a', fence: lease.fence, problem: problemOf('program-failed') }), {
    code: 'lease-stale',
  });
  assert.equal(await records.expireLeases(), 0);
});

test('F2: a failure that may pass is tried three times, after 1 s and after 4 s, and then has failed', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, ['a']);
  const rests: unknown[] = [];
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const lease = await leaseOne(records, { runnerId });
    assert.equal(lease.attempt, attempt);
    const problem = problemOf('program-failed');
    await records.failTask({ runnerId, key: 'a', fence: lease.fence, problem });
    await records.failTask({ runnerId, key: 'a', fence: lease.fence, problem });
    await assert.rejects(records.completeTask({ ...completionOf(lease), runnerId }), { code: 'lease-stale' });
    const [row] = await sql(
      `select t.state, t.problem, case when ready_at > a.ended_at then round(extract(epoch from ready_at - a.ended_at))::int end as rest from task t join attempt a using (workspace_id, key, fence)`,
    );
    if (attempt < 3) assert.deepEqual(row?.problem, problem);
    else {
      assert.equal(row?.state, 'failed');
      break;
    }
    rests.push(row?.rest);
    assert.deepEqual(await leaseGranted(records, { runnerId, max: 1, leaseMs: longMs }), [], 'it rests');
    await sql(`update task set ready_at = now() - interval '1 second'`);
  }
  assert.deepEqual(rests, [1, 4]);
  assert.ok((await records.results(['a'])).get('a')?.finishedAtMs);
});

test('F3: a failure that cannot pass fails at once', async () => {
  const { records, runnerId } = await openWithRunner(server, ['a']);
  const lease = await leaseOne(records, { runnerId });
  await records.failTask({ runnerId, key: 'a', fence: lease.fence, problem: problemOf('media-invalid') });
  const result = (await records.results(['a'])).get('a');
  assert.equal(result?.state, 'failed');
  assert.equal(result?.problem?.code, 'media-invalid');
});

test('F4: a task that lost its runner three times fails with the names and times of the losses', async () => {
  const { records, runnerId } = await openWithRunner(server, ['a', someTask('b', { estimateMs: 1 })]);
  for (let loss = 1; loss <= 3; loss += 1) {
    const lease = await leaseOne(records, { runnerId, leaseMs: outMs });
    assert.equal(lease.task.key, 'a');
    assert.equal(await records.expireLeases(), 1);
  }
  const result = (await records.results(['a'])).get('a');
  assert.equal(result?.state, 'failed');
  assert.equal(result?.problem?.code, 'task-lost');
  assert.match(result?.problem?.detail ?? '', /"encode" \(a\) lost its runner 3 times: one began at \d{4}-.*; one began at .*memory/);
  assert.equal(await records.expireLeases(), 0);
  assert.equal((await leaseOne(records, { runnerId })).task.key, 'b');
});

test('F5: a task that was given up as lost is done after all when its last runner completes it', async () => {
  const { records, runnerId } = await openWithRunner(server, ['a']);
  const leases: Lease[] = [];
  for (let loss = 1; loss <= 3; loss += 1) {
    leases.push(await leaseOne(records, { runnerId, leaseMs: outMs }));
    await records.expireLeases();
  }
  const [first, , last] = leases;
  assert.ok(first && last);
  await assert.rejects(records.completeTask({ ...completionOf(first), runnerId }), { code: 'lease-stale' });
  await records.completeTask({ ...completionOf(last), runnerId });
  assert.equal((await records.results(['a'])).get('a')?.state, 'done');
});
