import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchFlicker } from './alpha-flicker.ts';
import type { Picture } from './picture.ts';
import { drawPicture } from './test-pictures.ts';

/** A picture of one grey whose left half is opaque and whose right half has this alpha. */
const cut = (alpha: number): Picture => drawPicture(20, 20, (x) => [90, 90, 90, x < 10 ? 255 : alpha]);
const whole = (grey: number): Picture => drawPicture(20, 20, () => [grey, grey, grey, 255]);

test('flicker is how much half-clear and changed pixels change where the picture stands still', () => {
  const watch = watchFlicker();
  watch.seen(whole(90), cut(102));
  watch.seen(whole(91), cut(153));
  watch.seen(whole(90), cut(153));
  // Every second row and column of the right half, twice; 51 of 255 once.
  assert.deepEqual(watch.result(), { mean: 0.1, worst: 0.2, pixels: 100 });
});

test('what moves does not count, nor what is wholly clear or opaque, and one frame alone tells nothing', () => {
  const watch = watchFlicker();
  watch.seen(whole(90), cut(100));
  assert.equal(watch.result(), null);
  // The squares on the right change while those on the left stand still.
  const moved = drawPicture(64, 64, (x) => (x < 32 ? [90, 90, 90, 255] : [140, 90, 90, 255]));
  const half = (left: number, right: number) => drawPicture(64, 64, (x) => [90, 90, 90, x < 32 ? left : right]);
  const panned = watchFlicker();
  panned.seen(
    drawPicture(64, 64, () => [90, 90, 90, 255]),
    half(255, 100),
  );
  panned.seen(moved, half(255, 200));
  assert.equal(panned.result(), null);
  const calm = watchFlicker();
  for (const grey of [90, 91, 90]) calm.seen(whole(grey), cut(0));
  assert.equal(calm.result(), null);
});
