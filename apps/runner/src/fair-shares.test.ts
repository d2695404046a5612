import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFairShares } from './fair-shares.ts';

test('what tasks use together is shared equally among those that still run, and nothing of it is lost or told twice', () => {
  let nowMs = 0;
  const shares = createFairShares(3, () => ({ wallMs: nowMs, cpuMs: 2 * nowMs, loadMs: Math.min(nowMs, 30) }));
  const at = (ms: number, task: number) => {
    nowMs = ms;
    return shares.end(task);
  };
  const ends = [at(60, 1), at(160, 0), at(200, 2)];
  assert.deepEqual(ends, [
    { wallMs: 20, cpuMs: 40, loadMs: 10 },
    { wallMs: 70, cpuMs: 140, loadMs: 10 },
    { wallMs: 110, cpuMs: 220, loadMs: 10 },
  ]);
});
