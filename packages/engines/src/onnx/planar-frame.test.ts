import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pixelsOf } from './block-grid.ts';
import { bandAround } from './edge-band.ts';
import { frameColours, paintBand } from './planar-frame.ts';
import { drawPicture, planarFrame } from './test-pictures.ts';

const colours = [
  [235, 20, 40, 255],
  [20, 200, 90, 255],
  [40, 60, 250, 255],
  [250, 250, 250, 255],
] as const;
const near = (found: ArrayLike<number>, wanted: readonly number[], codes: number): boolean =>
  wanted.every((value, c) => Math.abs((found[c] as number) - value) <= codes);

test('the mean colours of blocks of any side are those of the picture', () => {
  for (const times of [1, 2, 3, 4, 5]) {
    // Fields as wide and high as two blocks.
    const field = times * 2;
    const frame = planarFrame(
      drawPicture(field * 6, field * 3, (x, y) => colours[(Math.floor(x / field) + Math.floor(y / field)) % 4] as (typeof colours)[number]),
    );
    const found = frameColours(frame, { times, into: new Uint8Array(12 * 6 * 4) });
    assert.deepEqual([found.width, found.height], [12, 6]);
    for (let y = 0; y < 6; y++)
      for (let x = 0; x < 12; x++) {
        const wanted = colours[(Math.floor(x / 2) + Math.floor(y / 2)) % 4] as readonly number[];
        assert.ok(near(found.rgba.subarray((y * 12 + x) * 4), wanted, 2), `block ${x}, ${y} of side ${times}`);
      }
  }
});

test('blocks that share differences in their middle have the means of their own', () => {
  // Bars of three pixels: each second one begins between two differences, which hold half of both neighbours.
  const frame = planarFrame(drawPicture(12, 6, (x) => (x < 6 ? [250, 20, 20, 255] : [20, 20, 250, 255])));
  const { rgba } = frameColours(frame, { times: 3, into: new Uint8Array(4 * 2 * 4) });
  for (const y of [0, 1]) {
    for (const x of [0, 1]) assert.ok(near(rgba.subarray((y * 4 + x) * 4), [250, 20, 20], 2));
    for (const x of [2, 3]) assert.ok(near(rgba.subarray((y * 4 + x) * 4), [20, 20, 250], 2));
  }
});

test('a frame that is not whole blocks ends with smaller ones', () => {
  const frame = planarFrame(drawPicture(16, 10, (x) => (x < 15 ? [30, 30, 30, 255] : [230, 230, 230, 255])));
  const { width, height, rgba } = frameColours(frame, { times: 3, into: new Uint8Array(6 * 4 * 4) });
  assert.deepEqual([width, height], [6, 4]);
  assert.ok(near(rgba.subarray(5 * 4), [230, 230, 230], 2) && near(rgba.subarray(4 * 4), [30, 30, 30], 2));
});

test('pixels are painted in a band and nowhere else', () => {
  const picture = drawPicture(48, 16, (x) => colours[Math.floor(x / 12)] as (typeof colours)[number]);
  const marked = new Uint8Array(24 * 8);
  marked[5] = 1;
  const into = new Uint8Array(48 * 16 * 4);
  paintBand(planarFrame(picture), { band: bandAround(marked, { width: 24, height: 8 }), times: 2, into: pixelsOf(into) });
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 48; x++) {
      const at = (y * 48 + x) * 4;
      // The cell belongs to the square of cells 4 to 7, pixels 8 to 15.
      const inside = x >= 8 && x < 16 && y < 8;
      if (inside) assert.ok(near(into.subarray(at), [...picture.rgba.subarray(at, at + 4)], 2), `${x}, ${y}`);
      else assert.equal(into[at + 3], 0, `${x}, ${y}`);
    }
});
