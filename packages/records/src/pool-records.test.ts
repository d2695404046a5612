import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Grant } from './schedule-store.ts';
import { epochOf, grantOf, leaseGranted } from './testing/lead.ts';
import { rowFor, someBuild, someOffer, someProgress, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';

const server = serverOfTests();

test('O1: a machine is known from before it is asked for until it is surely gone', async () => {
  const { records } = await server.open();
  assert.match(await records.installationId(), /^[0-9a-f]{8}$/);
  const two = ['a', 'b'].map((id) => ({ id, pool: 'one' }));
  await records.addMachines(two);
  await records.addMachines(two.slice(1));
  await records.stopMachine('a');
  const machines = await records.machines();
  assert.deepEqual(
    machines.map(({ id, pool, state }) => [id, pool, state]),
    [
      ['a', 'one', 'stopping'],
      ['b', 'one', 'wanted'],
    ],
  );
  assert.ok(machines.every(({ ageMs }) => ageMs >= 0 && ageMs < 60_000));
  await records.forgetMachine('a');
  assert.deepEqual(
    (await records.machines()).map(({ id }) => id),
    ['b'],
  );
});

test('O2: the size of pools follows what waits, what each runner does, and films without a plan', async () => {
  const { records, sql } = await server.open();
  await someBuild(records, { tasks: [someTask('a'), someTask('b'), someTask('c', { estimateMs: 500 })] });
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm1', pool: 'one' }));
  await leaseGranted(records, { runnerId, max: 2, leaseMs: 60_000 });
  await sql('update attempt set percent = 25');
  await records.joinRunner(someOffer({ name: 'm2', region: 'eu' }));
  await someBuild(records, { purpose: 'frame', priority: 'interactive', document: 2 });
  await records.saveRests([{ name: 'm1', failures: 3, restMs: 60_000, untilInMs: 60_000 }], { epoch: await epochOf(records) });
  const { waiting, runners, activeBuilds, interactiveBuilds } = await records.poolFacts();
  const needs = { version: 1, toolchain: 'f5', model: null, gpus: 0, vramMib: 0 };
  assert.deepEqual(waiting, [
    { kind: 'encode', ...needs, priority: 'normal', pool: null, region: null, tasks: 1, workMs: 500, dueInMs: null },
  ]);
  const none = { tasks: 0, leftMs: 0 };
  assert.deepEqual(
    runners.map(({ id: _, ...runner }) => runner),
    [
      { name: 'm1', pool: 'one', region: null, draining: false, resting: true, slots: { tasks: 2, leftMs: 1500 }, devices: none },
      { name: 'm2', pool: null, region: 'eu', draining: false, resting: false, slots: none, devices: none },
    ],
  );
  assert.deepEqual([activeBuilds, interactiveBuilds], [2, 1]);
});

test('O2: a batch takes one place of its runner, and a task of two GPUs takes two', async () => {
  const { records } = await server.open();
  await someBuild(records, { tasks: ['a', 'b', 'c', 'd'].map((key) => someTask(key)) });
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm1', pool: 'one' }));
  const demands = new Map((await records.fleetSnapshot()).tasks.flatMap(({ key, demand }) => (demand === null ? [] : [[key, demand]])));
  const grant = (key: string, changes: Partial<Grant>): Grant => ({
    ...grantOf(demands.get(key) ?? assert.fail(key), runnerId),
    ...changes,
  });
  const batch = '00000000-0000-7000-8000-00000000beef';
  await records.grantTasks({
    epoch: await epochOf(records),
    grants: [grant('a', { batch }), grant('b', { batch }), grant('c', {}), grant('d', { devices: ['g0', 'g1'] })],
  });
  const [runner] = (await records.poolFacts()).runners;
  assert.deepEqual(
    [runner?.slots, runner?.devices],
    [
      { tasks: 2, leftMs: 3000 },
      { tasks: 2, leftMs: 2000 },
    ],
  );
  const [there] = (await records.figures()).runners;
  assert.deepEqual([there?.slotsBusy, there?.gpusBusy], [2, 2]);
});

test('O3: the runner of a machine that is to go is given nothing more, and is known to be busy until it is not', async () => {
  const { records, sql } = await server.open();
  await someBuild(records, { tasks: [someTask('a')] });
  await records.addMachines([{ id: 'm1', pool: 'one' }]);
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm1/a1b2c3', pool: 'one' }));
  await records.joinRunner(someOffer({ name: 'm11' }));
  await leaseGranted(records, { runnerId, max: 1, leaseMs: 60_000 });
  await records.stopMachine('m1');
  assert.deepEqual(await sql('select name from runner where draining'), [{ name: 'm1/a1b2c3' }]);
  assert.deepEqual(
    (await records.machines()).map(({ busy }) => busy),
    [1],
  );
  await records.leaveRunner(runnerId);
  assert.deepEqual(
    (await records.machines()).map(({ busy }) => busy),
    [0],
  );
});

test('O5: what machines of a pool offered is known while none is there, until the pool gets its machines another way', async () => {
  const { records } = await server.open();
  const pools = [{ name: 'one', spec: 'small', kinds: null }];
  await records.namePools(pools);
  assert.deepEqual(await records.offersAtRest(), []);
  await records.addMachines([{ id: 'm1', pool: 'one' }]);
  await records.joinRunner(someOffer({ name: 'm11', toolchain: { encode: 'of another' } }));
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm1/a1b2c3', pool: 'one', toolchain: { encode: 'f6' } }));
  const [first] = await records.rememberPools(pools);
  assert.deepEqual([first?.runnerId, first?.startMs, first?.shortAgoMs], [runnerId, null, null]);
  assert.ok(first?.offeredAgoMs !== null && (first?.offeredAgoMs ?? 0) < 60_000);
  assert.deepEqual(await records.offersAtRest(), [], 'it is there');
  await records.leaveRunner(runnerId);
  await records.namePools(pools);
  await records.rememberPools(pools);
  const told = async () => (await records.offersAtRest()).map(({ pool, offer, isShort }) => [pool, offer.toolchain.encode, isShort]);
  assert.deepEqual(await told(), [['one', 'f6', false]]);
  assert.deepEqual(
    (await records.runnerOffers([runnerId])).map(({ id, offer }) => [id, offer.toolchain.encode]),
    [[runnerId, 'f6']],
  );
  const offers = async () => (await records.offers()).map(({ name, atRest }) => [name, atRest]);
  assert.deepEqual(await offers(), [
    ['m11', undefined],
    ['m1/a1b2c3', 'likely'],
  ]);
  await records.noteShort(['one']);
  assert.deepEqual(await told(), [['one', 'f6', true]]);
  assert.equal((await offers()).at(-1)?.[1], 'doubted');
  await records.noteStart({ pool: 'one', startMs: 1000 });
  await records.noteStart({ pool: 'one', startMs: 3000 });
  const [known] = await records.rememberPools(pools);
  assert.deepEqual([known?.startMs, known?.shortAgoMs], [2000, null]);
  await records.namePools([{ name: 'one', spec: 'small', kinds: ['mix'] }]);
  assert.deepEqual(await told(), [['one', undefined, false]], 'of what it is for');
  await records.namePools([{ name: 'one', spec: 'large', kinds: null }]);
  assert.deepEqual(await records.offersAtRest(), []);
});

test('O5: a machine that was asked for before its pool was changed shows nothing of those to come, until the pool is as it was', async () => {
  const { records } = await server.open();
  const pools = (spec: string) => [{ name: 'one', spec, kinds: null }];
  await records.namePools(pools('oil'));
  await records.addMachines([{ id: 'm1', pool: 'one' }]);
  const old = await records.joinRunner(someOffer({ name: 'm1/a1b2c3', pool: 'one', toolchain: { encode: 'f5' } }));
  const known = async (spec: string) => {
    await records.namePools(pools(spec));
    const [memory] = await records.rememberPools(pools(spec));
    const outdated = (await records.machines()).filter(({ isOutdated }) => isOutdated).map(({ id }) => id);
    assert.deepEqual([memory?.machines, memory?.outdated], [(await records.machines()).length, outdated.length]);
    return [memory?.runnerId, memory?.isThere, outdated];
  };
  assert.deepEqual(await known('oil'), [old.runnerId, true, []]);
  assert.deepEqual(await known('ink'), [null, false, ['m1']], 'corrected');
  await records.addMachines([{ id: 'm2', pool: 'one' }]);
  const next = await records.joinRunner(someOffer({ name: 'm2/a1b2c3', pool: 'one', toolchain: { encode: 'f6' } }));
  await records.leaveRunner(old.runnerId);
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm1/a1b2c3', pool: 'one', toolchain: { encode: 'f5' } }));
  assert.deepEqual(await known('ink'), [next.runnerId, true, ['m1']], 'the old one joined last');
  await records.leaveRunner(next.runnerId);
  assert.deepEqual(await known('ink'), [next.runnerId, false, ['m1']]);
  assert.deepEqual(
    (await records.offersAtRest()).map(({ offer }) => offer.toolchain.encode),
    ['f6'],
    'the old one does not stand for it',
  );
  assert.deepEqual(await known('oil'), [runnerId, true, ['m2']]);
});

test('O6: what a service says of a machine stands beside it until it says otherwise', async () => {
  const { records } = await server.open();
  await records.addMachines(['a', 'b'].map((id) => ({ id, pool: 'one' })));
  const endsAt = new Date(Date.now() + 60_000).toISOString();
  await records.tellMachines([
    { id: 'a', refused: 'quota', endsAt: null },
    { id: 'b', refused: null, endsAt },
  ]);
  const [a, b] = await records.machines();
  assert.deepEqual([a?.refused, a?.endsInMs, b?.refused], ['quota', null, null]);
  assert.ok((b?.endsInMs ?? 0) > 0 && (b?.endsInMs ?? 0) <= 60_000);
  await records.tellMachines([{ id: 'a', refused: null, endsAt: null }]);
  assert.equal((await records.machines())[0]?.refused, null);
});

test('O7: a pool that a build waits for is known, with when a machine was asked for and what its machines are still fetching', async () => {
  const { records } = await server.open();
  const pools = [{ name: 'one', spec: 'small', kinds: null }];
  await records.namePools(pools);
  const build = await someBuild(records);
  const plan = { buildId: build.id, rows: [], ready: [], progress: someProgress };
  await records.savePlan({ ...plan, awaits: { pools: ['one', 'two'], text: 'It waits for one.' } });
  assert.deepEqual((await records.poolFacts()).awaited, ['one', 'two']);
  assert.equal((await records.getBuild(build.id))?.waits, 'It waits for one.');
  const known = async () => {
    const [memory] = await records.poolMemories(['one']);
    return [memory?.scoutAgoMs === null, memory?.offeredAgoMs === null, memory?.isThere, memory?.bringing];
  };
  const scouts = async () => {
    const [memory] = await records.poolMemories(['one']);
    return [memory?.scouts, memory?.isLost];
  };
  assert.deepEqual(await known(), [true, true, false, []]);
  await records.noteScouts([{ pool: 'one', count: 1 }]);
  assert.deepEqual(await known(), [false, true, false, []]);
  assert.ok(Math.abs(Date.parse((await records.poolMemories(['one']))[0]?.scoutAt ?? '') - Date.parse(build.createdAt)) < 60_000);
  const byHand = await records.joinRunner(someOffer({ name: 'by hand', pool: 'one', bringing: ['ink'] }));
  assert.deepEqual(await known(), [false, true, false, ['ink']], 'no machine of the pool, which shows nothing of them');
  await records.leaveRunner(byHand.runnerId);
  await records.addMachines([{ id: 'm1', pool: 'one' }]);
  const { runnerId } = await records.joinRunner(someOffer({ name: 'm1/a1b2c3', pool: 'one', bringing: ['oil', 'joe'] }));
  await records.rememberPools(pools);
  assert.deepEqual(await known(), [false, false, true, ['joe', 'oil']]);
  assert.deepEqual(await scouts(), [1, false]);
  await records.leaveRunner(runnerId);
  assert.deepEqual(await known(), [false, false, false, ['joe', 'oil']], 'its runner may be back with more');
  assert.deepEqual(await scouts(), [1, false]);
  await records.stopMachine('m1');
  assert.deepEqual(await known(), [false, false, false, []], 'it comes no more');
  assert.deepEqual(await scouts(), [1, true], 'nobody knows what it would have offered');
  await records.noteScouts([{ pool: 'one', count: 2 }]);
  assert.deepEqual(await scouts(), [2, true]);
  await records.addMachines([{ id: 'm2', pool: 'one' }]);
  const next = await records.joinRunner(someOffer({ name: 'm2/a1b2c3', pool: 'one' }));
  await records.rememberPools(pools);
  await records.leaveRunner(next.runnerId);
  await records.stopMachine('m2');
  assert.deepEqual(await scouts(), [0, false], 'it was through with fetching');
  await records.savePlan(plan);
  assert.deepEqual([(await records.poolFacts()).awaited, (await records.getBuild(build.id))?.waits], [[], undefined]);
  await records.savePlan({ ...plan, awaits: { pools: ['one'], text: 'It waits for one.' } });
  await records.endBuild({ ...plan, state: 'failed', result: null, problem: null });
  assert.deepEqual([(await records.poolFacts()).awaited, (await records.getBuild(build.id))?.waits], [[], undefined]);
});

test('O7, D1: what a build is expected to cost is noted once it waits for no pool any more', async () => {
  const { records, sql } = await server.open();
  const build = await someBuild(records);
  const estimates = () => sql(`select slot_ms from spend_entry where kind = 'estimate' and build_id = '${build.id}'`);
  const plan = { buildId: build.id, rows: [rowFor(someTask('a'))], ready: [], progress: someProgress };
  await records.savePlan({ ...plan, awaits: { pools: ['one'], text: 'It waits.' } });
  assert.deepEqual(await estimates(), []);
  const rows = [rowFor(someTask('a', { estimateMs: 500 })), rowFor(someTask('b', { estimateMs: 700 }))];
  await records.savePlan({ ...plan, rows });
  assert.deepEqual(await estimates(), [{ slot_ms: 1200 }]);
  await records.savePlan({ ...plan, rows: rows.slice(1) });
  assert.deepEqual(await estimates(), [{ slot_ms: 1200 }], 'the first of them stays');
});
