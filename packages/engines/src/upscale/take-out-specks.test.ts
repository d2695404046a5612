import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Picture } from '../onnx/picture.ts';
import { takeOutSpecks } from './take-out-specks.ts';

const [width, height] = [80, 60];

/** A sky that grows darker downwards over leaves that are all restless. */
function photograph(): Picture {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const leaves = y >= 40 ? (((x * 73) ^ (y * 151)) % 5) * 30 - 60 : 0;
      for (let c = 0; c < 3; c++) rgba[(y * width + x) * 4 + c] = 190 - y + leaves - c * 10;
    }
  return { width, height, rgba };
}

test('dust and scratches go, a leaf among leaves stays', () => {
  const clean = photograph();
  const worn = { ...clean, rgba: clean.rgba.slice() };
  const marks = [
    ...Array.from({ length: 36 }, (_, y) => [30 + (y >> 4), y + 2] as const),
    ...[
      [60, 12],
      [61, 12],
      [10, 30],
    ].map(([x = 0, y = 0]) => [x, y] as const),
  ];
  for (const [x, y] of marks) worn.rgba.fill(y % 2 === 0 ? 250 : 235, (y * width + x) * 4, (y * width + x) * 4 + 3);
  const made = takeOutSpecks(worn);
  for (const [x, y] of marks) {
    const at = (y * width + x) * 4;
    assert.ok(Math.abs((made.rgba[at] as number) - (clean.rgba[at] as number)) <= 4, `${x}, ${y}: ${made.rgba[at]}`);
  }
  const leaves = (picture: Picture): Uint8Array => picture.rgba.subarray(width * 46 * 4);
  assert.deepEqual(leaves(made), leaves(worn));
  assert.equal(made.rgba[3], 255);
});

test('a picture without marks stays as it is, edges too', () => {
  const picture = photograph();
  for (let y = 0; y < 40; y++) for (let x = 20; x < 50; x++) picture.rgba.fill(30, (y * width + x) * 4, (y * width + x) * 4 + 3);
  let changed = 0;
  const made = takeOutSpecks(picture);
  for (let i = 0; i < width * height; i++) if (made.rgba[i * 4] !== picture.rgba[i * 4]) changed++;
  assert.ok(changed <= 40, `${changed} pixels changed`);
});
