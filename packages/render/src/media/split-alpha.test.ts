import assert from 'node:assert/strict';
import { test } from 'node:test';
import { squareKinds } from '@filmwright/contracts';
import { splitAlpha, splitBytes } from './split-alpha.ts';

test('colours lie above and alpha below as light of the limited range, with the codes of BT.709', () => {
  const size = { width: 8, height: 2 };
  const frame = new Uint8Array(splitBytes(size));
  const blocks = [
    [255, 255, 255, 255],
    [255, 0, 0, 128],
    [0, 0, 255, 0],
    [0, 0, 0, 0],
  ] as const;
  const rgba = Uint8Array.from({ length: 64 }, (_, i) => blocks[Math.floor(((i >> 2) % 8) / 2)]?.[i % 4] as number);
  splitAlpha(rgba, { ...size, frame });
  const row = (from: number, length: number): number[] => [...frame.subarray(from, from + length)];
  for (const y of [0, 1]) assert.deepEqual(row(y * 8, 8), [235, 235, 63, 63, 32, 32, 16, 16]);
  for (const y of [2, 3]) assert.deepEqual(row(y * 8, 8), [235, 235, 126, 126, 16, 16, 16, 16]);
  assert.deepEqual(row(32, 8), [128, 102, 240, 128, 128, 128, 128, 128]);
  assert.deepEqual(row(40, 8), [128, 240, 118, 128, 128, 128, 128, 128]);
});

test('squares that say so are taken from the frame as it was, to the bit, and others from the pixels or from nowhere', () => {
  const size = { width: 12, height: 4 };
  const frame = new Uint8Array(splitBytes(size));
  const yuv = Uint8Array.from({ length: 72 }, (_, i) => 40 + i);
  const rgba = new Uint8Array(12 * 4 * 4).fill(255);
  const kinds = Uint8Array.of(squareKinds.whole, squareKinds.clear, squareKinds.pixels);
  splitAlpha(rgba, { ...size, frame, squares: { sidePx: 4, kinds, yuv } });
  const white = [235, 235, 235, 235];
  for (let y = 0; y < 4; y++) {
    assert.deepEqual([...frame.subarray(y * 12, (y + 1) * 12)], [...yuv.subarray(y * 12, y * 12 + 4), 16, 16, 16, 16, ...white]);
    assert.deepEqual([...frame.subarray(48 + y * 12, 48 + (y + 1) * 12)], [...white, 16, 16, 16, 16, ...white]);
  }
  for (const [from, to] of [
    [48, 96],
    [60, 120],
  ] as const)
    for (let y = 0; y < 4; y++) {
      const colours = y < 2 ? [...yuv.subarray(from + y * 6, from + y * 6 + 2)] : [128, 128];
      assert.deepEqual([...frame.subarray(to + y * 6, to + (y + 1) * 6)], [...colours, 128, 128, 128, 128]);
    }
});
