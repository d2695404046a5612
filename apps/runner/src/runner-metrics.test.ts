import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CacheReport } from '@filmwright/contracts';
import { readMetrics } from '@filmwright/process/testing';
import { createRunnerMetrics } from './runner-metrics.ts';

test('a runner tells its slots, the ends of its tasks by kind, and what its cache spared', async () => {
  let cache: CacheReport | null = null;
  const { metrics, begin } = createRunnerMetrics({ slots: 2, cache: () => cache });
  const [mix, encode] = [begin('mix'), begin('encode')];
  const now = readMetrics(await metrics.text());
  assert.deepEqual([now.sum('filmwright_runner_slots'), now.sum('filmwright_runner_slots_busy')], [2, 2]);
  mix('done');
  encode('stopped');
  cache = { hits: 3, misses: 1, hitBytes: 300, missBytes: 50, damaged: 0, evicted: 1, bytes: 350 };
  await metrics.text();
  cache = { ...cache, hits: 5, hitBytes: 500 };
  const { sum } = readMetrics(await metrics.text());
  assert.equal(sum('filmwright_runner_slots_busy'), 0);
  assert.equal(sum('filmwright_runner_tasks_total', { kind: 'mix', outcome: 'done' }), 1);
  assert.equal(sum('filmwright_runner_tasks_total', { kind: 'encode', outcome: 'stopped' }), 1);
  assert.equal(sum('filmwright_runner_task_seconds_count'), 2);
  assert.equal(sum('filmwright_runner_cache_files_total', { outcome: 'hit' }), 5);
  assert.equal(sum('filmwright_runner_cache_files_total', { outcome: 'miss' }), 1);
  assert.equal(sum('filmwright_runner_cache_read_bytes_total', { outcome: 'hit' }), 500);
  assert.equal(sum('filmwright_runner_cache_bytes'), 350);
});
