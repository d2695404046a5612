import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SeenCut, watchFlicker } from './alpha-flicker.ts';
import { drawPicture } from './test-pictures.ts';

/** A picture of one grey, whose blocks have this one, whose left half is opaque and whose right half has this alpha. */
const cut = (grey: number, alpha: number): SeenCut => ({
  picture: drawPicture(20, 20, (x) => [90, 90, 90, x < 10 ? 255 : alpha]),
  small: drawPicture(10, 10, () => [grey, grey, grey, 255]),
});

test('flicker is how much half-clear and changed pixels change where the picture stands still', () => {
  const watch = watchFlicker();
  watch.seen(cut(90, 102));
  watch.seen(cut(91, 153));
  watch.seen(cut(90, 153));
  // Every second row and column of the right half, twice; 51 of 255 once.
  assert.deepEqual(watch.result(), { mean: 0.1, worst: 0.2, pixels: 100 });
  const first = watchFlicker();
  for (const [grey, alpha] of [
    [90, 102],
    [91, 153],
  ] as const)
    first.seen(cut(grey, alpha));
  const second = watchFlicker(first.sums());
  for (const grey of [91, 90]) second.seen(cut(grey, 153));
  assert.deepEqual(second.result(), watch.result(), 'a watch that goes on with the last frame of another tells of both');
});

test('what moves does not count, nor what is wholly clear or opaque, and one frame alone tells nothing', () => {
  const watch = watchFlicker();
  watch.seen(cut(90, 100));
  assert.equal(watch.result(), null);
  // The squares on the right change while those on the left stand still.
  const still = drawPicture(32, 32, () => [90, 90, 90, 255]);
  const moved = drawPicture(32, 32, (x) => (x < 16 ? [90, 90, 90, 255] : [140, 90, 90, 255]));
  const half = (left: number, right: number) => drawPicture(64, 64, (x) => [90, 90, 90, x < 32 ? left : right]);
  const panned = watchFlicker();
  panned.seen({ small: still, picture: half(255, 100) });
  panned.seen({ small: moved, picture: half(255, 200) });
  assert.equal(panned.result(), null);
  const calm = watchFlicker();
  for (const grey of [90, 91, 90]) calm.seen(cut(grey, 0));
  assert.equal(calm.result(), null);
});
