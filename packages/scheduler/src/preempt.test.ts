import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demand, gpuRunner, granted, joined, known, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

const gpu = { gpus: 1, vramMib: 1024, capability: 'draw' } as const;

const film = { priority: 'bulk', estimateMs: 5000, bordersMs: 1000 } as const;
const person = demand('person', { priority: 'interactive', submittedMs: 1000, readyMs: 1000 });

test('P7: the place of a task that takes much longer than expected is asked for while the pressing one can still be in time', () => {
  const { tell } = scheduler();
  tell(0, ...joined(runner('r', { slots: 1 })), ...wanted(demand('film', film)));
  assert.deepEqual(tell(1000, ...wanted(person)), [], 'it is expected to end in time');
  assert.deepEqual(tell(6000), [], 'a little longer is no reason');
  const asked: number[] = [];
  for (let instantMs = 7000; instantMs <= 40_000; instantMs += 250)
    for (const decision of tell(instantMs))
      if (decision.type === 'preempt') {
        assert.deepEqual([decision.task, decision.for], ['film', 'person']);
        asked.push(instantMs);
      }
  // Due 30 s after it was asked for, and takes one: the place must be free by then.
  assert.equal(asked.length, 1, 'once');
  assert.ok((asked[0] ?? 0) + film.bordersMs + 1000 <= 31_000, `asked for after ${asked[0]} ms`);
  const rest = demand('film', { ...film, readyMs: 20_000 });
  assert.deepEqual(granted(tell(20_000, { type: 'ended', task: 'film', outcome: 'returned', ranMs: 20_000, loadMs: 0 }, ...wanted(rest))), [
    'person',
  ]);
});

test('P7: an urgent task takes the place of one that may wait, at its border and only on a GPU that holds its model', () => {
  const { tell } = scheduler();
  const film = { ...gpu, priority: 'bulk', estimateMs: 600_000, bordersMs: 4000 } as const;
  tell(
    0,
    ...known(model('a'), model('b')),
    ...joined(gpuRunner('ra', 1, ['a']), gpuRunner('rb', 1, ['b'])),
    ...wanted(demand('film-a', { ...film, model: 'a' }), demand('film-b', { ...film, model: 'b' })),
  );
  const asked = tell(1000, ...wanted(demand('person', { ...gpu, model: 'b', priority: 'interactive', submittedMs: 1000, readyMs: 1000 })));
  assert.deepEqual(
    asked.map((each) => (each.type === 'preempt' ? [each.task, each.runner, each.for] : each)),
    [['film-b', 'rb', 'person']],
  );
  assert.deepEqual(tell(2000), [], 'it is asked for once');
  const rest = demand('film-b', { ...film, model: 'b', estimateMs: 595_000, readyMs: 5000 });
  const after = tell(5000, { type: 'ended', task: 'film-b', outcome: 'returned', ranMs: 5000, loadMs: 0 }, ...wanted(rest));
  assert.deepEqual(granted(after), ['person']);
});

test('P7: whoever could give way is found behind any number of tasks that could not', () => {
  const { tell } = scheduler();
  const others = Array.from({ length: 300 }, (_, index) => demand(`other${index}`, { ...film, pool: 'q', estimateMs: 600_000 }));
  tell(0, ...joined(runner('many', { slots: 300, pool: 'q' })), ...wanted(...others));
  tell(1, ...joined(runner('r', { slots: 1 })), ...wanted(demand('film', { ...film, pool: 'p', estimateMs: 600_000 })));
  const asked = tell(1000, ...wanted({ ...person, pool: 'p' }));
  assert.deepEqual(
    asked.map((each) => each.type === 'preempt' && each.task),
    ['film'],
  );
});

test('P7: a GPU that holds the model but cannot be given the pressing task is not asked for', () => {
  const { tell } = scheduler();
  const long = { ...gpu, model: 'b', priority: 'bulk', estimateMs: 600_000, bordersMs: 4000 } as const;
  tell(
    0,
    ...known(model('b')),
    ...joined(gpuRunner('elsewhere', 1, ['b'], { pool: 'q' }), gpuRunner('r', 1, ['b'])),
    ...wanted(demand('far', { ...long, pool: 'q' }), demand('whole', { ...long, pool: 'p', bordersMs: null })),
  );
  const pressing = demand('person', { ...gpu, model: 'b', pool: 'p', priority: 'interactive', submittedMs: 1000, readyMs: 1000 });
  assert.deepEqual(tell(1000, ...wanted(pressing)), []);
});

test('P7: a batch gives way as a whole, those of it that still run, and not where one of it has no borders', () => {
  const still = { ...film, estimateMs: 60_000, batch: 'stills', batchMost: 3 };
  for (const { last, wanted: asks } of [
    { last: still, wanted: ['a', 'c'] },
    { last: { ...still, bordersMs: null }, wanted: [] },
  ]) {
    const { tell } = scheduler();
    tell(0, ...joined(runner('r', { slots: 1, runsBatches: true })), ...wanted(demand('a', still), demand('b', still), demand('c', last)));
    tell(500, { type: 'ended', task: 'b', outcome: 'failed', ranMs: 1, loadMs: 0 });
    const asked = tell(1000, ...wanted(person));
    assert.deepEqual(
      asked.map((each) => (each.type === 'preempt' ? each.task : each)),
      asks,
    );
  }
});
