import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPlane } from './test-pictures.ts';
import { tidyMask } from './tidy-mask.ts';

const inBox = (x: number, y: number, box: readonly [number, number, number, number]): boolean =>
  x >= box[0] && y >= box[1] && x < box[2] && y < box[3];
const tidying = { keepShare: 0.1, fillShare: 0.004, reachPx: 4 };

test('stray pieces and ghosts go, small holes close, and a real gap stays', () => {
  const mask = drawPlane(64, 64, (x, y) => {
    if (inBox(x, y, [2, 2, 6, 6])) return 0.9;
    if (inBox(x, y, [50, 4, 60, 12])) return 0.3;
    if (inBox(x, y, [25, 25, 28, 28])) return 0.2;
    if (inBox(x, y, [30, 40, 44, 48])) return 0;
    return inBox(x, y, [16, 16, 48, 60]) ? 1 : 0;
  });
  const tidy = tidyMask(mask, tidying);
  const at = (x: number, y: number): number => tidy.data[y * 64 + x] as number;
  assert.ok(at(4, 4) < 0.05, 'the stray piece');
  assert.ok(at(55, 8) < 0.05, 'the ghost');
  assert.equal(at(26, 26), 1);
  assert.equal(at(37, 44), 0);
  assert.equal(at(20, 50), 1);
});
