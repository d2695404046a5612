import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchProgress } from './batch-progress.ts';
import { newRun, type RowRun, type RowState } from './run-batch.ts';

function run(state: RowState, told?: { readonly percent: number; readonly leftMs: number | null }): RowRun {
  const row = { number: 2, name: 'a', document: {}, files: [], problem: null };
  const tasks = { total: 10, done: 5, run: 5, reused: 0 };
  return { ...newRun(row), state, progress: told === undefined ? null : { stage: 'picture', shot: 0, tasks, ...told } };
}

test('percent counts the films that can be made, each with what is done of it', () => {
  const runs = [run('succeeded'), run('failed'), run('invalid'), run('running', { percent: 50, leftMs: 10 }), run('waiting')];
  const { total, ended, percent } = batchProgress(runs, { made: 1, firstEndMs: 0, lastEndMs: 0 });
  assert.deepEqual([total, ended, percent], [4, 2, 62.5]);
});

test('the time left is not told before a film was made, then comes from the films at work, then from the pace', () => {
  const runs = [
    run('running', { percent: 50, leftMs: 4000 }),
    run('running', { percent: 10, leftMs: 6000 }),
    run('waiting'),
    run('waiting'),
  ];
  const left = (made: number): number | null => batchProgress(runs, { made, firstEndMs: 10_000, lastEndMs: 16_000 }).leftMs;
  assert.equal(left(0), null);
  assert.equal(left(1), 4000 + 6000 + 2 * 5000);
  assert.equal(left(4), 4000 + 6000 + 2 * 2000);
  assert.equal(batchProgress([run('succeeded')], { made: 1, firstEndMs: 0, lastEndMs: 0 }).leftMs, 0);
});
