import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setWordTimes } from './set-word-times.ts';

const times = [{ startMs: 0, endMs: 300 }, { startMs: 300, endMs: 600 }, null, { startMs: 620, endMs: 900 }, { startMs: 900, endMs: 1200 }];

test('a word is said when it was set to be, and its neighbours give way, also beyond one that is not spoken', () => {
  assert.deepEqual(setWordTimes(times, { words: { '1': ['200ms', '1000ms'] }, fps: 30 }), [
    { startMs: 0, endMs: 200 },
    { startMs: 200, endMs: 1000 },
    null,
    { startMs: 1000, endMs: 1000 },
    { startMs: 1000, endMs: 1200 },
  ]);
  assert.deepEqual(setWordTimes(times, { words: { '3': ['250ms', '900ms'] }, fps: 30 }).slice(0, 2), [
    { startMs: 0, endMs: 250 },
    { startMs: 250, endMs: 250 },
  ]);
});

test('times may be frames of the film; a word without a time keeps none, and no words change nothing', () => {
  assert.deepEqual(setWordTimes(times, { words: { '4': ['30f', '33f'] }, fps: 30 })[4], { startMs: 1000, endMs: 1100 });
  assert.equal(setWordTimes(times, { words: { '2': ['0ms', '9ms'] }, fps: 30 })[2], null);
  assert.equal(setWordTimes(times, { words: undefined, fps: 30 }), times);
});
