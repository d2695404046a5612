import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { defaultWorkspace } from './records.ts';
import { epochOf, fitting, grantOf, leaseGranted } from './testing/lead.ts';
import { completionOf, problemOf, someBuild, someTask } from './testing/made-up.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { openWithRunner, tailed } from './testing/with-runner.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

const leaseMs = 60_000;
const withRunner = (keys: readonly string[]) => openWithRunner(server, keys);

test('A1, A2: what one grants that led before, what waits no longer and what is for nobody is not granted', async () => {
  const { records, runnerId, epoch, sql } = await withRunner(['a', 'b', 'c']);
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

test('A3: a grant that nobody asks for is taken back and counts for nothing; a lease asked for in time stays', async () => {
  const { records, runnerId, epoch, sql } = await withRunner(['a', 'b']);
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

test('A5, S4: who was followed draws no number to grant under, stores no views, and neither starts nor stops machines', async () => {
  const { records } = await server.open();
  const { id: buildId } = await someBuild(records);
  const turn = await records.takeTurn();
  await records.takeLead(turn);
  const later = await records.takeTurn();
  const acts = (under: { readonly turn: number }): readonly (() => Promise<unknown>)[] => [
    () => records.checkTurn(under.turn),
    () => records.takeLead(under.turn),
    () => records.saveShots({ buildId, ...under }, { shots: [] } as never),
    () => records.savePackage({ buildId, ...under }, { renditions: [] } as never),
    () => records.addMachines([{ id: 'm', pool: 'p' }], under),
    () => records.stopMachine('m', under),
  ];
  for (const act of acts({ turn })) await assert.rejects(act(), { code: 'lease-stale' });
  assert.deepEqual([await records.machines(), await records.buildShots(buildId), await records.webPackage(buildId)], [[], null, null]);
  for (const act of acts({ turn: later })) await act();
  assert.deepEqual(
    (await records.machines()).map(({ id, state }) => [id, state]),
    [['m', 'stopping']],
  );
});

test('A7, L5: of a batch what ended while it is delivered is not given', async () => {
  const { records, runnerId, epoch, sql, connectionString } = await withRunner(['a', 'b']);
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
  const { records, runnerId, epoch } = await withRunner(['a', 'b']);
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
  const { records, runnerId, sql } = await withRunner(['a']);
  const ids = async () => (await records.fleetSnapshot()).runners.map((runner) => runner.runnerId);
  await sql(`update runner set seen_at = now() - interval '31 seconds'`);
  await records.expireLeases();
  assert.deepEqual(await ids(), []);
  await records.renewLeases({ runnerId, leases: [], leaseMs });
  assert.deepEqual(await ids(), [runnerId]);
});

test('L8: a runner that was not heard of when its lease ran out is given nothing either; one that was heard of is', async () => {
  const { records, runnerId, sql } = await withRunner(['a']);
  const ids = async () => (await records.fleetSnapshot()).runners.map((runner) => runner.runnerId);
  const [lease] = await leaseGranted(records, { runnerId, max: 1, leaseMs });
  const runOut = `update attempt set heard_at = now() - interval '4 seconds', lease_until = now() - interval '1 second'`;
  await sql(runOut);
  await sql(`update runner set seen_at = now() - interval '2 seconds'`);
  await records.expireLeases();
  assert.deepEqual(await ids(), [runnerId]);

  const held = [{ key: lease?.task.key ?? '', fence: lease?.fence ?? 0, percent: 0 }];
  assert.deepEqual(await records.renewLeases({ runnerId, leases: held, leaseMs }), []);
  await sql(runOut);
  // A word that was on its way when the lease was given.
  await sql(`update runner set seen_at = now() - interval '3.5 seconds'`);
  await records.expireLeases();
  assert.deepEqual(await ids(), []);
  assert.deepEqual(await records.renewLeases({ runnerId, leases: held, leaseMs }), []);
  assert.deepEqual(await ids(), [runnerId]);
});

test('F1: of completions written together the stale ones are told, the others are done', async () => {
  const { records, runnerId } = await withRunner(['a', 'b', 'c']);
  const [a, b, c] = await leaseGranted(records, { runnerId, max: 3, leaseMs });
  assert.ok(a && b && c);
  await records.failTask({ runnerId, key: b.task.key, fence: b.fence, problem: problemOf('media-invalid') });
  const all = [a, b, { ...c, fence: c.fence + 1000 }, a].map((lease) => ({ ...completionOf(lease), runnerId }));
  assert.deepEqual(await records.completeTasks(all), ['done', 'stale', 'stale', 'done']);
  const odd = { ...completionOf(c), runnerId, wallMs: Number.NaN, assets: [{ digest: 'd', bytes: 0.5, mediaType: 'x' }] };
  const answers = await Promise.allSettled([records.completeTask(odd), records.completeTask({ ...completionOf(a), runnerId })]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'fulfilled'],
    'one that cannot be stored does not fail the others',
  );
});

test('D1, D2: an estimate, reserves, one charge for the attempt that did it, refunds for the others, in milliseconds and credits', async () => {
  const { records, runnerId, sql, build } = await withRunner(['a']);
  await sql('update workspace set slot_rate = 3, gpu_rate = 50');
  const [lost] = await leaseGranted(records, { runnerId, max: 1, leaseMs: 0 });
  await records.expireLeases();
  const [failed] = await leaseGranted(records, { runnerId, max: 1, leaseMs });
  assert.ok(lost && failed);
  await records.failTask({ runnerId, key: 'a', fence: failed.fence, problem: problemOf('program-failed') });
  await sql('update task set ready_at = now()');
  const [demand] = fitting(await records.fleetSnapshot(), runnerId);
  assert.ok(demand);
  await records.grantTasks({ epoch: await epochOf(records), grants: [{ ...grantOf(demand, runnerId), devices: ['gpu-0', 'gpu-1'] }] });
  const [done] = await records.leaseTasks({ runnerId, max: 1, leaseMs });
  assert.ok(done);
  await sql(`update attempt set delivered_at = delivered_at - interval '1 minute'`);
  await records.completeTask({ ...completionOf(done), runnerId });
  await records.completeTask({ ...completionOf(done), runnerId });
  const entries = await sql(
    'select fence::int, kind, gpu_ms, slot_ms, credits, build_id from spend_entry order by fence, created_at, kind',
  );
  assert.deepEqual(
    entries.map(({ fence, kind, gpu_ms, slot_ms, credits }) => [fence, kind, gpu_ms, slot_ms, credits]),
    [
      [0, 'estimate', 0, 1000, 0.02],
      [lost.fence, 'reserve', 0, 1000, 3],
      [lost.fence, 'refund', 0, 1000, 3],
      [failed.fence, 'reserve', 0, 1000, 3],
      [failed.fence, 'refund', 0, 1000, 3],
      [done.fence, 'reserve', 2000, 0, 100],
      [done.fence, 'settle', 24, 0, 1.2],
    ],
  );
  assert.ok(entries.every((entry) => entry.build_id === build.id));
});

test('Q1: standings are read with the build and task that they are of, and what waits no longer is left out', async () => {
  const { records, runnerId, build } = await withRunner(['a', 'b']);
  const tasks = ['a', 'b'].map((key, position) => ({ key, position, expectedStartAt: null, reason: 'no runner offers encode 1' }));
  await records.saveStandings([{ workspaceId: defaultWorkspace, buildId: build.id, tasks }]);
  const queue = () => records.queue({ workspaceId: defaultWorkspace, limit: 9 });
  assert.deepEqual((await queue())[0], {
    ...{ build: build.id, title: 'A film', priority: 'normal', deadline: null, address: 'span/a', kind: 'encode', key: 'a' },
    ...{ position: 0, expectedStartAt: null, reason: 'no runner offers encode 1' },
  });
  await leaseGranted(records, { runnerId, max: 1, leaseMs });
  assert.deepEqual(
    (await queue()).map(({ key }) => key),
    ['b'],
  );
  assert.deepEqual(await records.queue({ workspaceId: '00000000-0000-7000-8000-000000000002', limit: 9 }), []);
  await records.saveStandings([]);
  assert.deepEqual(await queue(), []);
});

test('L10: what nobody wants any more keeps its place until its runner says that it stopped, left, or its lease would be over', async () => {
  const { records, runnerId, sql, build } = await withRunner(['a', 'b', 'c', 'd']);
  const leases = await leaseGranted(records, { runnerId, max: 4, leaseMs });
  const { position } = await records.fleetSnapshot();
  let from = position;
  const next = async () => {
    const read = await records.tailOutbox(from);
    from = read.position;
    return read.events.flatMap((event) => {
      if (event.type === 'stopped') return [`${event.task.key} stopped`];
      return event.type === 'task' && event.ended !== null ? [`${event.task.key} ${event.ended.stopping === true}`] : [];
    });
  };
  const fenceOf = (key: string) => leases.find(({ task }) => task.key === key)?.fence ?? assert.fail();
  // One was granted and never picked up: nothing of it has to stop.
  await sql(`update attempt set delivered_at = null where key = 'd'`);
  await records.cancelBuild(build.id);
  assert.deepEqual((await next()).sort(), ['a true', 'b true', 'c true', 'd false']);
  const left = async () => (await records.fleetSnapshot()).stopping?.map((one) => `${one.key} ${one.fence === fenceOf(one.key)}`);
  assert.deepEqual(await left(), ['a true', 'b true', 'c true'], 'whoever leads next knows of them');
  await records.noteStopped({ runnerId, fences: [fenceOf('a')], held: [fenceOf('b')] });
  await records.noteStopped({ runnerId, fences: [fenceOf('a')], held: [] });
  assert.deepEqual(await next(), ['a stopped']);
  await records.noteStopped({ runnerId, held: [fenceOf('b')] });
  assert.deepEqual(await next(), ['c stopped'], 'one that does not tell has stopped what it does not hold');
  await records.expireLeases();
  assert.deepEqual(await next(), []);
  await sql(`update attempt set stopping_until = now() - interval '1 second' where stopping_until is not null`);
  await records.expireLeases();
  assert.deepEqual(await next(), ['b stopped']);
  assert.deepEqual(await left(), []);
});

test('L11: a runner is asked for a task, hands it back with what it needs to go on, and the next is given that; it counts for nothing', async () => {
  const { records, runnerId, epoch, sql } = await withRunner(['a', 'b']);
  const leases = await leaseGranted(records, { runnerId, max: 2, leaseMs });
  const [a, b] = leases;
  assert.ok(a && b);
  assert.equal('resume' in a, false);
  const renewal = { runnerId, leaseMs, leases: leases.map(({ task, fence }) => ({ key: task.key, fence, percent: 40 })) };
  assert.deepEqual(await records.renew(renewal), { stale: [], back: [] });
  const askFor = (key: string, fence: number, under: number) =>
    records.askBack([{ workspaceId: defaultWorkspace, key, fence, reason: 'another is interactive' }], { epoch: under });
  await askFor('a', a.fence, epoch);
  await askFor('b', b.fence - 1, epoch);
  await askFor('b', b.fence, epoch - 1);
  assert.deepEqual(await records.renew(renewal), { stale: [], back: ['a'], backFences: [a.fence] });
  const { position } = await records.fleetSnapshot();
  const back = { runnerId, key: 'a', fence: a.fence, resume: { step: 7 } };
  await records.handBack(back);
  assert.deepEqual((await tailed({ records }, position)).told, ['a waiting after returned']);
  await assert.rejects(records.handBack(back), { code: 'lease-stale' });
  await assert.rejects(records.completeTask({ ...completionOf(a), runnerId }), { code: 'lease-stale' });
  assert.deepEqual(await sql(`select attempts, lost, percent from task where key = 'a'`), [{ attempts: 0, lost: 0, percent: 0 }]);
  assert.deepEqual(await sql(`select kind from spend_entry where key = 'a' order by kind`), [{ kind: 'refund' }, { kind: 'reserve' }]);
  const [again] = await leaseGranted(records, { runnerId, max: 1, leaseMs });
  assert.deepEqual(again?.resume, { step: 7 });
  assert.deepEqual((await records.renew({ ...renewal, leases: [{ key: 'a', fence: again?.fence ?? 0, percent: 50 }] })).back, []);
  await records.failTask({ runnerId, key: 'a', fence: again?.fence ?? 0, problem: problemOf('program-failed') });
  assert.deepEqual(await sql(`select resume from task where key = 'a'`), [{ resume: null }], 'what failed begins anew');
});

test('D2: whatever a runner says, its work is charged no longer than since it was given to it; a process tells what it settled', async () => {
  const { records, runnerId, sql } = await withRunner(['a', 'b']);
  await sql('update workspace set slot_rate = 2');
  const leases = await leaseGranted(records, { runnerId, max: 2, leaseMs });
  assert.equal(leases.length, 2);
  await sql(`update attempt set delivered_at = now() - interval '3 seconds'`);
  for (const lease of leases)
    await records.completeTask({ ...completionOf(lease), wallMs: lease.task.key === 'a' ? 3_600_000 : 1000, runnerId });
  const charged = (await sql(`select slot_ms as ms from spend_entry where kind = 'settle' order by key`)).map(({ ms }) => Number(ms));
  assert.ok((charged[0] ?? 0) >= 3000 && (charged[0] ?? 0) < 60_000, `${charged[0]} ms`);
  assert.equal(charged[1], 1000);
  const { slotS, credits } = records.settledHere().get('default') ?? { slotS: 0, credits: 0 };
  assert.equal(slotS.toFixed(3), ((charged[0] ?? 0) / 1000 + 1).toFixed(3));
  assert.equal(credits.toFixed(3), (2 * slotS).toFixed(3));
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const own = await records.spendOf({ workspaceId: defaultWorkspace, since });
  assert.equal(own.settled.slotS.toFixed(3), slotS.toFixed(3));
  assert.deepEqual(own.held, { gpuS: 0, slotS: 0, credits: 0 });
  assert.equal((await records.spendOf({ workspaceId: '00000000-0000-7000-8000-00000000beef', since })).settled.slotS, 0, 'W2');
});
