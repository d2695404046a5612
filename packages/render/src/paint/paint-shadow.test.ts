import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxBlur } from './box-blur.ts';
import { paintShadow, standOnShadow } from './paint-shadow.ts';

/** Two legs under a seat, 120 x 160. */
const stool = (): { alpha: Uint8Array; width: number; height: number } => {
  const width = 120;
  const height = 160;
  const alpha = new Uint8Array(width * height);
  for (let y = 20; y < 150; y++) for (let x = 10; x < 110; x++) if (y < 50 || x < 24 || x >= 96) alpha[y * width + x] = 255;
  return { alpha, width, height };
};

test('a blur keeps the light it spreads and spreads it alike to all sides', () => {
  const size = 101;
  const plane = new Float32Array(size * size);
  plane[50 * size + 50] = 1000;
  boxBlur(plane, { width: size, height: size, sigma: 6 });
  assert.ok(Math.abs(plane.reduce((sum, value) => sum + value, 0) - 1000) < 0.5);
  assert.ok(Math.abs((plane[50 * size + 44] as number) - (plane[56 * size + 50] as number)) < 1e-3);
  assert.ok(Math.abs((plane[50 * size + 56] as number) / (plane[50 * size + 50] as number) - Math.exp(-0.5)) < 0.05);
});

test('a floor shadow lies where the subject touches the ground and reaches beyond it', () => {
  const shadow = paintShadow({ mask: stool(), kind: 'floor' });
  const at = (x: number, y: number): number => shadow.alpha[(y - shadow.y) * shadow.width + x - shadow.x] ?? 0;
  assert.ok(at(16, 150) > 90, `under a leg ${at(16, 150)}`);
  assert.ok(at(60, 150) > 20 && at(60, 150) < at(16, 150), `between the legs ${at(60, 150)}`);
  assert.ok(at(-8, 152) > 4, `beside it ${at(-8, 152)}`);
  assert.equal(at(60, 60), 0);
  assert.ok(shadow.x < 0 && shadow.x + shadow.width > 120 && shadow.y + shadow.height > 160);
});

test('a soft shadow surrounds the subject, most below it', () => {
  const shadow = paintShadow({ mask: stool(), kind: 'soft' });
  const at = (x: number, y: number): number => shadow.alpha[(y - shadow.y) * shadow.width + x - shadow.x] ?? 0;
  assert.ok(at(60, 52) > at(60, 17) && at(60, 17) > 0);
});

test('a shadow fades to nothing before its bitmap ends', () => {
  for (const kind of ['soft', 'floor'] as const) {
    const { alpha, width, height } = paintShadow({ mask: stool(), kind });
    for (let x = 0; x < width; x++)
      assert.ok((alpha[x] as number) <= 3 && (alpha[(height - 1) * width + x] as number) <= 3, `${kind} at ${x}`);
    for (let y = 0; y < height; y++)
      assert.ok((alpha[y * width] as number) <= 3 && (alpha[y * width + width - 1] as number) <= 3, `${kind} row ${y}`);
  }
});

test('a subject on its shadow keeps its own pixels and stays premultiplied', () => {
  const mask = stool();
  const rgba = new Uint8Array(mask.alpha.length * 4);
  for (const [i, alpha] of mask.alpha.entries()) rgba.set([alpha * 0.5, alpha * 0.25, 0, alpha], i * 4);
  const whole = standOnShadow({ rgba, width: mask.width, height: mask.height }, 'floor');
  const at = ((30 - whole.y) * whole.width + 60 - whole.x) * 4;
  assert.deepEqual([...whole.rgba.subarray(at, at + 4)], [127, 63, 0, 255]);
  for (let i = 0; i < whole.rgba.length; i += 4) assert.ok((whole.rgba[i] as number) <= (whole.rgba[i + 3] as number));
});

test('an empty cut-out has an empty shadow', () => {
  const shadow = paintShadow({ mask: { alpha: new Uint8Array(64), width: 8, height: 8 }, kind: 'floor' });
  assert.ok(shadow.alpha.every((value) => value <= 1));
});
