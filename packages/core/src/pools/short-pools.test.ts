import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MachineRefusal, Pool } from '@filmwright/contracts';
import { type PoolDecision, type PoolNow, planPools } from './plan-pools.ts';
import type { PoolMachine } from './pool-supply.ts';
import { ability, busy, machine, nowMs, pool, poolNow, starting, work } from './testing/some-pools.ts';

const minute = 60_000;
const cheap = pool({ name: 'cheap', maximum: 4, costPerHour: 0.5, startMs: minute });
const dear = pool({ name: 'dear', maximum: 4, costPerHour: 4, startMs: minute });

function plan(pools: readonly PoolNow[], backlog = [work({ tasks: 6 })]): readonly PoolDecision[] {
  return planPools({ pools, backlog, others: [], unplannedBuilds: 0, nowMs });
}
const sizes = (pools: readonly PoolNow[]): readonly number[] => plan(pools).map(({ wanted }) => wanted);

test('machines that are on their way count, and those that are late do not: the next dearer pool does their work', () => {
  assert.deepEqual(sizes([poolNow(cheap, [starting('a', minute), starting('b', minute)]), poolNow(dear)]), [2, 0]);
  const late = plan([poolNow(cheap, [starting('a', 3 * minute), starting('b', 3 * minute)]), poolNow(dear)]);
  assert.deepEqual([late[0]?.stop, late[0]?.isShort, late[1]?.wanted], [[], true, 2]);
  assert.match(late[0]?.reason ?? '', /its machines are late$/);
  const givenUp = plan([poolNow(cheap, [starting('a', 11 * minute)]), poolNow(dear)]);
  assert.deepEqual([givenUp[0]?.stop, givenUp[0]?.start, givenUp[1]?.wanted], [['a'], 2, 2]);
});

test('usual is what machines took before, whatever the pool says, once some came', () => {
  const of = (startMs: number | null): readonly number[] =>
    sizes([poolNow(cheap, [starting('a', 3 * minute)], { memory: { startMs, shortAgoMs: null } }), poolNow(dear)]);
  assert.deepEqual([of(null)[1], of(10 * minute)[1], of(20_000)[1]], [2, 0, 2]);
});

test('a pool that fell short is asked on, and counted on no more before a machine of it came or a while has passed', () => {
  const after = (shortAgoMs: number | null): PoolNow => poolNow(cheap, [], { memory: { startMs: null, shortAgoMs } });
  assert.deepEqual(sizes([after(5 * minute), poolNow(dear)]), [2, 2]);
  assert.deepEqual(sizes([after(30 * minute), poolNow(dear)]), [2, 0]);
  assert.deepEqual(
    plan([poolNow(cheap, [starting('a', 3 * minute), machine('b', { sinceMs: nowMs - minute })]), poolNow(dear)])[0]?.isShort,
    false,
  );
});

test('what a service refuses is left to the next dearer pool at once, and what failed is asked for anew', () => {
  const refused = (why: MachineRefusal, agoMs = 1000): readonly PoolDecision[] =>
    plan([poolNow(cheap, [starting('a', agoMs, { refused: why }), starting('b', agoMs, { refused: why })]), poolNow(dear)]);
  const [none, instead] = refused('none-available');
  assert.deepEqual([none?.wanted, none?.start, none?.stop, instead?.wanted], [2, 0, [], 2]);
  assert.match(none?.reason ?? '', /its service has none available$/);
  assert.match(refused('quota')[0]?.reason ?? '', /quota$/);
  assert.deepEqual(refused('failed')[0]?.stop, [], 'not at once: a service whose machines all fail is not asked without end');
  const [failed, other] = refused('failed', 40_000);
  assert.deepEqual([failed?.stop, failed?.start, other?.wanted], [['a', 'b'], 2, 2]);
  const [unneeded] = plan([poolNow(cheap, [starting('a', 1000, { refused: 'quota' })])], []);
  assert.deepEqual(unneeded?.stop, ['a']);
});

test('a machine that is lost and brought again while it fetches leaves work to the next dearer pool', () => {
  const of = (losses: number): readonly PoolDecision[] => plan([poolNow(cheap, [starting('a', 1000, { losses })]), poolNow(dear)]);
  const [first, instead] = of(1);
  assert.deepEqual([first?.isShort, first?.stop, instead?.wanted], [true, [], 2]);
  assert.match(first?.reason ?? '', /its machines are lost while they fetch$/);
  assert.deepEqual([of(3)[0]?.stop, of(3)[0]?.start], [['a'], 2], 'it is given up');
  assert.deepEqual([of(0)[0]?.isShort, of(0)[1]?.wanted], [false, 0]);
});

test('films that nobody can plan yet are planned elsewhere too where the cheapest pool brings nobody', () => {
  const pools = [poolNow(cheap, [starting('a', minute, { refused: 'quota' })]), poolNow(dear)];
  const films = planPools({ pools, backlog: [], others: [], unplannedBuilds: 1, nowMs });
  assert.deepEqual(
    films.map(({ wanted }) => wanted),
    [1, 1],
  );
});

test('a machine that its service takes away soon is given nothing more, busy or not, and another comes for it', () => {
  const ending = { ...busy('a'), endsInMs: 2 * minute };
  const [decision] = plan([poolNow(cheap, [ending, machine('b')])], [work({ workMs: 2 * minute })]);
  assert.deepEqual([decision?.stop, decision?.wanted, decision?.start], [['a'], 2, 1]);
  assert.match(decision?.reason ?? '', /takes 1 away/);
  assert.deepEqual(plan([poolNow(cheap, [{ ...ending, endsInMs: 60 * minute }])])[0]?.stop, []);
});

test('a machine that is given nothing since it failed one task after another does no work: another comes for it, and it goes once it is idle', () => {
  const resting = machine('a', { isResting: true, idleSinceMs: nowMs - 1000 });
  const one = pool({ ...cheap, maximum: 1 });
  const [decision] = plan([poolNow(cheap, [resting])]);
  assert.deepEqual([decision?.wanted, decision?.start, decision?.stop], [2, 2, []]);
  assert.deepEqual(sizes([poolNow(one, [resting]), poolNow(dear)]), [1, 2], 'where there is no room for another its work goes on');
  assert.deepEqual(plan([poolNow(one, [{ ...resting, idleSinceMs: nowMs - 6 * minute }])])[0]?.stop, ['a']);
});

type Provider = { readonly pool: Pool; readonly gives: (atMs: number) => boolean; machines: PoolMachine[]; shortAtMs: number | null };

/** Has a task of 20 s come every ten seconds, for so many minutes; says in which of them one has waited for more than four. Cheaper machines take what there is first. */
function play(providers: readonly Provider[], minutes: number): readonly number[] {
  const queue: number[] = [];
  const late: number[] = [];
  const busyUntil = new Map<string, number>();
  let made = 0;
  for (let atMs = 0; atMs < minutes * minute; atMs += 5000) {
    if (atMs % 10_000 === 0) queue.push(atMs);
    const decisions = planPools({
      pools: providers.map(({ pool: some, machines, shortAtMs }) =>
        poolNow(some, machines, {
          ability: ability(['encode 5']),
          memory: { startMs: null, shortAgoMs: shortAtMs === null ? null : atMs - shortAtMs },
        }),
      ),
      backlog: [work({ capability: 'encode 5', tasks: queue.length, workMs: queue.length * 20_000 })],
      ...{ others: [], unplannedBuilds: 0, nowMs: atMs },
    });
    for (const [at, provider] of providers.entries()) {
      const decision = decisions[at] ?? assert.fail();
      if (decision.isShort) provider.shortAtMs = atMs;
      for (let index = 0; index < decision.start; index++)
        provider.machines.push(machine(`m${made++}`, { state: 'starting', sinceMs: atMs, idleSinceMs: null }));
      const stayed = provider.machines.filter(({ id }) => !decision.stop.includes(id));
      provider.machines = stayed.map((one) => {
        if (one.state === 'starting' && (atMs - one.sinceMs < minute || !provider.gives(atMs))) return one;
        if (one.state === 'starting') provider.shortAtMs = null;
        const isFree = (busyUntil.get(one.id) ?? 0) <= atMs;
        if (isFree && queue.shift() !== undefined) busyUntil.set(one.id, atMs + 20_000);
        const leftMs = Math.max(0, (busyUntil.get(one.id) ?? 0) - atMs);
        const load = { slots: { tasks: leftMs > 0 ? 1 : 0, leftMs }, devices: { tasks: 0, leftMs: 0 } };
        const sinceMs = one.state === 'starting' ? atMs : one.sinceMs;
        return machine(one.id, { sinceMs, load, idleSinceMs: leftMs > 0 ? null : (one.idleSinceMs ?? atMs) });
      });
    }
    if (queue.some((sinceMs) => atMs - sinceMs > 4 * minute)) late.push(atMs / minute);
  }
  return late;
}

test('no work waits for long for a pool whose machines never come, and one that gives again has its work back', () => {
  const provider = (some: Pool, gives: Provider['gives']): Provider => ({ pool: some, gives, machines: [], shortAtMs: null });
  const never = play([provider(cheap, () => false), provider(dear, () => true)], 600);
  assert.ok(
    never.every((at) => at < 10),
    `late in the minutes ${never.slice(0, 20)}`,
  );
  const [first, second] = [provider(cheap, (atMs) => atMs > 60 * minute), provider(dear, () => true)];
  assert.ok(play([first, second], 120).every((at) => at < 10));
  assert.deepEqual([first.machines.length > 0, second.machines], [true, []], 'the dear ones went');
});
