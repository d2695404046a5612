import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision, RunnerFacts } from './demand.ts';
import { demand, done, gpuRunner, joined, known, model, runner, scheduler, wanted } from './testing/fleet-of.ts';

const told = (decisions: readonly Decision[]): readonly string[] =>
  decisions.flatMap((each) => (each.type === 'read-weights' ? [`${each.runner} reads ${each.model}: ${each.reason}`] : []));
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

test('A3: a runner is told to read weights that tasks wait for, those that fit, and once in ten minutes', () => {
  const { found, tell, host } = busy();
  assert.deepEqual(told(found), ['r reads b: 2 tasks wait for it; loading it from memory saves 3.5 s']);
  assert.deepEqual(told(tell(2000)), []);
  assert.deepEqual(told(tell(500_000, ...joined({ ...host, inMemory: ['a'] }))), [], 'also where its offer is told anew');
  assert.equal(told(tell(601_000)).length, 1);
});

test('A3: nothing is read where weights are held, lie on no disk or cannot be used, nor by a runner that drains or has nothing to spare', () => {
  for (const said of [
    { inMemory: ['b'] },
    { onSlots: ['b'] },
    { onDisk: ['a'] },
    { draining: true },
    { spareMib: 899 },
    { spareMib: 0 },
    { capabilities: ['sing'] },
  ])
    assert.deepEqual(told(busy(said).found), [], JSON.stringify(said));
});

const gpu = { gpus: 1, vramMib: 1024, capability: 'draw' } as const;
const gib = 1024;

/** A GPU of 48 GiB that works with `a`, and tasks that wait for `b`. */
const busyGpu = (said: Partial<RunnerFacts> = {}, vramMib = 30 * gib) => {
  const scene = scheduler();
  const host = gpuRunner('r', 1, ['a'], { spareMib: 80 * gib, ...said });
  const models = ['a', 'b', 'c', 'd'].map((id) => model(id, { hostMib: 30 * gib, vramMib: id === 'a' ? 30 * gib : vramMib }));
  scene.tell(0, ...known(...models), ...joined({ ...host, onDisk: ['a', 'b', 'c', 'd'] }));
  scene.tell(1, ...wanted(demand('a1', { ...gpu, model: 'a', estimateMs: 3_000_000 })));
  const work = { ...gpu, estimateMs: 60_000, readyMs: 1000 };
  const waiting = ['b1', 'b2', 'c1', 'd1', 'd2', 'd3'].map((id) => demand(id, { ...work, model: id[0] ?? '' }));
  return { ...scene, found: scene.tell(1000, ...wanted(...waiting)) };
};
/** Which models a GPU's runner is told to read. */
const models = (decisions: readonly Decision[]): string =>
  decisions.flatMap((each) => (each.type === 'read-weights' ? [each.model] : [])).join();

test('A3: of models for a GPU those that most waits for are read, one at a time, and no more in ten minutes than there is room for', () => {
  const { found, tell } = busyGpu();
  assert.equal(models(found), 'd');
  const takesMs = 2 * model('d').coldMs;
  assert.equal(models(tell(1000 + takesMs - 1)), '', 'one at a time');
  assert.equal(models(tell(1000 + takesMs)), 'b');
  assert.equal(models(tell(1000 + 2 * takesMs)), '', '60 GiB of 80 were read');
  assert.equal(models(tell(601_000)), 'd');
});

test('A3: what would not fit on a GPU of the runner, or is resident on one, is not read', () => {
  assert.equal(models(busyGpu({}, 47 * gib).found), 'd');
  assert.equal(models(busyGpu({}, 48 * gib).found), '', 'with the working memory');
  assert.equal(models(busyGpu({ resident: ['a', 'd'].map((id) => ({ device: '0', model: id })) }, 10 * gib).found), 'b');
});

test('A3: where loads from the disk were found to take no longer than from memory, nothing is said', () => {
  const scene = scheduler();
  scene.tell(0, ...known(model('b', small)), ...joined(runner('r', { slots: 1, spareMib: 1000 })), ...wanted(demand('b1', { model: 'b' })));
  scene.tell(2000, done('b1', 1000, 510));
  scene.tell(
    3000,
    ...joined(runner('r', { slots: 1, spareMib: 1000, onSlots: [] })),
    ...wanted(demand('a1', { model: 'a', estimateMs: 60_000, readyMs: 3000 })),
  );
  assert.deepEqual(told(scene.tell(4000, ...wanted(demand('b2', { model: 'b', readyMs: 4000 })))), []);
});
