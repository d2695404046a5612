import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demand, done, gpuRunner, joined, known, model, scheduler, wanted } from './testing/fleet-of.ts';

const small = (id: string) => model(id, { vramMib: 15 * 1024 });
const draw = (id: string, of: string) => demand(id, { gpus: 1, model: of });
const holding = (...resident: readonly (readonly [device: string, model: string])[]) =>
  joined(gpuRunner('r', 2, [], { resident: resident.map(([device, of]) => ({ device, model: of })) }));
const held = (state: ReturnType<typeof scheduler>['state']): Record<string, readonly string[]> =>
  Object.fromEntries([...(state.fleet.hosts.get('r')?.devices ?? [])].map(({ facts, models }) => [facts.id, [...models]]));

test('P3a: what is told of a device while it is busy is taken up once it is free', () => {
  const { tell, state } = scheduler();
  tell(0, ...known(...['a', 'b', 'c'].map(small)), ...holding(['0', 'a'], ['0', 'b'], ['1', 'c']));
  tell(1, ...wanted(draw('one', 'a')));
  // The process of its device was ended, and holds only what runs.
  tell(2, ...holding(['0', 'a'], ['1', 'c']));
  assert.deepEqual(held(state), { 0: ['b', 'a'], 1: ['c'] });
  tell(3, done('one'));
  assert.deepEqual(held(state), { 0: ['a'], 1: ['c'] });
});

test('P3a: what was told before a device had loaded counts with what it then ran, and without what left for that', () => {
  const { tell, state, grants } = scheduler();
  tell(
    0,
    ...known(small('a'), small('b'), model('c')),
    ...joined(gpuRunner('r', 1, [], { resident: ['a', 'b'].map((id) => ({ device: '0', model: id })) })),
  );
  tell(1, ...wanted(draw('one', 'c')));
  assert.deepEqual(grants[0]?.evict, ['a', 'b']);
  tell(2, ...joined(gpuRunner('r', 1, [], { resident: [{ device: '0', model: 'b' }] })));
  tell(3, done('one'));
  assert.deepEqual(held(state), { 0: ['c'] });
});

test('P3a: a runner that tells nothing of its devices leaves what is believed of them; what is news of one that does is taken for unused', () => {
  const { tell, state } = scheduler();
  const { resident: _, ...silent } = gpuRunner('r', 1);
  tell(0, ...known(...['a', 'b'].map((id) => model(id, { vramMib: 15 * 1024 }))), ...joined(silent));
  for (const [at, id] of ['b', 'a'].entries()) {
    tell(10 * at, ...wanted(draw(id, id)));
    tell(10 * at + 5, done(id));
  }
  tell(20, ...joined(silent));
  assert.deepEqual(held(state), { 0: ['b', 'a'] });
  tell(21, ...joined({ ...silent, resident: ['a', 'b', 'c'].map((id) => ({ device: '0', model: id })) }));
  assert.deepEqual(held(state), { 0: ['c', 'b', 'a'] });
});
