import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Compositor, createCompositor, type Placement } from './compositor.ts';
import { difference, drawReference, type Plane, planesOfYuv, type ReferencePicture } from './testing/float-reference.ts';
import { seeded, texture } from './testing/test-pictures.ts';

const frameSize = { width: 192, height: 108 };
const ground = texture(frameSize, { seed: 7 });

function onGround(): Compositor {
  const compositor = createCompositor(frameSize);
  const bitmap = compositor.createBitmap({ format: 'yuv420p', ...frameSize, bytes: ground });
  compositor.draw(bitmap, { x: 0, y: 0 });
  return compositor;
}

/** The premultiplied planes that straight yuva420p bytes stand for, half-size alpha weighted 1 2 1 about the even columns. */
function premultiplied(bytes: Uint8Array, size: { readonly width: number; readonly height: number }): ReferencePicture {
  const { width, height } = size;
  const straight = planesOfYuv(bytes, size);
  const alpha: Plane = { width, height, data: Float64Array.from(bytes.subarray(bytes.length - width * height)) };
  const at = (x: number, y: number): number => alpha.data[Math.min(height - 1, y) * width + Math.min(width - 1, Math.max(0, x))] ?? 0;
  const half = {
    ...straight.u,
    data: straight.u.data.map((_, i) => {
      const [x, y] = [(i % straight.u.width) * 2, Math.floor(i / straight.u.width) * 2];
      return (at(x - 1, y) + 2 * at(x, y) + at(x + 1, y) + at(x - 1, y + 1) + 2 * at(x, y + 1) + at(x + 1, y + 1)) / 8;
    }),
  };
  const times = (plane: Plane, by: Plane): Plane => ({ ...plane, data: plane.data.map((value, i) => (value * (by.data[i] ?? 0)) / 255) });
  return { ...straight, y: times(straight.y, alpha), u: times(straight.u, half), v: times(straight.v, half), alpha, halfAlpha: half };
}

function compare(
  bitmapSize: { readonly width: number; readonly height: number },
  placement: Placement,
  hasAlpha: boolean,
): ReturnType<typeof difference> {
  const bytes = texture(bitmapSize, { seed: 3, hasAlpha });
  const compositor = onGround();
  const bitmap = compositor.createBitmap({ format: hasAlpha ? 'yuva420p' : 'yuv420p', ...bitmapSize, bytes });
  compositor.draw(bitmap, placement);
  const reference = planesOfYuv(ground, frameSize);
  const { x, y, scaleX = 1, scaleY = scaleX, opacity = 1 } = placement;
  const picture = hasAlpha ? premultiplied(bytes, bitmapSize) : planesOfYuv(bytes, bitmapSize);
  drawReference(reference, picture, { x, y, scaleX, scaleY, opacity });
  return difference(compositor.frame(), reference);
}

describe('drawing against the definition in double precision', () => {
  const cases: readonly (readonly [string, { readonly width: number; readonly height: number }, Placement, boolean])[] = [
    ['a picture that covers the frame, panned between pixels', { width: 220, height: 124 }, { x: -11.37, y: -6.81 }, false],
    ['a picture that covers the frame, zoomed in', { width: 101, height: 57 }, { x: -3.2, y: -1.7, scaleX: 2.03 }, false],
    ['a picture that covers the frame, a little reduced', { width: 230, height: 131 }, { x: -2.6, y: -0.9, scaleX: 0.87 }, false],
    ['a picture reduced by 0.7 with six taps', { width: 300, height: 170 }, { x: -4.4, y: -3.3, scaleX: 0.7 }, false],
    ['a picture reduced by 0.55 with eight taps', { width: 400, height: 220 }, { x: -4.4, y: -3.3, scaleX: 0.55 }, false],
    [
      'an opaque picture inside the frame, covering its border pixels in part',
      { width: 71, height: 45 },
      { x: 20.3, y: 31.6, scaleX: 1.31 },
      false,
    ],
    ['an opaque picture moved by whole even pixels', { width: 71, height: 45 }, { x: 20, y: 32 }, false],
    ['an opaque picture moved by whole odd pixels', { width: 71, height: 45 }, { x: 21, y: 33 }, false],
    ['an opaque picture at half opacity', { width: 71, height: 45 }, { x: 20.3, y: 31.6, scaleX: 0.93, opacity: 0.5 }, false],
    ['a very small opaque picture', { width: 5, height: 3 }, { x: 40.25, y: 31.6, scaleX: 3.7 }, false],
    ['an opaque picture one pixel wide', { width: 1, height: 21 }, { x: 40.77, y: 31.6, scaleX: 0.52 }, false],
    ['an opaque picture one pixel high', { width: 30, height: 1 }, { x: 40.77, y: 31.3, scaleX: 0.9 }, false],
    ['a picture stretched differently along both axes', { width: 71, height: 45 }, { x: 20.3, y: 31.6, scaleX: 1.2, scaleY: 0.8 }, false],
    ['a picture that hangs over the right and lower border', { width: 131, height: 97 }, { x: 101.7, y: 50.2, scaleX: 1.1 }, false],
    ['a picture with alpha, moved by whole pixels', { width: 91, height: 75 }, { x: 20, y: 10 }, true],
    ['a picture with alpha between pixels', { width: 91, height: 75 }, { x: 20.4, y: 10.7 }, true],
    [
      'a picture with alpha, enlarged and half transparent',
      { width: 91, height: 75 },
      { x: -7.4, y: -9.7, scaleX: 1.6, opacity: 0.6 },
      true,
    ],
    ['a picture with alpha, reduced', { width: 191, height: 155 }, { x: 60.2, y: 10.7, scaleX: 0.6 }, true],
  ];
  for (const [title, size, placement, hasAlpha] of cases) {
    it(`${title} differs by two levels at most`, () => {
      const { largest, mean } = compare(size, placement, hasAlpha);
      assert.ok(largest <= 2 && mean < 0.5, `largest ${largest.toFixed(2)}, mean ${mean.toFixed(3)}`);
    });
  }

  it('any placement of any size differs by two levels at most', () => {
    const seed = Number(process.env.FILMWRIGHT_TEST_SEED ?? 20261121);
    const random = seeded(seed);
    for (let i = 0; i < 24; i += 1) {
      const size = { width: 1 + Math.floor(random() * 150), height: 1 + Math.floor(random() * 120) };
      const scaleX = 0.5 + random() * 2.5;
      const placement = {
        x: random() * 220 - 60,
        y: random() * 140 - 60,
        scaleX,
        scaleY: scaleX * (0.9 + 0.2 * random()),
        opacity: random() < 0.5 ? 1 : random(),
      };
      if (placement.scaleY < 0.5) continue;
      const { largest } = compare(size, placement, i % 2 === 1);
      assert.ok(largest <= 2, `seed ${seed}, ${JSON.stringify({ size, placement, alpha: i % 2 === 1 })}: largest ${largest}`);
    }
  });
});

describe('the frame', () => {
  it('a picture of the frame at the origin arrives byte for byte', () => {
    assert.deepEqual(onGround().frame(), ground);
  });

  it('a picture one colour stays that colour wherever and however large it is drawn', () => {
    const compositor = createCompositor(frameSize);
    const bytes = new Uint8Array((300 * 200 * 3) / 2).fill(201);
    const bitmap = compositor.createBitmap({ format: 'yuv420p', width: 300, height: 200, bytes });
    for (const scaleX of [0.65, 0.74, 0.9, 1, 1.3, 3.9]) {
      compositor.draw(bitmap, { x: -0.4, y: -0.7, scaleX });
      assert.ok(
        compositor.frame().every((value) => value === 201),
        `scale ${scaleX}`,
      );
    }
  });

  it('nothing is drawn outside the clip, and the inside does not depend on it', () => {
    const bytes = texture({ width: 230, height: 131 }, { seed: 5 });
    const placement = { x: -2.6, y: -0.9, scaleX: 0.91 };
    const whole = onGround();
    whole.draw(whole.createBitmap({ format: 'yuv420p', width: 230, height: 131, bytes }), placement);
    for (const clip of [
      { x: 30, y: 20, width: 70, height: 34 },
      { x: 37, y: 21, width: 1, height: 1 },
      { x: 0, y: 100, width: 192, height: 8 },
      { x: -9, y: -9, width: 30, height: 30 },
    ]) {
      const clipped = onGround();
      clipped.draw(clipped.createBitmap({ format: 'yuv420p', width: 230, height: 131, bytes }), { ...placement, clip });
      for (let i = 0; i < 192 * 108; i += 1) {
        const [x, y] = [i % 192, Math.floor(i / 192)];
        const inside = x >= clip.x && x < clip.x + clip.width && y >= clip.y && y < clip.y + clip.height;
        assert.equal(clipped.frame()[i], inside ? whole.frame()[i] : ground[i], `luma ${x},${y} with clip ${JSON.stringify(clip)}`);
      }
    }
  });

  it('a picture beside the frame, or of no opacity, changes nothing', () => {
    const compositor = onGround();
    for (const format of ['yuv420p', 'yuva420p'] as const) {
      const bitmap = compositor.createBitmap({
        format,
        width: 40,
        height: 30,
        bytes: texture({ width: 40, height: 30 }, { seed: 2, hasAlpha: format === 'yuva420p' }),
      });
      for (const [x, y] of [
        [-40, 0],
        [192, 0],
        [0, -30],
        [0, 108],
        [-500.5, 3],
        [3, 900.2],
      ] as const)
        compositor.draw(bitmap, { x, y });
      compositor.draw(bitmap, { x: 10, y: 10, opacity: 0 });
    }
    assert.deepEqual(compositor.frame(), ground);
  });

  it('a picture drawn far below its size does not alias: a fine check pattern becomes its mean', () => {
    const compositor = createCompositor(frameSize);
    const size = { width: 800, height: 600 };
    const bytes = new Uint8Array((size.width * size.height * 3) / 2).fill(128);
    for (let i = 0; i < size.width * size.height; i += 1) bytes[i] = ((i % 800) ^ Math.floor(i / 800)) & 1 ? 200 : 60;
    const bitmap = compositor.createBitmap({ format: 'yuv420p', ...size, bytes });
    for (const scaleX of [0.74, 0.6, 0.5, 0.41, 0.27, 0.25]) {
      compositor.draw(bitmap, { x: -3.3, y: -4.1, scaleX });
      const luma = compositor.frame().subarray(192 * 4, 192 * 100);
      const off = luma.reduce((most, value) => Math.max(most, Math.abs(value - 130)), 0);
      assert.ok(off <= (scaleX > 0.7 ? 12 : 6), `scale ${scaleX}: ${off} levels off the mean`);
    }
  });

  it('two compositors given the same calls hold the same bytes, and neither sees the other', () => {
    const [one, two] = [onGround(), onGround()];
    const bytes = texture({ width: 300, height: 170 }, { seed: 9, hasAlpha: true });
    for (const compositor of [one, two]) {
      const bitmap = compositor.createBitmap({ format: 'yuva420p', width: 300, height: 170, bytes });
      for (let i = 0; i < 5; i += 1) compositor.draw(bitmap, { x: -20 + i * 3.3, y: -11.1 * i, scaleX: 0.4 + i * 0.3, opacity: 0.8 });
      compositor.vignette({ strength: 0.4 });
      compositor.grain({ strength: 0.5, seed: 4, frame: 11 });
    }
    assert.deepEqual(one.frame(), two.frame());
    const before = Uint8Array.from(two.frame());
    one.fill({ colour: { y: 16, u: 128, v: 128 } });
    assert.deepEqual(two.frame(), before);
  });

  it('a frame can be drawn on another as a picture, also far reduced and after it has changed', () => {
    const compositor = onGround();
    compositor.target(1);
    compositor.draw(compositor.frameBitmap(0), { x: 0, y: 0 });
    assert.deepEqual(compositor.frame(1), ground);
    for (const y of [50, 200]) {
      compositor.target(0);
      compositor.fill({ colour: { y, u: 128, v: 128 } });
      compositor.target(1);
      compositor.draw(compositor.frameBitmap(0), { x: 0, y: 0, scaleX: 0.3 });
      assert.equal(compositor.frame()[10 * 192 + 10], y);
    }
  });

  it('wrong sizes, scales, bytes and freed bitmaps are refused with what was found and wanted', () => {
    assert.throws(() => createCompositor({ width: 191, height: 108 }), /even number.*191/);
    const compositor = onGround();
    assert.throws(
      () => compositor.createBitmap({ format: 'yuv420p', width: 4, height: 4, bytes: new Uint8Array(23) }),
      /24 bytes, found 23/,
    );
    assert.throws(
      () => compositor.createBitmap({ format: 'yuv420p', width: 0, height: 4, bytes: new Uint8Array(0) }),
      /whole number.*found 0/,
    );
    const bitmap = compositor.createBitmap({ format: 'yuv420p', width: 4, height: 4, bytes: new Uint8Array(24) });
    assert.throws(() => compositor.draw(bitmap, { x: Number.NaN, y: 0 }), /x must lie/);
    assert.throws(() => compositor.draw(bitmap, { x: 0, y: 0, scaleX: 0 }), /scaleX must lie/);
    compositor.freeBitmap(bitmap);
    assert.throws(() => compositor.draw(bitmap, { x: 0, y: 0 }), /freed/);
    assert.throws(() => compositor.target(2), /0 to 1, found 2/);
    assert.throws(() => compositor.freeBitmap(compositor.frameBitmap(0)), /cannot be freed/);
  });
});
