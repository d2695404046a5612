import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision, RunnerFacts } from './demand.ts';
import { demand, done, gpuRunner, joined, known, model, scheduler, wanted } from './testing/fleet-of.ts';

const gpu = { gpus: 1, vramMib: 1024, capability: 'draw' } as const;
const gib = 1024;
const staged = (decisions: readonly Decision[]): readonly string[] =>
  decisions.flatMap((each) => (each.type === 'stage' ? [`${each.model} to the ${each.to} of ${each.runner}`] : []));
const host = (said: Partial<RunnerFacts> = {}): RunnerFacts => gpuRunner('r', 1, ['a'], { fetchesAhead: true, hostMib: 80 * gib, ...said });

/** A busy device that holds `a`, and tasks that wait for `b`. */
const busy = (said: Partial<RunnerFacts> = {}) => {
  const scene = scheduler();
  scene.tell(0, ...known(model('a'), model('b'), model('c')), ...joined(host(said)));
  scene.tell(1, ...wanted(demand('a1', { ...gpu, model: 'a', estimateMs: 300_000 })));
  const found = scene.tell(
    1000,
    ...wanted(...['b1', 'b2'].map((id) => demand(id, { ...gpu, model: 'b', estimateMs: 60_000, readyMs: 1000 }))),
  );
  return { ...scene, found };
};

test('A3: weights that tasks wait for are brought to the disk of a runner, and from there into its memory', () => {
  const { found, tell, grants } = busy({ onDisk: ['a'] });
  assert.deepEqual(staged(found), ['b to the disk of r']);
  const [hint] = found;
  assert.equal(hint?.reason, '2 tasks wait for it; loading it from the disk saves 120.0 s');
  assert.deepEqual(staged(tell(2000)), [], 'one at a time');
  assert.deepEqual(staged(tell(140_000, ...joined(host({ onDisk: ['a', 'b'] })))), ['b to the memory of r']);
  tell(180_000, ...joined(host({ onDisk: ['a', 'b'], inMemory: ['b'] })));
  tell(301_000, done('a1', 300_000));
  assert.deepEqual([grants.at(-1)?.tasks, grants.at(-1)?.tier, grants.at(-1)?.expectedMs], [['b1'], 'memory', 63_000]);
});

test('A3: whoever does not bring weights nearer, drains, or can never hold them is told nothing', () => {
  for (const said of [{ fetchesAhead: false }, { draining: true }, { hostMib: 0 }, { hostMib: 20 * gib }, { capabilities: ['sing'] }])
    assert.deepEqual(staged(busy(said).found), [], JSON.stringify(said));
});

test('A3: weights in memory that are worth as much stay there', () => {
  const { tell } = scheduler();
  const full = host({ inMemory: ['b', 'c'], resident: [], devices: host().devices });
  tell(0, ...known(model('a'), model('b'), model('c'), model('d')), ...joined({ ...full, onDisk: ['a', 'b', 'c', 'd'] }));
  tell(1, ...wanted(demand('a1', { ...gpu, model: 'a', estimateMs: 300_000 })));
  const waiting = ['b', 'c', 'd'].map((id) => demand(`${id}1`, { ...gpu, model: id, estimateMs: 60_000, readyMs: 1000 }));
  assert.deepEqual(staged(tell(1000, ...wanted(...waiting))), []);
  const many = Array.from({ length: 4 }, (_, index) => demand(`more${index}`, { ...gpu, model: 'd', estimateMs: 60_000, readyMs: 2000 }));
  assert.deepEqual(staged(tell(2000, ...wanted(...many))), ['d to the memory of r']);
});

test('A2, A3: a runner that did not do what it was told is not told again for ten minutes, and nothing waits for it', () => {
  const { found, tell, grants } = busy();
  assert.deepEqual(staged(found), ['b to the memory of r']);
  assert.deepEqual(staged(tell(60_000)), []);
  tell(301_000, done('a1', 300_000));
  assert.deepEqual([grants.at(-1)?.tasks, grants.at(-1)?.tier], [['b1'], 'disk']);
  const next = tell(302_000, ...wanted(demand('c1', { ...gpu, model: 'c', estimateMs: 60_000, readyMs: 302_000 })));
  assert.deepEqual(staged(next), ['c to the memory of r'], 'on the device it is as good as there');
  assert.deepEqual(staged(tell(400_000)), []);
  assert.deepEqual(staged(tell(302_000 + 33_000 + 600_000)), ['c to the memory of r']);
});
