import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAfterPause } from './start-after-pause.ts';

test('a word after a pause starts where it is heard; one after a short closure stays', () => {
  const samples = new Float32Array(1000);
  samples.fill(0.5, 200, 500);
  samples.fill(0.5, 540, 800);
  const times = startAfterPause([{ startMs: 120, endMs: 500 }, null, { startMs: 500, endMs: 800 }], { samples, sampleRate: 1000 });
  assert.deepEqual(times, [{ startMs: 200, endMs: 500 }, null, { startMs: 500, endMs: 800 }]);
});
