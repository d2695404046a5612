import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backdropDesigns } from '@filmwright/contracts';
import { backdropPainters } from './backdrop-designs.ts';
import { ditherNoise } from './dither.ts';
import { labOf, labToRgb } from './oklab.ts';
import { inkOf, paintBackdrop } from './paint-backdrop.ts';

const sizes = [
  { width: 480, height: 270 },
  { width: 270, height: 480 },
  { width: 300, height: 300 },
];

test('every design is opaque, fills every shape of frame, and gives the same bytes each time', () => {
  for (const design of backdropDesigns)
    for (const size of sizes)
      for (const colors of [['#f3ede4', '#f2a33a', '#20304f'], ['#10131c', '#4f7cff'], ['#dfe7ea']]) {
        const { rgba, width, height } = paintBackdrop({ design, colors, ...size });
        assert.equal(rgba.length, width * height * 4);
        for (let i = 3; i < rgba.length; i += 4) assert.equal(rgba[i], 255);
        if (size === sizes[0]) assert.deepEqual(paintBackdrop({ design, colors, ...size }).rgba, rgba);
      }
});

test('cells filled from their corners are those mixed pixel by pixel, within one level', () => {
  const lab = new Float64Array(3);
  const rgb = new Float64Array(3);
  for (const design of backdropDesigns)
    for (const colors of [['#f3ede4', '#f2a33a', '#20304f'], ['#10131c', '#4f7cff'], ['#dfe7ea']]) {
      const size = { width: 640, height: 360 };
      const { rgba } = paintBackdrop({ design, colors, ...size });
      const shade = backdropPainters[design](inkOf(colors), { halfWidth: 640 / 720, halfHeight: 0.5, pixel: 1 / 360 });
      for (let row = 0; row < size.height; row++)
        for (let column = row % 7; column < size.width; column += 7) {
          shade((column + 0.5 - 320) / 360, (row + 0.5 - 180) / 360, lab);
          labToRgb(lab, rgb);
          for (let i = 0; i < 3; i++) {
            const wanted = Math.min(255, Math.max(0, (rgb[i] as number) + ditherNoise(column, row) * 1.3));
            const found = rgba[(row * size.width + column) * 4 + i] as number;
            assert.ok(Math.abs(found - wanted) <= 1.5, `${design} ${colors} at ${column}, ${row}: ${found}, wanted ${wanted}`);
          }
        }
    }
});

test('a gradient has no bands: means of small tiles take values between the levels of 8 bits', () => {
  const { rgba, width, height } = paintBackdrop({ design: 'plain', colors: ['#f3ede4'], width: 960, height: 540 });
  const tile = 20;
  let between = 0;
  let tiles = 0;
  for (let top = 0; top + tile <= height; top += tile)
    for (let left = 0; left + tile <= width; left += tile) {
      let sum = 0;
      for (let y = top; y < top + tile; y++) for (let x = left; x < left + tile; x++) sum += rgba[(y * width + x) * 4] as number;
      const mean = sum / (tile * tile);
      tiles++;
      if (Math.abs(mean - Math.round(mean)) > 0.1) between++;
    }
  assert.ok(between / tiles > 0.6, `${between} of ${tiles} tiles lie between two levels; banded pictures have next to none`);
});

test('the left half of a light backdrop stays light, so that dark text can be read on it', () => {
  for (const design of ['halo', 'sweep', 'grid', 'waves', 'plain'] as const) {
    const { rgba, width } = paintBackdrop({ design, colors: ['#f3ede4', '#f2a33a', '#20304f'], width: 480, height: 270 });
    for (let y = 50; y < 200; y += 10)
      for (let x = 30; x < 200; x += 10) assert.ok((rgba[(y * width + x) * 4 + 1] as number) > 160, `${design} at ${x}, ${y}`);
  }
});

test('a colour survives the way into OKLab and back', () => {
  const rgb = new Float64Array(3);
  for (const color of ['#000000', '#ffffff', '#f2a33a', '#20304f', '#4f7cff']) {
    labToRgb(labOf(color), rgb);
    assert.equal(`#${Array.from(rgb, (value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`, color);
  }
});
