import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision, RunnerFacts } from './demand.ts';
import { demand, done, joined, known, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

const told = (decisions: readonly Decision[]): readonly string[] =>
  decisions.flatMap((each) => (each.type === 'stage' ? [`${each.model} to the ${each.to} of ${each.runner}: ${each.reason}`] : []));
const small = { hostMib: 900, warmMs: 500, coldMs: 4000 } as const;

/** One slot that works with `a`, and tasks that wait for `b`. */
const busy = (said: Partial<RunnerFacts> = {}) => {
  const scene = scheduler();
  const host = runner('r', { slots: 1, spareMib: 1000, ...said });
  scene.tell(0, ...known(model('a', small), model('b', small), model('c', { ...small, hostMib: 1001 })), ...joined(host));
  scene.tell(1, ...wanted(demand('a1', { model: 'a', estimateMs: 60_000 })));
  const waiting = ['b1', 'b2'].map((id) => demand(id, { model: 'b', estimateMs: 1000, readyMs: 1000 }));
  return { ...scene, host, found: scene.tell(1000, ...wanted(...waiting, demand('c1', { model: 'c', readyMs: 1000 }))) };
};

test('A4: a runner without a GPU is told to read weights that tasks wait for, those that fit, and once in ten minutes', () => {
  const { found, tell, host } = busy();
  assert.deepEqual(told(found), ['b to the memory of r: 2 tasks wait for it; loading it from memory saves 3.5 s']);
  assert.deepEqual(told(tell(2000)), []);
  assert.deepEqual(told(tell(500_000, ...joined({ ...host, inMemory: ['a'] }))), [], 'also where its offer is told anew');
  assert.equal(told(tell(601_000)).length, 1);
});

test('A4: nothing is read where weights are held, or lie on no disk, or by a runner that drains, has nothing to spare or does not do so', () => {
  for (const said of [{ inMemory: ['b'] }, { onDisk: ['a'] }, { draining: true }, { spareMib: 899 }, { spareMib: 0 }])
    assert.deepEqual(told(busy(said).found), [], JSON.stringify(said));
});

test('A4: where loads from the disk were found to take no longer than from memory, nothing is said', () => {
  const scene = scheduler();
  scene.tell(0, ...known(model('b', small)), ...joined(runner('r', { slots: 1, spareMib: 1000 })), ...wanted(demand('b1', { model: 'b' })));
  scene.tell(2000, done('b1', 1000, 510));
  scene.tell(
    3000,
    ...joined(runner('r', { slots: 1, spareMib: 1000 })),
    ...wanted(demand('a1', { model: 'a', estimateMs: 60_000, readyMs: 3000 })),
  );
  assert.deepEqual(told(scene.tell(4000, ...wanted(demand('b2', { model: 'b', readyMs: 4000 })))), []);
});
