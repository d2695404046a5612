import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PoolsNow, planPools } from './plan-pools.ts';
import type { Backlog } from './pool-work.ts';
import { busy, machine, nowMs, others, pool, poolNow, starting, work } from './testing/some-pools.ts';

const plan = (changes: Partial<PoolsNow>) =>
  planPools({ pools: [poolNow(pool())], backlog: [], others: [], unplannedBuilds: 0, nowMs, ...changes });
const one = (changes: Partial<PoolsNow>) => plan(changes)[0] ?? assert.fail();

test('a pool grows to what does the waiting work within its target, not above its tasks or its maximum', () => {
  assert.equal(one({ backlog: [work()] }).start, 1);
  assert.equal(one({ backlog: [work({ workMs: 300_000 })] }).start, 5);
  assert.equal(one({ backlog: [work({ workMs: 3_000_000 })] }).start, 8);
  assert.equal(one({ backlog: [work({ tasks: 2, workMs: 3_000_000 })] }).start, 2);
  assert.equal(one({ backlog: [work({ workMs: 1 })] }).start, 1);
  assert.equal(one({}).wanted, 0);
});

test('what is due soon wants more machines than its work alone, together with what is due before it', () => {
  assert.equal(one({ backlog: [work({ dueMs: nowMs + 20_000 })] }).wanted, 3);
  const both = [work({ workMs: 20_000, dueMs: nowMs + 10_000 }), work({ workMs: 60_000, dueMs: nowMs + 20_000 })];
  assert.equal(one({ backlog: both }).wanted, 4);
  assert.equal(one({ backlog: [work({ tasks: 3, dueMs: nowMs - 5000 })] }).wanted, 3, 'late already');
});

test('the minimum stays, and a machine of several slots counts for several', () => {
  assert.equal(one({ pools: [poolNow(pool({ minimum: 2 }))] }).start, 2);
  assert.equal(one({ pools: [poolNow(pool({ slots: 4 }))], backlog: [work({ workMs: 300_000 })] }).wanted, 2);
});

test('machines that start or are busy count; those on their way out do not, but hold their place below the maximum', () => {
  assert.equal(one({ pools: [poolNow(pool(), [busy('a'), starting('b', 1000)])], backlog: [work({ workMs: 300_000 })] }).start, 4);
  const going = machine('c', { state: 'stopping' });
  assert.equal(one({ pools: [poolNow(pool({ maximum: 3 }), [going])], backlog: [work({ workMs: 3_000_000 })] }).start, 2);
});

test('only idle machines go, the longest idle first, never below what is wanted and never a busy one', () => {
  const machines = [busy('a'), machine('b', { idleSinceMs: nowMs - 400_000 }), machine('c'), machine('d', { idleSinceMs: nowMs - 1000 })];
  assert.deepEqual(one({ pools: [poolNow(pool(), machines)] }).stop, ['c', 'b']);
  assert.deepEqual(one({ pools: [poolNow(pool({ minimum: 3 }), machines)] }).stop, ['c']);
  assert.deepEqual(one({ pools: [poolNow(pool(), machines)], backlog: [work({ workMs: 300_000 })] }).stop, []);
});

test('a machine that never came to work is given up and replaced', () => {
  const machines = [starting('a', 121_000)];
  const { stop, start, reason } = one({ pools: [poolNow(pool({ minimum: 1 }), machines)] });
  assert.deepEqual([stop, start], [['a'], 1]);
  assert.match(reason, /1 never came to work/);
});

test('work that must be done in a pool or region grows that one, whatever it costs, and no other; runners of no pool do not lessen it', () => {
  const pools = [poolNow(pool({ name: 'cheap', costPerHour: 1 })), poolNow(pool({ name: 'dear', costPerHour: 9, region: 'eu' }))];
  const started = (changes: Partial<Backlog>, slots = 0): readonly number[] =>
    plan({ pools, backlog: [work(changes)], others: others(slots) }).map(({ start }) => start);
  assert.deepEqual(started({}), [1, 0]);
  assert.deepEqual(started({ pool: 'dear' }), [0, 1]);
  assert.deepEqual(started({ region: 'eu' }, 20), [0, 1]);
  assert.deepEqual(started({ pool: 'cheap', region: 'eu' }), [0, 0]);
});

test('the cheapest pool that can do the work grows first; what is too much for it goes to the next', () => {
  const pools = [
    poolNow(pool({ name: 'dear', costPerHour: 4 })),
    poolNow(pool({ name: 'cheap', costPerHour: 1, maximum: 2 })),
    poolNow(pool({ name: 'sound', costPerHour: 0, capabilities: ['mix'] })),
  ];
  const wanted = plan({ pools, backlog: [work({ workMs: 300_000 })] }).map((each) => [each.pool, each.wanted]);
  assert.deepEqual(wanted, [
    ['dear', 3],
    ['cheap', 2],
    ['sound', 0],
  ]);
});

test('runners of no pool take their share first', () => {
  assert.equal(one({ others: others(2), backlog: [work({ workMs: 300_000 })] }).wanted, 3);
  assert.equal(one({ others: others(5), backlog: [work({ workMs: 300_000 })] }).wanted, 0);
});

test('the reason says what waits, for whom, and which bound holds, and never that nothing waits while something does', () => {
  const reason = (changes: Partial<PoolsNow>): string => one(changes).reason;
  const least = [poolNow(pool({ minimum: 1 }), [busy('a')])];
  assert.equal(reason({ pools: [poolNow(pool({ minimum: 1 }))] }), 'nothing that it can do waits, its minimum is 1');
  assert.equal(
    reason({ others: others(9), backlog: [work()], pools: [poolNow(pool({ minimum: 1 }))] }),
    ['the 10 tasks that wait are left to others', 'its minimum is 1'].join(', '),
  );
  assert.equal(reason({ pools: least }), '1 task is at work');
  assert.equal(reason({ pools: least, backlog: [work({ tasks: 1, workMs: 2000 })] }), '1 task with 2 s of work waits');
  assert.equal(reason({ backlog: [work({ workMs: 3_000_000 })] }), '10 tasks with 3000 s of work wait, its maximum is 8');
  assert.equal(reason({ unplannedBuilds: 1 }), '1 film waits to be planned');
  assert.equal(reason({ pools: [poolNow(pool({ capabilities: ['mix'] }))], backlog: [work()] }), 'nothing that it can do waits');
});

test('films that cannot be planned before a runner is there bring one each, the cheapest pool first', () => {
  const pools = [poolNow(pool({ maximum: 2 })), poolNow(pool({ name: 'two', costPerHour: 1 }))];
  assert.deepEqual(
    plan({ pools, unplannedBuilds: 3 }).map(({ wanted }) => wanted),
    [2, 1],
  );
  assert.equal(one({ unplannedBuilds: 3, pools: [poolNow(pool(), [machine('a', { idleSinceMs: nowMs })])] }).start, 0);
});

test('whatever there is, sizes stay within bounds, no busy machine goes, and more work never wants fewer machines', () => {
  const seed = Number(process.env.FILMWRIGHT_SEED ?? Date.now() % 1_000_000);
  let state = seed + 1;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let round = 0; round < 2000; round++) {
    const minimum = random(3);
    const some = pool({
      minimum,
      maximum: minimum + 1 + random(6),
      slots: 1 + random(3),
      idleMs: random(100_000),
      startMs: random(30_000),
    });
    const machines = Array.from({ length: random(8) }, (_, index) => {
      const tasks = random(3);
      return machine(`m${index}`, {
        state: (['starting', 'ready', 'stopping'] as const)[random(3)] ?? 'ready',
        sinceMs: nowMs - random(400_000),
        load: { slots: { tasks, leftMs: tasks * random(9000) }, devices: { tasks: 0, leftMs: 0 } },
        idleSinceMs: tasks > 0 ? null : nowMs - random(200_000),
      });
    });
    const backlog = Array.from({ length: random(4) }, () =>
      work({ tasks: random(20), workMs: random(900_000), dueMs: random(2) === 0 ? null : nowMs + random(600_000) - 60_000 }),
    );
    const decision = one({ pools: [poolNow(some, machines)], backlog });
    const note = `seed ${seed}, round ${round}`;
    assert.ok(decision.wanted >= some.minimum && decision.wanted <= some.maximum, note);
    const going = machines.filter(({ id, state }) => decision.stop.includes(id) || state === 'stopping');
    assert.ok(decision.start === 0 || machines.length + decision.start - decision.stop.length <= some.maximum, note);
    assert.ok(
      going.every(({ load, state }) => load.slots.tasks === 0 || state !== 'ready'),
      note,
    );
    const more = one({ pools: [poolNow(some, machines)], backlog: [...backlog, work({ tasks: 5, workMs: 100_000 })] });
    assert.ok(more.wanted >= decision.wanted, note);
  }
});
