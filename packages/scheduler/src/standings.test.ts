import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standings } from './standings.ts';
import { demand, gpuRunner, joined, known, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

const gpu = { gpus: 1, vramMib: 1024 } as const;
type Told = ReturnType<typeof scheduler>;
const startsOf = ({ state }: Told, instantMs: number) =>
  Object.fromEntries(standings(state, instantMs).map(({ task, expectedStartMs }) => [task, expectedStartMs]));

test('S2: loading counts, for a task and for those behind it, and devices go on with what they hold', () => {
  const told = scheduler();
  const long = { ...gpu, estimateMs: 100_000 };
  told.tell(0, ...known(model('a'), model('b')), ...joined(gpuRunner('r', 1, ['a'])), ...wanted(demand('runs', { ...long, model: 'a' })));
  told.tell(
    0,
    ...wanted(
      demand('same', { ...long, model: 'a', order: 1 }),
      demand('other', { ...long, model: 'b', order: 2 }),
      demand('again', { ...long, model: 'b', order: 3 }),
    ),
  );
  assert.deepEqual(startsOf(told, 0), { same: 100_000, other: 230_000, again: 330_000 });
});

test('S2: tasks of several models wait for the same devices', () => {
  const told = scheduler();
  const long = { ...gpu, estimateMs: 100_000 };
  const names = ['a', 'b', 'c'];
  told.tell(0, ...known(...names.map((name) => model(name))), ...joined(gpuRunner('r', 2, ['a', 'b'])));
  told.tell(0, ...wanted(...names.map((name, order) => demand(name, { ...long, model: name, order }))));
  told.tell(1, ...wanted(...names.map((name, order) => demand(`${name}2`, { ...long, model: name, order: 10 + order, readyMs: 1 }))));
  const found = startsOf(told, 1);
  // Two devices, and four tasks that wait for them.
  assert.ok((found.c ?? 0) >= 130_000, `found ${found.c}`);
  assert.ok(Math.max(...Object.values(found).map(Number)) >= 230_000, JSON.stringify(found));
});

test('S2: who is ahead stands behind those who are owed, a workspace at its cap behind its own, and what must begin for its deadline before it', () => {
  const told = scheduler();
  told.tell(
    0,
    { type: 'workspace', workspace: { id: 'ahead', weight: 1, cap: null, used: { gpuMs: 0, slotMs: 36_000_000 } } },
    { type: 'workspace', workspace: { id: 'capped', weight: 1, cap: 1 } },
    ...joined(runner('r', { slots: 2 })),
    ...wanted(
      demand('x', { workspace: 'capped', estimateMs: 500_000, size: 'x' }),
      demand('y', { workspace: 'owed', estimateMs: 10_000, size: 'y' }),
    ),
  );
  told.state.shares.get('ahead')?.early.slot === 0 && Object.assign(told.state.shares.get('ahead')?.early ?? {}, { slot: 36_000_000 });
  const work = { estimateMs: 10_000 };
  told.tell(
    1,
    ...wanted(
      demand('person', { ...work, workspace: 'ahead', priority: 'interactive' }),
      demand('film-1', { ...work, workspace: 'owed', order: 1 }),
      demand('film-2', { ...work, workspace: 'owed', order: 2 }),
      demand('dated', { ...work, workspace: 'owed', priority: 'bulk', deadlineMs: 40_000 }),
      demand('second', { ...work, workspace: 'capped' }),
    ),
  );
  assert.deepEqual(startsOf(told, 1), { dated: 10_000, 'film-1': 20_000, 'film-2': 30_000, person: 40_000, second: 500_000 });
});

test('S1: what has no deadline is not said to miss one: it would wait longer than such work is to wait', () => {
  for (const [deadlineMs, reason] of [
    [null, 'loading the model from disk takes 30 s; waiting for it would take longer than normal work is to wait (900 s)'],
    [1_000_000, 'loading the model from disk takes 30 s; waiting for it would miss a deadline'],
  ] as const) {
    const { tell, grants } = scheduler();
    tell(
      0,
      ...known(model('a'), model('b')),
      ...joined(gpuRunner('r', 2, ['a', 'b'])),
      ...wanted(demand('long', { ...gpu, model: 'a', estimateMs: 3_000_000, size: 'long' })),
    );
    tell(100, ...wanted(demand('next', { ...gpu, model: 'a', deadlineMs, submittedMs: 100, readyMs: 100 })));
    assert.deepEqual(grants.at(-1)?.tasks, ['next']);
    assert.equal(grants.at(-1)?.reason, reason);
  }
});

test('S1: a person without a deadline asks for a place for having waited, not for being late', () => {
  const { tell } = scheduler();
  tell(0, ...joined(runner('r', { slots: 1 })), ...wanted(demand('film', { priority: 'bulk', estimateMs: 600_000, bordersMs: 1000 })));
  const [asked] = tell(1000, ...wanted(demand('person', { priority: 'interactive', submittedMs: 1000, readyMs: 1000 })));
  assert.equal(asked?.reason, 'person is interactive and would wait longer than 30 s; film is bulk and goes on later');
});

test('S2: a workspace that runs more than it may by now starts another once all but one of as many as it may have ended', () => {
  const told = scheduler();
  const tasks = [10_000, 20_000, 30_000, 40_000].map((estimateMs, order) => demand(`t${order}`, { estimateMs, order }));
  told.tell(0, ...joined(runner('r', { slots: 6 })), ...wanted(...tasks));
  told.tell(1, { type: 'workspace', workspace: { id: 'w1', weight: 1, cap: 2 } }, ...wanted(demand('next', { order: 9 })));
  assert.deepEqual(startsOf(told, 1), { next: 30_000 });
});

test('S1: what waits while the only runner is kept for a task that runs alone is not said to begin, nor that no device is large enough', () => {
  const told = scheduler();
  told.tell(0, ...joined(gpuRunner('r', 2)), ...wanted(demand('long', { gpus: 1, estimateMs: 60_000 })));
  told.tell(1, ...wanted(demand('suspect', { gpus: 1, alone: true })));
  told.tell(2, ...wanted(demand('next', { gpus: 1, order: 1 })));
  const [next] = standings(told.state, 2).filter(({ task }) => task === 'next');
  assert.equal(next?.reason, 'all 2 devices that can are busy');
});
