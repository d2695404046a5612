import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsFor, neighbour, sliceOf, topOf } from './windowed.ts';

const grid = { count: 2001, columns: 3, rowHeight: 300, gap: 20 };

test('of two thousand cells only those in sight and a few rows around them are drawn, wherever it is scrolled to', () => {
  for (let scrollPx = -500; scrollPx < 667 * 320; scrollPx += 137) {
    const slice = sliceOf(grid, { scrollPx, viewPx: 900 });
    assert.ok(slice.end - slice.first <= 3 * 12, `${slice.end - slice.first} cells at ${scrollPx}`);
    const seenFrom = Math.max(0, Math.floor(scrollPx / 320)) * 3;
    const seenTo = Math.min(grid.count, Math.ceil((scrollPx + 900) / 320) * 3);
    assert.ok(slice.first <= seenFrom && slice.end >= seenTo, `${slice.first}-${slice.end} at ${scrollPx}`);
    assert.equal(slice.topPx, (slice.first / 3) * 320);
  }
  assert.equal(sliceOf(grid, { scrollPx: 0, viewPx: 900 }).heightPx, 667 * 320 - 20);
});

test('arrows lead to the cell beside, above and below and stop at the edges', () => {
  const at = { columns: 3, count: 8 };
  assert.equal(neighbour(0, { ...at, key: 'ArrowLeft' }), 0);
  assert.equal(neighbour(4, { ...at, key: 'ArrowUp' }), 1);
  assert.equal(neighbour(4, { ...at, key: 'ArrowDown' }), 7);
  assert.equal(neighbour(6, { ...at, key: 'ArrowDown' }), 6);
  assert.equal(neighbour(2, { ...at, key: 'End' }), 7);
});

test('as many columns as fit, at least one', () => {
  assert.deepEqual(
    [200, 264, 543, 544, 900].map((widthPx) => columnsFor({ widthPx, cellPx: 264, gap: 16 })),
    [1, 1, 1, 2, 3],
  );
  assert.equal(topOf(7, grid), 640);
});
