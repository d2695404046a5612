import assert from 'node:assert/strict';
import { test } from 'node:test';
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
