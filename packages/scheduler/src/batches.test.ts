import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demand, done, gpuRunner, granted, joined, known, model, scheduler, wanted } from './testing/fleet-of.ts';

const gpu = { gpus: 1, vramMib: 1024, capability: 'draw' } as const;

test('P8: pictures of one batch run as one, up to as many as fit', () => {
  const { tell } = scheduler();
  const picture = { ...gpu, model: 'a', batch: 'a/512', batchMost: 3 };
  const [only, ...others] = tell(
    0,
    ...known(model('a')),
    ...joined(gpuRunner('r', 1, ['a'])),
    ...wanted(...[1, 2, 3, 4].map((id) => demand(`p${id}`, { ...picture, order: id }))),
  );
  assert.deepEqual(only?.type === 'grant' ? only.tasks : [], ['p1', 'p2', 'p3']);
  assert.equal(others.length, 0);
  assert.deepEqual(granted(tell(3000, done('p1'), done('p2'))), [], 'its place is free once all have ended');
  assert.deepEqual(granted(tell(3100, done('p3'))), ['p4']);
});

test('P8: a batch is only as large as lets all of it be in time, by what batches were found to take', () => {
  const { tell, grants } = scheduler();
  const picture = (id: string, deadlineMs: number | null) =>
    demand(id, { ...gpu, model: 'a', batch: 'a/512', batchMost: 4, deadlineMs, estimateMs: 10_000 });
  tell(
    0,
    ...known(model('a')),
    ...joined(gpuRunner('r', 1, ['a'])),
    ...wanted(...['p1', 'p2', 'p3', 'p4'].map((id) => picture(id, 34_000))),
  );
  assert.deepEqual(grants[0]?.tasks, ['p1', 'p2', 'p3'], 'as if one after the other while nothing is known');
  assert.equal(grants[0]?.expectedMs, 30_000);
  const ended = ['p1', 'p2', 'p3'].map((id) => done(id, 20_000));
  tell(20_000, ...ended, ...wanted(...['q1', 'q2', 'q3', 'q4'].map((id) => picture(id, 46_000))));
  assert.deepEqual(grants[1]?.tasks, ['p4'], 'due sooner than what a batch of two takes');
  tell(30_000, done('p4', 10_000));
  assert.deepEqual([grants[2]?.tasks, grants[2]?.expectedMs], [['q1', 'q2'], 15_000], 'each further one adds half of its time');
});
