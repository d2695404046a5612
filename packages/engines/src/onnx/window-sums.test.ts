import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockColours } from './block-grid.ts';
import { bandAround, bandStep, widerBand } from './edge-band.ts';
import { drawPicture } from './test-pictures.ts';
import { windowSums } from './window-sums.ts';

const size = { width: 37, height: 29 };
const values = Float32Array.from({ length: size.width * size.height }, (_, i) => (i * 7919) % 101);

test('sums over the windows around a band are those of the windows one by one, also at the border', () => {
  const marked = new Uint8Array(values.length);
  for (const [x, y] of [
    [1, 1],
    [20, 14],
    [36, 28],
  ] as const)
    marked[y * size.width + x] = 1;
  const band = bandAround(marked, size);
  const radius = 5;
  let cells = 0;
  windowSums({
    band,
    radius,
    channels: 2,
    add(columns, { y, from, to, sign }) {
      for (let x = from; x < to; x++) {
        columns[x * 2] = (columns[x * 2] as number) + sign;
        columns[x * 2 + 1] = (columns[x * 2 + 1] as number) + sign * (values[y * size.width + x] as number);
      }
    },
    write(sums, { y, from, to }) {
      for (let x = from; x < to; x++, cells++) {
        let [count, sum] = [0, 0];
        for (let near = Math.max(0, y - radius); near <= Math.min(size.height - 1, y + radius); near++)
          for (let at = Math.max(0, x - radius); at <= Math.min(size.width - 1, x + radius); at++, count++)
            sum += values[near * size.width + at] as number;
        assert.deepEqual([sums[x * 2], sums[x * 2 + 1]], [count, sum], `at ${x}, ${y}`);
      }
    },
  });
  assert.equal(cells, 2 * bandStep * bandStep + 1);
  assert.equal(widerBand(band, size.width).squares.includes(0), false);
});

test('a picture of blocks has the mean colours of the blocks, also of those that the border cuts', () => {
  for (const [width, times] of [
    [12, 3],
    [13, 3],
    [9, 4],
  ] as const) {
    const picture = drawPicture(width, 7, (x, y) => [x * 19, y * 31, (x * y) % 256, (x + y) % 256]);
    const small = blockColours(picture, { times });
    assert.deepEqual([small.width, small.height], [Math.ceil(width / times), Math.ceil(7 / times)]);
    for (let y = 0; y < small.height; y++)
      for (let x = 0; x < small.width; x++)
        for (let c = 0; c < 3; c++) {
          let [sum, count] = [0, 0];
          for (let row = y * times; row < Math.min(7, (y + 1) * times); row++)
            for (let at = x * times; at < Math.min(width, (x + 1) * times); at++, count++)
              sum += picture.rgba[(row * width + at) * 4 + c] as number;
          assert.equal(small.rgba[(y * small.width + x) * 4 + c], Math.floor(sum / count + 0.5));
        }
  }
});
