import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace } from './records.ts';
import { leaseGranted, leaseOne } from './testing/lead.ts';
import { completionOf, problemOf, rowFor, someBuild, someOffer, someProgress, someTask } from './testing/made-up.ts';
import { rowsRead } from './testing/rows-read.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

test('L1a: tasks run where the build that wants them most says, also of long plans, and anywhere once that one has ended', async () => {
  const { records, sql } = await server.open();
  const places = async () =>
    (await sql('select key, pool, region from task order by key')).map(({ key, pool, region }) => [key, pool, region]);
  const anywhere = await someBuild(records, { tasks: [someTask('a')] });
  const first = await someBuild(records, {
    tasks: [someTask('a'), someTask('b')],
    pool: 'gpu',
    region: 'eu',
    priority: 'interactive',
    document: 1,
  });
  assert.deepEqual(await places(), [
    ['a', 'gpu', 'eu'],
    ['b', 'gpu', 'eu'],
  ]);
  await records.cancelBuild(first.id);
  assert.deepEqual((await places())[0], ['a', null, null]);
  await records.cancelBuild(anywhere.id);
  const many = Array.from({ length: 400 }, (_, at) => someTask(`many-${at}`));
  await someBuild(records, { tasks: many, region: 'far', document: 2 });
  assert.deepEqual(await sql(`select pool, region, count(*)::int from task where key like 'many-%' group by 1, 2`), [
    { pool: null, region: 'far', count: 400 },
  ]);
});

test('D1: what a build is expected to cost is in time of GPUs for what computes there, of slots for the rest, and of neither for what is there', async () => {
  const { records, sql } = await server.open();
  await sql('update workspace set slot_rate = 0.5, gpu_rate = 10');
  const build = await someBuild(records);
  const rows = [
    rowFor(someTask('drawn'), { gpus: 1, estimateMs: 4000 }),
    rowFor(someTask('large'), { gpus: 3, estimateMs: 1000 }),
    rowFor(someTask('encoded'), { estimateMs: 2000 }),
    rowFor(someTask('there'), { gpus: 1, estimateMs: 8000, reused: true }),
  ];
  await records.savePlan({ buildId: build.id, rows, ready: [], progress: someProgress });
  assert.deepEqual(await sql('select kind, gpu_ms, slot_ms, credits from spend_entry'), [
    { kind: 'estimate', gpu_ms: 7000, slot_ms: 2000, credits: 71 },
  ]);
});

test('S1: a task list is stored in order, follows changes, and its states come from the ledger', async () => {
  const { records } = await server.open();
  const [a, b, c] = [someTask('a'), someTask('b'), someTask('c')];
  const build = await someBuild(records);
  const foreseen = { address: 'mix', kind: 'mix', key: null, estimateMs: 5, reused: false } as const;
  await records.savePlan({ buildId: build.id, rows: [rowFor(c), rowFor(a), foreseen], ready: [c, a], progress: someProgress });
  const seen = async () => (await records.buildTasks(build.id)).map((row) => [row.address, row.state, row.key, row.estimateMs]);
  assert.deepEqual(await seen(), [
    ['span/c', 'waiting', 'c', 1000],
    ['span/a', 'waiting', 'a', 1000],
    ['mix', 'foreseen', null, 5],
  ]);
  await records.savePlan({
    buildId: build.id,
    rows: [rowFor(a), rowFor(b, { estimateMs: 7 }), { ...foreseen, key: 'sum' }],
    ready: [b],
    progress: someProgress,
  });
  assert.deepEqual(await seen(), [
    ['span/a', 'waiting', 'a', 1000],
    ['span/b', 'waiting', 'b', 7],
    ['mix', 'foreseen', 'sum', 5],
  ]);
  const { runnerId } = await records.joinRunner(someOffer());
  const leased = await leaseGranted(records, { runnerId, max: 9, leaseMs: 60_000 });
  assert.deepEqual(leased.map((lease) => lease.task.key).sort(), ['a', 'b'], 'c left the plan, so nobody runs it');
});

test('S2: saving an unchanged plan of 10,000 tasks rewrites no row, and a change of one rewrites one', async () => {
  const { records, sql } = await server.open();
  const tasks = Array.from({ length: 10_000 }, (_, index) => someTask(`k${index}`));
  const rows = tasks.map((task) => rowFor(task));
  const build = await someBuild(records, { tasks });
  const versions = () => sql('select xmin::text, count(*)::int as n from build_task group by 1 order by 2');
  assert.equal((await versions()).length, 1);
  await records.savePlan({ buildId: build.id, rows, ready: [], progress: { ...someProgress, percent: 6 } });
  assert.equal((await versions()).length, 1);
  const changed = rows.map((row, index) => (index === 77 ? { ...row, reused: true } : row));
  await records.savePlan({ buildId: build.id, rows: changed, ready: [], progress: someProgress });
  assert.deepEqual(
    (await versions()).map((row) => row.n),
    [1, 9999],
  );
  assert.deepEqual(await sql('select count(*)::int as n from task where xmin <> (select min(xmin::text) from task)::xid'), [{ n: 0 }]);
});

test('S4: what a process plans or ends that drives builds no more is refused, and what the next one stored stays', async () => {
  const { records } = await server.open();
  const build = await someBuild(records);
  const plan = { buildId: build.id, rows: [rowFor(someTask('a'))], ready: [someTask('a')], progress: someProgress };
  const first = await records.takeTurn();
  await records.savePlan({ ...plan, turn: first });
  const second = await records.takeTurn();
  const rows = [rowFor(someTask('a')), rowFor(someTask('b'))];
  await records.savePlan({ ...plan, rows, ready: [someTask('b')], turn: second });
  await assert.rejects(records.savePlan({ ...plan, turn: first }), { code: 'lease-stale', message: /Another controller drives/ });
  const end = { buildId: build.id, state: 'failed', result: null, problem: problemOf('unavailable'), progress: someProgress } as const;
  await assert.rejects(records.endBuild({ ...end, turn: first }), { code: 'lease-stale' });
  assert.deepEqual(
    [(await records.getBuild(build.id))?.state, (await records.buildTasks(build.id)).map(({ key }) => key)],
    ['running', ['a', 'b']],
  );
  await records.endBuild({ ...end, turn: second });
  assert.equal((await records.getBuild(build.id))?.state, 'failed');
});

test('S3: a failed task of an earlier build is tried anew by the next, and not by the build it failed', async () => {
  const task = someTask('a');
  const { records, build: first, runnerId } = await openWithRunner(server, [task]);
  await leaseOne(records, { runnerId });
  assert.equal(await records.cancelTask({ buildId: first.id, key: 'a' }), 'stopped');
  const lease = await leaseOne(records, { runnerId });
  await records.failTask({ runnerId, key: 'a', fence: lease.fence, problem: problemOf('media-invalid') });
  await records.savePlan({ buildId: first.id, rows: [rowFor(task)], ready: [task], progress: someProgress });
  assert.equal((await records.results(['a'])).get('a')?.state, 'failed');
  await someBuild(records, { tasks: [task], document: 2 });
  assert.equal((await records.results(['a'])).get('a')?.state, 'waiting');
  assert.equal((await records.fleetSnapshot()).tasks[0]?.demand?.tried, undefined, 'no runner is to be left out any more');
  const again = await leaseOne(records, { runnerId });
  assert.ok(again.fence > lease.fence);
});

test('R1: results tell output, time and the build a task ran for; unknown keys are left out', async () => {
  const { records, build, runnerId } = await openWithRunner(server, ['a']);
  const lease = await leaseOne(records, { runnerId });
  await records.renewLeases({ runnerId, leases: [{ key: 'a', fence: lease.fence, percent: 40 }], leaseMs: 60_000 });
  assert.equal((await records.results(['a'])).get('a')?.percent, 40);
  const completion = completionOf(lease);
  await records.completeTask({ ...completion, runnerId });
  const results = await records.results(['a', 'unknown']);
  assert.deepEqual([...results.keys()], ['a']);
  const { finishedAtMs, ...result } = results.get('a') ?? assert.fail();
  assert.ok((finishedAtMs ?? 0) > 1e12);
  assert.deepEqual(result, {
    key: 'a',
    kind: 'encode',
    state: 'done',
    output: completion.output,
    problem: null,
    percent: 100,
    wallMs: 12,
    ranFor: build.id,
  });
  assert.deepEqual(await records.getAsset({ workspaceId: defaultWorkspace, digest: 'sha256-of-a' }), completion.assets[0]);
  assert.deepEqual([...(await records.hasAssets(['sha256-of-a', 'sha256-none']))], ['sha256-of-a']);
});

test('R2: a done task whose asset is gone waits again and begins anew, and a late repetition cannot bring the asset back', async () => {
  const { records, sql, runnerId } = await openWithRunner(server, ['a']);
  const first = await leaseOne(records, { runnerId });
  await records.handBack({ runnerId, key: 'a', fence: first.fence, resume: { checkpointAsset: 'sha256-half' } });
  const lease = await leaseOne(records, { runnerId });
  assert.deepEqual(lease.resume, { checkpointAsset: 'sha256-half' });
  await records.completeTask({ ...completionOf(lease), runnerId });
  await sql('delete from asset');
  assert.equal((await records.results(['a'])).get('a')?.state, 'waiting');
  await assert.rejects(records.completeTask({ ...completionOf(lease), runnerId }), { code: 'lease-stale' });
  const again = await leaseOne(records, { runnerId });
  assert.ok(again.fence > lease.fence);
  assert.equal(again.resume, undefined, 'what it was to go on from may be gone as well');
  await records.completeTask({ ...completionOf(again), runnerId });
  assert.equal((await records.results(['a'])).get('a')?.state, 'done');
});

test('W1: the same key in two workspaces is two tasks', async () => {
  const { records, sql } = await server.open();
  const other = '00000000-0000-7000-8000-000000000002';
  await sql(`insert into workspace (id, name) values ($1, 'other')`, [other]);
  await someBuild(records, { tasks: [someTask('a')] });
  await someBuild(records, { tasks: [someTask('a')], workspaceId: other });
  const { runnerId } = await records.joinRunner(someOffer());
  const leases = await leaseGranted(records, { runnerId, max: 9, leaseMs: 60_000 });
  assert.equal(leases.length, 2);
  const [first] = leases;
  assert.ok(first);
  await records.completeTask({ ...completionOf(first), runnerId });
  assert.equal((await records.results(['a'])).get('a')?.state, 'done');
  assert.equal((await records.results(['a'], other)).get('a')?.state, 'leased');
  assert.equal((await records.hasAssets(['sha256-of-a'], other)).size, 0);
  assert.equal(await records.getAsset({ workspaceId: other, digest: 'sha256-of-a' }), null);
});

test('S5, W1: large plans are written side by side, and what several of them list is there once and wanted by the one that presses most', async () => {
  const failed = someTask('large-0001');
  const { records, sql, build: before, runnerId } = await openWithRunner(server, [failed, 'large-0002']);
  const tasks = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) =>
      someTask(`large-${String(from + at).padStart(4, '0')}`, { inputs: ['sha256-ä', 'sha256-in', 'sha256-in'] as never }),
    );
  const lease = await leaseOne(records, { runnerId });
  assert.equal(lease.task.key, failed.key);
  await records.failTask({ runnerId, key: failed.key, fence: lease.fence, problem: problemOf('media-invalid') });
  const wanted = { title: 'Another', document: {}, deadline: '2100-01-02T03:04:05.678Z' };
  const builds = [
    await someBuild(records, { ...wanted, priority: 'bulk' }),
    await someBuild(records, { ...wanted, priority: 'interactive' }),
    await someBuild(records, { ...wanted, priority: 'normal' }),
  ];
  const lists = [tasks(0, 700), tasks(300, 1000), [...tasks(600, 610), someTask('large-9999')]];
  await Promise.all(
    builds.map(({ id }, at) => {
      const own = lists[at] ?? [];
      return records.savePlan({ buildId: id, rows: own.map((task) => rowFor(task)), ready: [...own].reverse(), progress: someProgress });
    }),
  );
  for (const [at, { id }] of builds.entries())
    assert.deepEqual(
      (await records.buildTasks(id)).map(({ key, state }) => `${key} ${state}`),
      lists[at]?.map(({ key }) => `${key} waiting`),
    );
  const wants = await sql(
    `select wanted_by::text as build, priority, deadline_at::text as deadline, count(*)::int as tasks, count(distinct turn_at)::int as turns
     from task group by 1, 2, 3 order by tasks`,
  );
  assert.deepEqual(wants, [
    { build: builds[2]?.id, priority: 'normal', deadline: '2100-01-02 03:04:05.678+00', tasks: 1, turns: 1 },
    { build: before.id, priority: 'normal', deadline: null, tasks: 2, turns: 1 },
    { build: builds[0]?.id, priority: 'bulk', deadline: '2100-01-02 03:04:05.678+00', tasks: 298, turns: 1 },
    { build: builds[1]?.id, priority: 'interactive', deadline: '2100-01-02 03:04:05.678+00', tasks: 700, turns: 1 },
  ]);
  assert.deepEqual(
    await sql(`select count(*)::int as inputs, count(distinct (key, digest))::int as each from task_asset where key >= 'large-0003'`),
    [{ inputs: 998 * 2 - 1, each: 998 * 2 - 1 }],
  );
  assert.deepEqual(
    await sql(
      `select distinct turn_at = (select turn_of(purpose, created_at) from build where id = $1) as same from task where wanted_by = $1`,
      [builds[1]?.id],
    ),
    [{ same: true }],
  );
  const { tasks: there } = await records.fleetSnapshot();
  assert.equal(there.length, 1001);
  assert.equal((await sql(`select attempts from task where key = 'large-0001'`))[0]?.['attempts'], 0, 'it is tried anew');
});

test('S5: a large plan that comes after its build had ended leaves nothing', async () => {
  const { records, sql } = await server.open();
  const build = await someBuild(records);
  await records.cancelBuild(build.id);
  const tasks = Array.from({ length: 400 }, (_, at) => someTask(`late-${at}`));
  for (const some of [tasks, tasks.slice(0, 2)])
    await records.savePlan({ buildId: build.id, rows: some.map((task) => rowFor(task)), ready: some, progress: someProgress });
  assert.deepEqual(await sql('select key from task union all select address from build_task'), []);
});

test('of other builds those alone are read that list a task of a plan, however many there are', async () => {
  const { records, sql } = await server.open();
  for (let at = 0; at < 300; at++) {
    // What the database knows of its tables is from when they were small.
    if (at === 30) await sql('analyze');
    await someBuild(records, { tasks: [someTask(`of-${at}`)], document: at });
  }
  const planned = await someBuild(records, { document: 'another' });
  const tasks = [someTask('new'), someTask('of-7')];
  const plan = (ready: typeof tasks) =>
    records.savePlan({ buildId: planned.id, rows: tasks.map((task) => rowFor(task)), ready, progress: someProgress });
  const before = await rowsRead({ sql }, ['build', 'build_task', 'task']);
  await plan(tasks);
  const read = (await rowsRead({ sql }, ['build', 'build_task', 'task'])) - before;
  assert.ok(read > 0 && read < 60, `${read} rows were read for a plan of two tasks`);
  assert.deepEqual(await sql(`select count(*)::int as n from task where wanted_by = $1`, [planned.id]), [{ n: 1 }]);
});

test('B4: a task that was swept and comes anew by the plan of one build is wanted by the build that presses more', async () => {
  const { records, sql } = await server.open();
  const task = someTask('a');
  const pressing = await someBuild(records, { tasks: [task], priority: 'interactive' });
  const other = await someBuild(records, { tasks: [task], document: 'another' });
  const rows = [rowFor(task)];
  const again = { buildId: other.id, ready: [task], progress: someProgress };
  for (const plan of [
    { ...again, rows },
    { ...again, rows: [...rows, rowFor(someTask('b'), { key: null })] },
  ]) {
    await sql('delete from task');
    await records.savePlan(plan);
    assert.deepEqual(await sql('select wanted_by, priority from task'), [{ wanted_by: pressing.id, priority: 'interactive' }]);
  }
});
