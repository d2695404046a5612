import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Task, taskKinds } from '@filmwright/contracts';
import { defaultWorkspace, type RecordsEvent } from '@filmwright/records';
import { openState, step } from '@filmwright/scheduler';
import { createFleetView } from './fleet-view.ts';
import { createGathering } from './gathering.ts';
import { createStandingsPress } from './publish-standings.ts';
import { done, leaseMs, leaseOf, offer, order, scheduledServer, start, task, until } from './testing/scheduling.ts';

const server = scheduledServer();

test('A2, L1: what is ready is given to runners that can do it, a slot at a time, and what ends makes room for the next', async (context) => {
  const opened = await server.scheduled(context);
  const { records } = opened;
  const { runnerId } = await records.joinRunner(offer('one'));
  const { runnerId: older } = await records.joinRunner(offer('older', { versions: { subtitles: 6 } }));
  await order(opened, [task('a'), task('b'), task('c', { toolchain: 'another' })]);
  const first = await leaseOf(opened, runnerId);
  assert.deepEqual(await records.leaseTasks({ runnerId, max: 9, leaseMs }), [], 'its slot is taken');
  await records.completeTask(done(runnerId, first));
  const second = await leaseOf(opened, runnerId);
  assert.deepEqual([first.task.key, second.task.key].sort(), ['a', 'b']);
  await records.completeTask(done(runnerId, second));
  const [entry] = await until(async () => {
    const queue = await records.queue({ workspaceId: defaultWorkspace, limit: 9 });
    return queue.length === 1 && queue;
  }, 'the standing');
  assert.match(`${entry?.key} ${entry?.reason}`, /^c no runner offers subtitles 7 \(toolchain [0-9a-f]{8}\)$/);
  assert.equal(entry?.expectedStartAt, null);
  assert.deepEqual(await records.leaseTasks({ runnerId: older, max: 9, leaseMs }), []);
  await records.joinRunner(offer('two', { toolchain: { subtitles: 'another' } }));
  await until(async () => (await records.results(['c'])).get('c')?.state === 'leased', 'the runner that can');
});

test('A4, A5: another goes on where one stopped or was overtaken: what runs is known, its slot is taken, and nothing is given twice', async (context) => {
  const opened = await server.open();
  const { records } = opened;
  const stopFirst = start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one', { slots: 2 }));
  await order(opened, [task('a', { estimateMs: 9000 }), task('b', { estimateMs: 8000 }), task('c')]);
  const states = async () => [...(await records.results(['a', 'b', 'c'])).values()].map(({ key, state }) => `${key} ${state}`).sort();
  await until(async () => (await states()).join() === 'a leased,b leased,c waiting', 'both slots');
  const held = await records.leaseTasks({ runnerId, max: 9, leaseMs });
  assert.equal(held.length, 2);
  // Another begins while the first still thinks that it leads.
  start(context, opened);
  await sleep(300);
  assert.deepEqual(await states(), ['a leased', 'b leased', 'c waiting']);
  await records.completeTask(done(runnerId, held[0] ?? assert.fail()));
  const c = await leaseOf(opened, runnerId);
  assert.equal(c.task.key, 'c');
  await stopFirst();
});

test('F2, L6, L8: failed tasks come again when their rest is over, those of runners that left or fell silent go to others', async (context) => {
  const opened = await server.scheduled(context);
  const { records, sql } = opened;
  const { runnerId } = await records.joinRunner(offer('one'));
  await order(opened, [task('a')]);
  const failed = await leaseOf(opened, runnerId);
  const problem = { type: 'x', title: 'x', status: 500, code: 'program-failed', detail: 'x', retryable: true } as const;
  await records.failTask({ runnerId, key: 'a', fence: failed.fence, problem });
  const again = await leaseOf(opened, runnerId);
  assert.equal(again.attempt, 2);
  const { runnerId: other } = await records.joinRunner(offer('two'));
  await records.leaveRunner(runnerId);
  const third = await leaseOf(opened, other);
  assert.equal(third.task.key, 'a');
  await sql(`update runner set seen_at = now() - interval '1 minute'`);
  await sql(`update attempt set lease_until = now() - interval '1 second' where ended_at is null`);
  await records.expireLeases();
  await until(async () => (await records.results(['a'])).get('a')?.state === 'waiting', 'the loss');
  const { runnerId: last } = await records.joinRunner(offer('three'));
  assert.equal((await leaseOf(opened, last)).task.key, 'a');
});

test('A2: weights and caps of workspaces hold from when they are changed, and cancelled builds make room', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  await sql('update workspace set cap = 1');
  start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one', { slots: 4 }));
  const first = await order(opened, [task('a')]);
  await leaseOf(opened, runnerId);
  await order(opened, [task('b')]);
  await until(async () => {
    const [entry] = await records.queue({ workspaceId: defaultWorkspace, limit: 9 });
    return entry?.reason === 'its workspace runs 1 of at most 1 tasks';
  }, 'the reason of the cap');
  await records.cancelBuild(first);
  await records.noteStopped({ runnerId, held: [] });
  assert.equal((await leaseOf(opened, runnerId)).task.key, 'b');
  await order(opened, [task('c')]);
  await sql('update workspace set cap = 2');
  assert.equal((await leaseOf(opened, runnerId)).task.key, 'c');
});

test('A6: whoever leads next owes each workspace what the one before owed', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const { id: other } = await records.addWorkspace({ name: 'other' });
  const spent = `insert into spend_entry (workspace_id, key, fence, kind, gpu_ms, slot_ms, credits, created_at) values ($1, $2, $3, 'settle', 0, $4, 0, $5)`;
  const agoMs = (ms: number): Date => new Date(Date.now() - ms);
  await sql(spent, [defaultWorkspace, 'lately', -1, 4_000_000, agoMs(3_600_000)]);
  await sql(spent, [other, 'long ago', -2, 90_000_000, agoMs(40 * 3_600_000)]);
  const { workspaces } = await records.fleetSnapshot();
  const used = workspaces.map((one) => Math.round((one.used?.slotMs ?? -1) / 10_000));
  assert.deepEqual(used, [200, 0], 'halved in an hour, gone after days');
  await order(opened, [task('a')]);
  await order(opened, [task('b')], { workspaceId: other });
  start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one'));
  assert.equal((await leaseOf(opened, runnerId)).task.key, 'b', 'younger, but owed');
});

test('L10: the place of a cancelled task is given once its runner has stopped it, also by one that began to lead meanwhile', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const stopFirst = start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one', { slots: 2 }));
  const builds = [await order(opened, [task('a')])];
  const a = await leaseOf(opened, runnerId);
  builds.push(await order(opened, [task('b')]));
  const b = await leaseOf(opened, runnerId);
  await order(opened, [task('c'), task('d')]);
  const state = async (key: string) => (await records.results([key])).get(key)?.state;
  const reasonOf = async () => (await records.queue({ workspaceId: defaultWorkspace, limit: 9 }))[0]?.reason;
  await until(reasonOf, 'standings');
  for (const build of builds) await records.cancelBuild(build);
  await sleep(400);
  assert.deepEqual([await state('c'), await state('d')], ['waiting', 'waiting'], 'nothing is stopped yet');
  // The cancelled task itself is wanted anew: it waits for a place like any other.
  await order(opened, [task('a')]);
  await records.noteStopped({ runnerId, fences: [a.fence], held: [b.fence] });
  const next = await leaseOf(opened, runnerId);
  await stopFirst();
  start(context, opened);
  await sleep(400);
  const leased = await sql("select count(*)::int as count from task where state = 'leased'");
  assert.deepEqual(leased, [{ count: 1 }], 'one place is kept for what was not stopped');
  await records.noteStopped({ runnerId, fences: [b.fence], held: [next.fence] });
  await leaseOf(opened, runnerId);
});

test('I4: whoever leads next begins with the times that the one before found', async (context) => {
  const opened = await server.open();
  const { records, sql } = opened;
  const stopFirst = start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one'));
  await order(opened, [task('a')]);
  await records.completeTask({ ...done(runnerId, await leaseOf(opened, runnerId)), wallMs: 7000 });
  await until(async () => (await records.learnedTimes()).length > 0, 'what was learned');
  await stopFirst();
  start(context, opened);
  await order(opened, [task('b'), task('c', { estimateMs: 3000 })]);
  const expected = async (key: string) => {
    const lease = await leaseOf(opened, runnerId);
    assert.equal(lease.task.key, key);
    const [attempt] = await sql('select expected_ms from attempt where fence = $1', [lease.fence]);
    await records.completeTask({ ...done(runnerId, lease), wallMs: 7000 });
    return attempt;
  };
  assert.deepEqual(await expected('c'), { expected_ms: 20_000 + 1000 }, 'another size is guessed by how far off the guess was');
  assert.deepEqual(await expected('b'), { expected_ms: 7000 });
});

test('A1, A2: of what a task to come will read the runner that holds most is told by word alone, once, and anew by whoever leads next', async (context) => {
  const opened = await server.open();
  const { records } = opened;
  const gathering = createGathering();
  const heard: Extract<RecordsEvent, { type: 'ahead' }>[] = [];
  const deaf = await records.listen((event) => void (event.type === 'ahead' && heard.push(event)));
  context.after(deaf);
  const stop = start(context, { ...opened, gathering });
  const versions = { subtitles: taskKinds.subtitles.version };
  const join = (name: string) => records.joinRunner(offer(name, { cachesFiles: true, fetchesAhead: true, versions }));
  const [one, two] = [await join('one'), await join('two')];
  const file = (digit: string) => ({ digest: `sha256-${digit.repeat(64)}`, bytes: 3 * 1024 ** 2 });
  const [a, b, c, d] = [file('a'), file('b'), file('c'), file('d')];
  await records.noteFiles({ ...one, added: [a.digest], removed: [] });
  await records.noteFiles({ ...two, added: [b.digest, c.digest], removed: [] });
  const build = { buildId: 'a build', workspaceId: defaultWorkspace };
  const coming = { address: 'master', kind: 'subtitles', estimateMs: 1000, toolchain: '' } as const;
  gathering.set(build, [{ ...coming, inputs: [a, b, c] }]);
  const first = await until(async () => heard[0], 'a hint');
  assert.deepEqual(first, { type: 'ahead', runnerId: two.runnerId, files: [a] });
  gathering.set(build, [{ ...coming, inputs: [a, b, c, d] }]);
  assert.deepEqual((await until(async () => heard[1], 'the next')).files, [d]);
  await stop();
  start(context, { ...opened, gathering });
  assert.deepEqual((await until(async () => heard[2], 'all anew')).files, [a, d]);
  gathering.drop(build.buildId);
  assert.deepEqual(
    gathering.take().map(({ type }) => type),
    ['gone'],
  );
});

test('A3: a runner is told by word alone which weights on its disk a task waits for', async (context) => {
  const opened = await server.open();
  const { records } = opened;
  const heard: Extract<RecordsEvent, { type: 'ahead' }>[] = [];
  const deaf = await records.listen((event) => void (event.type === 'ahead' && heard.push(event)));
  context.after(deaf);
  start(context, opened);
  const version = taskKinds.drill.version;
  const machine = { cores: 1, memoryBytes: 4e9, diskFreeBytes: 4e9, numaNodes: 1, downBytesPerS: null, upBytesPerS: null };
  const figures = {
    name: 'model m',
    coldMs: 4000,
    warmMs: 500,
    stepMs: 1,
    step: 'one',
    unloadMs: 1,
    ramMib: 900,
    vramMib: 0,
    coldIsCold: true,
  };
  const { runnerId } = await records.joinRunner(
    offer('one', {
      ...{ kinds: ['drill'], versions: { drill: version }, models: ['m'], readsWeights: true },
      machine: { ...machine, encoders: [], warnings: [] },
      figures: [{ ...figures, device: 'a processor', measuredAt: '2026-11-21T00:00:00.000Z' }],
    }),
  );
  const drill = (key: string, model?: { readonly name: string }): Task =>
    task(key, { kind: 'drill', version, payload: { durationMs: 1000, ...(model && { model }) } } as unknown as Partial<Task>);
  await order(opened, [drill('a'), drill('b', { name: 'm' })]);
  assert.deepEqual(await until(async () => heard[0], 'a hint'), { type: 'ahead', runnerId, files: [], models: ['model m'] });
});

test('Q1a: a reader finds where a task stands now a second after the one before it began, also where all is looked at anew more seldom', async (context) => {
  const { records } = await server.open();
  await order({ records }, [task('a'), task('b'), task('c')]);
  const [view, state] = [createFleetView(), openState()];
  step(state, view.open(await records.fleetSnapshot(), 0), 0);
  let now = 0;
  let looks = 0;
  const slow = async (...standings: Parameters<typeof records.saveStandings>) => {
    await records.saveStandings(...standings);
    looks++;
    now += 10_000;
  };
  const press = createStandingsPress({
    records: { ...records, saveStandings: slow },
    view,
    nowMs: () => now,
    epoch: await records.takeLead(),
  });
  context.after(press.settled);
  const told = async () => {
    press.publish(state);
    await press.settled();
    return (await records.queue({ workspaceId: defaultWorkspace, limit: 9 })).map(({ key, position }) => `${key} ${position}`).join();
  };
  const first = await told();
  const [before = ''] = first.split(' ');
  assert.match(first, /^. 0,. 1,. 2$/);
  const { runnerId } = await records.joinRunner(offer('one'));
  const grant = { workspaceId: defaultWorkspace, key: before, runnerId, devices: [], expectedMs: 1, reason: 'a slot is free' };
  assert.equal((await records.grantTasks({ epoch: await records.takeLead(), grants: [grant] }))?.given.length, 1);
  step(
    state,
    (await records.readFleet({ tasks: [grant], runners: [] })).flatMap((event) => view.changesOf(event, now)),
    now,
  );
  now += 1000;
  assert.match(await told(), /^. 0,. 1$/);
  assert.equal(looks, 1);
});
