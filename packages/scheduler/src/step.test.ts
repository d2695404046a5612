import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, Decision } from './demand.ts';
import { standings } from './standings.ts';
import { demand, done, gpuRunner, granted, joined, known, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

const gpu = { gpus: 1, vramMib: 1024, capability: 'draw' } as const;
const runnersOf = (decisions: readonly Decision[]): string[] => decisions.map(({ runner: id }) => id);

test('P2: tasks go to free slots, spread over runners, and wait while all are busy', () => {
  const { tell, state } = scheduler();
  const first = tell(0, ...joined(runner('r1'), runner('r2')), ...wanted(...[1, 2, 3, 4, 5].map((id) => demand(`t${id}`, { order: id }))));
  assert.deepEqual(granted(first), ['t1', 't2', 't3', 't4']);
  assert.deepEqual(runnersOf(first).toSorted(), ['r1', 'r1', 'r2', 'r2']);
  assert.notEqual(first[0]?.runner, first[1]?.runner);
  const [waiting] = standings(state, 0);
  assert.deepEqual(waiting, { task: 't5', position: 0, expectedStartMs: 1000, reason: 'all 4 slots that can are busy' });
  assert.deepEqual(granted(tell(1000, done('t2'))), ['t5']);
});

test('P2: of two runners with as many free slots the one that holds the inputs is taken', () => {
  const { tell } = scheduler();
  const decisions = tell(
    0,
    ...joined(runner('r1'), runner('r2'), runner('r3')),
    ...wanted(
      demand('t', {
        near: [
          { runner: 'r3', mib: 2 },
          { runner: 'r2', mib: 1 },
        ],
      }),
    ),
  );
  assert.deepEqual(runnersOf(decisions), ['r3'], 'which holds most of them');
});

test('F1: interactive tasks go before films and films before what may wait, and the longest first within a build', () => {
  const { tell, grants } = scheduler();
  tell(
    0,
    ...joined(runner('r', { slots: 1 })),
    ...wanted(
      demand('bulk', { priority: 'bulk' }),
      demand('short', { estimateMs: 10 }),
      demand('long', { estimateMs: 9000 }),
      demand('person', { priority: 'interactive' }),
    ),
  );
  for (let at = 1; at < 4; at++) tell(at * 1000, done(grants.at(-1)?.tasks[0] ?? ''));
  assert.deepEqual(
    grants.map(({ tasks }) => tasks[0]),
    ['person', 'long', 'short', 'bulk'],
  );
});

test('P1: a runner is given only what it offers, where it is wanted, and nothing while it drains', () => {
  const { tell, state } = scheduler();
  const tasks = [
    demand('elsewhere', { region: 'there' }),
    demand('other-pool', { pool: 'q' }),
    demand('unknown', { capability: 'sing' }),
    demand('fits'),
  ];
  assert.deepEqual(granted(tell(0, ...joined(runner('r'), runner('old', { draining: true, slots: 9 })), ...wanted(...tasks))), ['fits']);
  const reasons = Object.fromEntries(standings(state, 0).map(({ task, reason }) => [task, reason]));
  assert.deepEqual(reasons, {
    elsewhere: 'no runner that can is in there',
    'other-pool': 'no runner that can is in q',
    unknown: 'no runner offers sing',
  });
  assert.deepEqual(granted(tell(1, ...joined(runner('far', { region: 'there' })))), ['elsewhere']);
});

test('S1: tasks of several kinds that the same slots serve stand in one line, each behind those that go before it', () => {
  const { tell, state } = scheduler();
  const both = { capabilities: ['draw', 'sing'], slots: 1 };
  tell(0, ...joined(runner('r', both)), ...wanted(demand('runs', { estimateMs: 5000 })));
  const bulk = { priority: 'bulk', capability: 'sing' } as const;
  tell(
    0,
    ...wanted(
      demand('later', { estimateMs: 3000 }),
      demand('song', { ...bulk, estimateMs: 2000 }),
      demand('urgent', { ...bulk, priority: 'interactive' }),
    ),
  );
  const found = standings(state, 0).map(({ task, position, expectedStartMs, reason }) => [task, position, expectedStartMs, reason]);
  assert.deepEqual(found, [
    ['urgent', 0, 5000, 'all 1 slots that can are busy'],
    ['later', 1, 6000, '1 task goes before it'],
    ['song', 2, 9000, '2 tasks go before it'],
  ]);
  const overdue = standings(state, 60_000)[0];
  assert.deepEqual(
    [overdue?.expectedStartMs, overdue?.reason],
    [115_000, 'all 1 slots that can are busy'],
    'it takes as much longer again',
  );
});

test('P4: a GPU goes on with the model that it holds, and another is loaded only onto one that nobody needs', () => {
  const { tell } = scheduler();
  const decisions = tell(
    0,
    ...known(model('a'), model('b')),
    ...joined(gpuRunner('r', 2, ['a', null])),
    ...wanted(demand('a1', { ...gpu, model: 'a' }), demand('b1', { ...gpu, model: 'b' })),
  );
  const found = decisions.map((each) => (each.type === 'grant' ? [each.tasks[0], each.devices[0], each.tier, each.expectedMs] : []));
  assert.deepEqual(found, [
    ['b1', '1', 'disk', 31_000],
    ['a1', '0', 'resident', 1000],
  ]);
});

test('P4: waiting for the model beats loading it again where its device is free sooner, and the standing says so', () => {
  const { tell, state } = scheduler();
  tell(
    0,
    ...known(model('a')),
    ...joined(gpuRunner('r', 2, ['a', null])),
    ...wanted(demand('first', { ...gpu, model: 'a', estimateMs: 12_000 })),
  );
  const later = tell(100, ...wanted(demand('second', { ...gpu, model: 'a', submittedMs: 100, readyMs: 100 })));
  assert.deepEqual(granted(later), []);
  const [standing] = standings(state, 100);
  assert.equal(standing?.reason, 'waiting 12 s for a resident model beats a 30 s swap from disk');
  assert.deepEqual(granted(tell(12_000, done('first', 12_000))), ['second']);
});

test('P4: a model is loaded a second time where waiting would miss a deadline', () => {
  const { tell, grants } = scheduler();
  tell(
    0,
    ...known(model('a'), model('b')),
    ...joined(gpuRunner('r', 2, ['a', 'b'])),
    ...wanted(demand('long', { ...gpu, model: 'a', estimateMs: 100_000 })),
  );
  tell(100, ...wanted(demand('urgent', { ...gpu, model: 'a', deadlineMs: 60_000, submittedMs: 100, readyMs: 100 })));
  const last = grants.at(-1);
  assert.deepEqual([last?.tasks, last?.devices, last?.evict, last?.tier], [['urgent'], ['1'], ['b'], 'disk']);
  assert.match(last?.reason ?? '', /would miss a deadline/);
});

test('P4: a model for which much comes is not unloaded to spare another a wait, unless it is soon there again', () => {
  for (const [where, loads] of [
    [{}, 0],
    [{ hostMib: 96 * 1024 }, 1],
  ] as const) {
    const { tell } = scheduler();
    tell(0, ...known(model('a'), model('b')), ...joined(gpuRunner('r', 2, ['a', 'b'], where)));
    for (let round = 0; round < 40; round++) {
      const id = `a${round}`;
      tell(round * 10_000, ...wanted(demand(id, { ...gpu, model: 'a', submittedMs: round * 10_000, readyMs: round * 10_000 })));
      tell(round * 10_000 + 1000, done(id));
    }
    tell(400_000, ...wanted(demand('long', { ...gpu, model: 'b', size: 'long', estimateMs: 80_000, readyMs: 400_000 })));
    const found = tell(401_000, ...wanted(demand('short', { ...gpu, model: 'b', submittedMs: 401_000, readyMs: 401_000 })));
    assert.equal(found.length, loads, `weights are ${loads === 0 ? 'on disk alone' : 'kept in memory'}`);
  }
});

test('F5: what is too late already lets those go first that are not', () => {
  const { tell, grants } = scheduler();
  tell(0, ...known(model('a')), ...joined(gpuRunner('r', 1, ['a'])), ...wanted(demand('now', { ...gpu, model: 'a', estimateMs: 50_000 })));
  const soon = { ...gpu, model: 'a', estimateMs: 10_000 };
  tell(1, ...wanted(demand('lost', { ...soon, deadlineMs: 55_000 }), demand('safe', { ...soon, deadlineMs: 70_000 })));
  tell(50_000, done('now', 50_000));
  tell(60_000, done('safe', 10_000));
  assert.deepEqual(
    grants.map(({ tasks }) => tasks[0]),
    ['now', 'safe', 'lost'],
  );
});

test('P5: weights in the host’s memory are taken before those on its disk', () => {
  const { tell, grants } = scheduler();
  const slowHost = gpuRunner('cold', 1);
  const fastHost = gpuRunner('warm', 1, [], { hostMib: 64 * 1024, inMemory: ['a'] });
  tell(0, ...known(model('a')), ...joined(slowHost, fastHost), ...wanted(demand('t', { ...gpu, model: 'a' })));
  assert.deepEqual([grants[0]?.runner, grants[0]?.tier, grants[0]?.expectedMs], ['warm', 'memory', 4000]);
});

test('P3: of two devices that could load a model the one is taken whose own takes less time to leave, and that time is expected too', () => {
  const { tell } = scheduler();
  const facts = [model('a', { unloadMs: 700 }), model('b', { unloadMs: 200 }), model('c', { warmMs: 3000 })];
  const runners = ['a', 'b'].map((held) => gpuRunner(`holds ${held}`, 1, [held], { inMemory: ['c'] }));
  const [decision] = tell(0, ...known(...facts), ...joined(...runners), ...wanted(demand('t', { ...gpu, model: 'c' })));
  assert.ok(decision?.type === 'grant');
  assert.deepEqual([decision.runner, decision.evict, decision.expectedMs], ['holds b', ['b'], 200 + 3000 + 1000]);
});

test('P3: a task that needs more memory than any device has waits and says how much', () => {
  const { tell, state } = scheduler();
  tell(
    0,
    ...known(model('a', { vramMib: 70 * 1024 })),
    ...joined(gpuRunner('r', 1)),
    ...wanted(demand('t', { ...gpu, model: 'a', vramMib: 10 * 1024 })),
  );
  assert.equal(standings(state, 0)[0]?.reason, 'no runner has 80 GiB on a device');
});

test('P6: several GPUs of one host are given all or none, and small tasks use them meanwhile only if they end in time', () => {
  const { tell, state, grants } = scheduler();
  const small = (id: string, estimateMs: number) => demand(id, { ...gpu, estimateMs, size: id });
  tell(0, ...joined(gpuRunner('r', 4)), ...wanted(small('s1', 60_000), small('s2', 30_000), small('s3', 10_000), small('s4', 10_000)));
  tell(10_000, done('s3', 10_000), done('s4', 10_000), ...wanted(demand('gang', { ...gpu, gpus: 3 })));
  assert.equal(standings(state, 10_000)[0]?.reason, '3 devices of r are kept for it; the last is free in 20 s');
  const fill = tell(11_000, ...wanted(small('quick', 5000), small('slow', 40_000)));
  assert.deepEqual(granted(fill), ['quick']);
  tell(16_000, done('quick', 5000));
  const decisions = tell(30_000, done('s2', 30_000));
  assert.deepEqual(granted(decisions), ['gang']);
  assert.equal(grants.at(-1)?.devices.length, 3);
  tell(40_000, done('gang'));
  assert.deepEqual(grants.at(-1)?.tasks, ['slow']);
});

test('P6: devices are kept on no more than half of the hosts at a time', () => {
  const { tell, state } = scheduler();
  const small = (id: string, estimateMs: number) => demand(id, { ...gpu, estimateMs, size: id });
  const gang = (id: string, gpus: number) => demand(id, { ...gpu, gpus, capability: 'draw', size: id });
  tell(
    0,
    ...joined(...[1, 2, 3, 4].map((id) => gpuRunner(`r${id}`, 4))),
    ...wanted(...Array.from({ length: 16 }, (_, id) => small(`s${id}`, 60_000))),
  );
  tell(1000, ...wanted(gang('two', 2), gang('three', 3), gang('four', 4)));
  const kept = [...state.fleet.wide].filter(({ reserved }) => reserved !== null);
  assert.equal(kept.length, 2);
  assert.equal(new Set(kept.map(({ reserved }) => reserved?.group)).size, 2);
  tell(2000, ...['two', 'three', 'four'].map((task): Change => ({ type: 'withdrawn', task })));
  assert.ok(
    [...state.fleet.wide].every(({ reserved }) => reserved === null),
    'nothing is kept for what waits no more',
  );
});

test('P6: what is kept for one task may be used by another of its kind that comes to be first', () => {
  const { tell } = scheduler();
  const gang = (id: string, deadlineMs: number) => demand(id, { ...gpu, gpus: 3, deadlineMs });
  tell(0, ...joined(gpuRunner('r', 4)), ...wanted(...[1, 2].map((id) => demand(`s${id}`, { ...gpu, estimateMs: 60_000, size: 'small' }))));
  tell(1000, ...wanted(gang('first', 900_000)));
  tell(2000, ...wanted(gang('sooner', 800_000)));
  assert.deepEqual(granted(tell(60_000, done('s1', 60_000))), ['sooner']);
});

test('I3: a scheduler that takes over knows what runs, and what is told of the unknown changes nothing', () => {
  const { tell } = scheduler();
  const before = tell(
    50_000,
    done('nobody'),
    { type: 'gone', runner: 'nobody' },
    { type: 'withdrawn', task: 'nothing' },
    ...joined(runner('r', { slots: 1 })),
    { type: 'running', task: demand('held', { estimateMs: 60_000 }), runner: 'r', devices: [], sinceMs: 10_000 },
    ...wanted(demand('next')),
  );
  assert.deepEqual(before, []);
  assert.deepEqual(granted(tell(70_000, done('held', 60_000))), ['next']);
});

test('I2: a runner that is gone leaves nothing behind, and its tasks run elsewhere once they wait again', () => {
  const { tell, state } = scheduler();
  tell(0, ...joined(runner('r1', { slots: 1 })), ...wanted(demand('t')));
  tell(100, { type: 'gone', runner: 'r1' });
  assert.equal(state.attempts.size, 0);
  assert.deepEqual(runnersOf(tell(200, ...joined(runner('r2')), ...wanted(demand('t', { readyMs: 200 })))), ['r2']);
});

test('F6: a task waits until it may start', () => {
  const { tell } = scheduler();
  assert.deepEqual(granted(tell(0, ...joined(runner('r')), ...wanted(demand('t', { readyMs: 4000 })))), []);
  assert.deepEqual(granted(tell(3999)), []);
  assert.deepEqual(granted(tell(4000)), ['t']);
});
