import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanRanges } from './spans.ts';

test('a shot is cut at multiples of four seconds, without a short rest', () => {
  assert.deepEqual(spanRanges(60, 30), [{ firstFrame: 0, frames: 60 }]);
  assert.deepEqual(spanRanges(179, 30), [{ firstFrame: 0, frames: 179 }]);
  assert.deepEqual(spanRanges(180, 30), [
    { firstFrame: 0, frames: 120 },
    { firstFrame: 120, frames: 60 },
  ]);
  assert.deepEqual(
    spanRanges(400, 30).map((range) => range.frames),
    [120, 120, 160],
  );
});

test('spans cover every frame of a shot once', () => {
  for (const fps of [24, 25, 30, 50, 60]) {
    for (let frames = 1; frames < fps * 20; frames += 7) {
      let next = 0;
      for (const range of spanRanges(frames, fps)) {
        assert.equal(range.firstFrame, next);
        next += range.frames;
      }
      assert.equal(next, frames);
    }
  }
});
