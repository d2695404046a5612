import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headsOf, subjectInMask } from './subject-in-mask.ts';

/** A mask of rectangles: left, top, right and bottom in its pixels. */
function mask(...boxes: readonly (readonly [number, number, number, number])[]) {
  const [width, height] = [100, 80];
  const data = new Float32Array(width * height);
  for (const [left, top, right, bottom] of boxes) for (let y = top; y < bottom; y++) data.fill(1, y * width + left, y * width + right);
  return { width, height, data };
}
const near = (found: number, wanted: number): void => assert.ok(Math.abs(found - wanted) < 0.011, `found ${found}, wanted ${wanted}`);

test('of somebody who stands at the side the head is found above the body, in shares of the picture', () => {
  const person = mask([70, 10, 78, 20], [62, 20, 86, 80]);
  const found = subjectInMask(person, 0.5);
  assert.ok(found);
  const head = headsOf(person, found.pieces);
  near(head.x, 0.7);
  near(head.width, 0.08);
  near(head.y, 0.125);
  assert.ok(head.height > 0.1 && head.height < 0.25, `${head.height}`);
  near(found.box.x, 0.62);
  near(found.box.x + found.box.width, 0.86);
  near(found.box.y + found.box.height, 1);
});

test('the heads of two are in one box, specks are nobody, and an empty mask shows nothing', () => {
  const two = mask([10, 10, 18, 60], [60, 30, 68, 80], [95, 2, 97, 4]);
  const found = subjectInMask(two, 0.5);
  assert.ok(found);
  assert.equal(found.pieces.length, 2);
  const head = headsOf(two, found.pieces);
  near(head.x, 0.1);
  near(head.x + head.width, 0.68);
  near(head.y, 0.125);
  assert.equal(subjectInMask(mask(), 0.5), null);
});
