import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PoolNow, type PoolsNow, planPools } from './plan-pools.ts';
import type { Ability, Backlog } from './pool-work.ts';
import { ability, machine, nowMs, others, pool, poolNow, starting, work } from './testing/some-pools.ts';

const draw: Backlog = {
  kind: 'generate',
  capability: 'generate 1 with sdxl',
  gpus: 1,
  vramMib: 20_000,
  tasks: 6,
  workMs: 360_000,
  dueMs: null,
};
const onCpu = ability(['encode 5']);
const onGpu = ability(['encode 5', 'generate 1 with sdxl'], { devicesMib: [24_000] });
const minute = 60_000;

const cheap = (can: Ability | null, changes: Partial<PoolNow> = {}): PoolNow =>
  poolNow(pool({ name: 'cheap', costPerHour: 0.1, startMs: minute }), [], { ability: can, ...changes });
const dear = (can: Ability | null, changes: Partial<PoolNow> = {}): PoolNow =>
  poolNow(pool({ name: 'dear', costPerHour: 4, startMs: minute }), [], { ability: can, ...changes });
const wanted = (changes: Partial<PoolsNow>): readonly number[] =>
  planPools({ pools: [], backlog: [draw], others: [], unplannedBuilds: 0, nowMs, ...changes }).map((each) => each.wanted);

test('work grows the pool whose machines can do it, not a cheaper one whose machines cannot', () => {
  assert.deepEqual(wanted({ pools: [cheap(onCpu), dear(onGpu)] }), [0, 6]);
  assert.deepEqual(wanted({ pools: [cheap(onCpu, { machines: [machine('m')] }), dear(null)] }), [0, 6], 'the other is not known yet');
  assert.deepEqual(wanted({ pools: [cheap(onCpu), dear(onGpu)], backlog: [work({ capability: 'encode 5' })] }), [2, 0]);
});

test('a GPU that is too small for it does not do work, and a machine of two GPUs does two tasks at once', () => {
  const large = { ...draw, vramMib: 40_000 };
  assert.deepEqual(
    wanted({ backlog: [large], pools: [cheap(onGpu), dear(ability([draw.capability ?? ''], { devicesMib: [80_000, 80_000] }))] }),
    [0, 3],
  );
  assert.deepEqual(
    wanted({ backlog: [{ ...large, gpus: 2 }], pools: [dear(ability([draw.capability ?? ''], { devicesMib: [80_000, 80_000] }))] }),
    [6],
  );
  const both = [draw, work({ capability: 'encode 5', tasks: 4, workMs: 4 * minute })];
  assert.deepEqual(wanted({ backlog: both, pools: [dear(onGpu)] }), [6], 'its slots work beside its GPUs');
});

test('free slots of other runners are taken off the work that they can do, and off no other', () => {
  assert.deepEqual(wanted({ pools: [dear(onGpu)], others: others(20, onCpu) }), [6]);
  assert.deepEqual(wanted({ pools: [dear(onGpu)], others: others(20, onGpu) }), [0]);
  const encode = work({ capability: 'encode 5', workMs: 20 * minute, tasks: 20 });
  const mixed = [...others(20, onGpu), ...others(20, onCpu)];
  assert.deepEqual(wanted({ backlog: [draw, encode], pools: [dear(onGpu)], others: mixed }), [0], 'those that can do least go first');
});

test('of a pool whose machines nobody saw it is taken that they do the kinds that it names, until one came', () => {
  assert.deepEqual(wanted({ pools: [cheap(null), dear(null)] }), [6, 0]);
  assert.deepEqual(wanted({ pools: [cheap(null), dear(onGpu)] }), [1, 6], 'one comes to show it where another is known to do the work');
  assert.deepEqual(wanted({ pools: [cheap(ability([])), dear(onGpu)] }), [0, 6]);
});

test('where work stays that nobody can do, one machine comes of a pool whose machines were not seen for long, and none else', () => {
  const old = (agoMs: number, machines: PoolNow['machines'] = []): PoolNow => cheap(onCpu, { offeredAgoMs: agoMs, machines });
  assert.deepEqual(wanted({ pools: [old(60 * minute), dear(onCpu)] }), [1, 0]);
  assert.deepEqual(wanted({ pools: [old(60 * minute, [starting('m', 5000)]), dear(onCpu)] }), [1, 0], 'it stays until it came');
  assert.deepEqual(wanted({ pools: [old(minute), dear(onCpu)] }), [0, 0]);
  assert.deepEqual(wanted({ pools: [old(60 * minute), dear(onGpu)] }), [0, 6], 'another can');
  const elsewhere = planPools({ pools: [old(60 * minute)], backlog: [{ ...draw, pool: 'dear' }], others: [], unplannedBuilds: 0, nowMs });
  assert.deepEqual(elsewhere[0]?.wanted, 0);
});

test('machines that came before a pool was changed are others to it: what they cannot do brings new ones, and they go once idle', () => {
  const encode = work({ capability: 'encode 5', tasks: 2, workMs: 2 * minute });
  const before = (changes: Partial<PoolNow['machines'][number]> = {}) => machine('old', { isOutdated: true, ...changes });
  const of = (machines: PoolNow['machines'], { maximum = 4, ...changes }: { maximum?: number; isAwaited?: boolean } = {}) =>
    planPools({
      pools: [poolNow(pool({ maximum }), machines, changes)],
      ...{ backlog: [encode], others: others(1, onGpu), unplannedBuilds: 0, nowMs },
    })[0] ?? assert.fail();
  assert.deepEqual([of([before()]).start, of([before()]).stop], [1, ['old']], 'one of them does half of it');
  assert.match(of([before()]).reason, /1 came before the pool was changed/);
  const young = before({ idleSinceMs: nowMs - 1000 });
  assert.deepEqual(of([young]).stop, []);
  assert.deepEqual([of([young], { maximum: 1 }).start, of([young], { maximum: 1 }).stop], [0, ['old']], 'there is no room beside it');
  const going = (agoMs: number) => machine('going', { state: 'stopping', sinceMs: nowMs - agoMs });
  assert.deepEqual(of([young, going(minute)], { maximum: 2 }).stop, [], 'room comes already');
  assert.deepEqual(of([young, going(5 * minute)], { maximum: 2 }).stop, ['old'], 'that one may never go');
  const load = { slots: { tasks: 1, leftMs: 5000 }, devices: { tasks: 0, leftMs: 0 } };
  assert.deepEqual(of([before({ load, idleSinceMs: null })], { maximum: 1 }).stop, [], 'it has work');
  assert.deepEqual(of([starting('old', 1000, { isOutdated: true })]).stop, ['old'], 'it would come as the pool was');
});

test('a scout comes beside machines that came before the pool was changed', () => {
  const old = machine('old', { isOutdated: true, idleSinceMs: nowMs });
  const [decision] = planPools({
    pools: [poolNow(pool({ minimum: 1 }), [old], { isAwaited: true })],
    ...{ backlog: [], others: others(1, onCpu), unplannedBuilds: 0, nowMs },
  });
  assert.deepEqual([decision?.start, decision?.stop], [1, []]);
});

test('where machines that came before the pool was changed hold all its places at work, the one that is done soonest makes room for a scout', () => {
  const at = (id: string, leftMs: number, changes: Partial<PoolNow['machines'][number]> = {}) => {
    const load = { slots: { tasks: leftMs > 0 ? 1 : 0, leftMs }, devices: { tasks: 0, leftMs: 0 } };
    return machine(id, { isOutdated: true, load, idleSinceMs: null, ...changes });
  };
  const of = (machines: PoolNow['machines'], changes: Partial<PoolNow> = {}) => {
    const pools = [poolNow(pool({ maximum: 2 }), machines, { isAwaited: true, ...changes })];
    const [decision] = planPools({ pools, backlog: [], others: others(1, onCpu), unplannedBuilds: 0, nowMs });
    return [decision?.start, decision?.stop, decision?.isFull];
  };
  const [long, short] = [at('a', 60 * minute), at('b', minute)];
  assert.deepEqual(of([long, short]), [0, ['b'], true]);
  assert.deepEqual(of([long, short], { isAwaited: false }), [0, [], true], 'nobody waits for a scout');
  assert.deepEqual(of([long, at('b', minute, { state: 'stopping' })]), [0, [], true], 'it ends what it has, however long that takes');
  assert.deepEqual(of([long, at('b', 0, { idleSinceMs: nowMs })]), [0, ['b'], true], 'one that has nothing to do goes before those');
  const working = at('b', minute, { state: 'stopping' });
  assert.deepEqual(of([at('a', 0, { idleSinceMs: nowMs }), working]), [0, ['a'], true], 'what goes may be at work for long');
  const lowered = { pool: pool({ maximum: 1 }) };
  assert.deepEqual(of([long, working], lowered), [0, ['a'], true], 'both have to go where only one may be there');
  assert.deepEqual(of([long], lowered), [0, ['a'], true]);
  assert.deepEqual(of([long]), [1, [], false]);
  const [gone, stays] = [1000, 5 * minute].map((agoMs) => at('b', 0, { state: 'stopping', idleSinceMs: nowMs - agoMs }));
  assert.ok(gone !== undefined && stays !== undefined);
  assert.deepEqual(of([long, gone]), [0, [], true]);
  assert.deepEqual(of([long, stays]), [0, [], false], 'it was done long ago and may never go: no other is taken from its work for that');
  assert.deepEqual(of([stays, { ...stays, id: 'c' }]), [0, [], false], 'none can come, and who waits is told in the end');
  assert.deepEqual(of([long, starting('new', 1000)]), [0, [], false]);
});
