import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Compositor, createCompositor } from './compositor.ts';
import { texture } from './testing/test-pictures.ts';

const size = { width: 200, height: 120 };
const pixels = size.width * size.height;

function filled(y: number): Compositor {
  const compositor = createCompositor(size);
  compositor.fill({ colour: { y, u: 100, v: 160 } });
  return compositor;
}

function lumaOf(compositor: Compositor, x: number, y: number): number {
  return compositor.frame()[y * size.width + x] ?? -1;
}

describe('fill', () => {
  it('a whole frame, a rectangle between pixels and an opacity give the mixed values', () => {
    const compositor = filled(100);
    assert.ok(
      compositor
        .frame()
        .subarray(0, pixels)
        .every((value) => value === 100),
    );
    compositor.fill({ colour: { y: 200, u: 128, v: 128 }, rectangle: { x: 10.25, y: 20, width: 30.25, height: 10.5 } });
    assert.deepEqual(
      [9, 10, 11, 39, 40, 41].map((x) => lumaOf(compositor, x, 25)),
      [100, 175, 200, 200, 150, 100],
    );
    assert.deepEqual(
      [19, 20, 29, 30, 31].map((y) => lumaOf(compositor, 20, y)),
      [100, 200, 200, 150, 100],
    );
    compositor.fill({ colour: { y: 16, u: 128, v: 128 }, opacity: 0.5 });
    assert.equal(lumaOf(compositor, 100, 100), 58);
  });

  it('a rectangle outside or thinner than a pixel keeps to what it covers', () => {
    const compositor = filled(100);
    for (const rectangle of [
      { x: -50, y: 0, width: 50, height: 9 },
      { x: 0, y: 120, width: 9, height: 9 },
      { x: 5, y: 5, width: 0, height: 9 },
    ]) {
      compositor.fill({ colour: { y: 200, u: 128, v: 128 }, rectangle });
    }
    assert.ok(
      compositor
        .frame()
        .subarray(0, pixels)
        .every((value) => value === 100),
    );
    compositor.fill({ colour: { y: 200, u: 128, v: 128 }, rectangle: { x: 7.25, y: 0, width: 0.5, height: 9 } });
    assert.deepEqual(
      [6, 7, 8].map((x) => lumaOf(compositor, x, 4)),
      [100, 150, 100],
    );
  });
});

describe('transitions', () => {
  function pair(): Compositor {
    const compositor = createCompositor({ ...size, targets: 3 });
    for (const [index, seed] of [
      [1, 3],
      [2, 4],
    ] as const) {
      compositor.target(index);
      compositor.draw(compositor.createBitmap({ format: 'yuv420p', ...size, bytes: texture(size, { seed }) }), { x: 0, y: 0 });
    }
    compositor.target(0);
    return compositor;
  }

  it('a crossfade is the first frame at 0, the second at 1 and their weighted mean between', () => {
    const compositor = pair();
    const [a, b] = [compositor.frame(1), compositor.frame(2)];
    for (const progress of [0, 0.25, 0.5, 0.9, 1]) {
      compositor.crossfade({ from: 1, to: 2, progress });
      const off = compositor
        .frame(0)
        .reduce((most, value, i) => Math.max(most, Math.abs(value - ((a[i] ?? 0) + ((b[i] ?? 0) - (a[i] ?? 0)) * progress))), 0);
      assert.ok(off <= (progress === 0 || progress === 1 ? 0 : 0.51), `progress ${progress}: ${off}`);
    }
  });

  for (const direction of ['left', 'right', 'up', 'down'] as const) {
    it(`a wipe ${direction} is the first frame at 0, the second at 1, and half of each at 0.5 with a soft edge between`, () => {
      const compositor = pair();
      const edge = { direction, softnessPx: 16 };
      compositor.wipe({ from: 1, to: 2, progress: 0 }, edge);
      assert.deepEqual(compositor.frame(0), compositor.frame(1));
      compositor.wipe({ from: 1, to: 2, progress: 1 }, edge);
      assert.deepEqual(compositor.frame(0), compositor.frame(2));
      for (const [index, y] of [
        [1, 50],
        [2, 150],
      ] as const) {
        compositor.target(index);
        compositor.fill({ colour: { y, u: 128, v: 128 } });
      }
      compositor.target(0);
      compositor.wipe({ from: 1, to: 2, progress: 0.5 }, edge);
      const across = direction === 'left' || direction === 'right';
      const length = across ? size.width : size.height;
      const line = Array.from({ length }, (_, i) => (across ? lumaOf(compositor, i, 60) : lumaOf(compositor, 100, i)));
      const way = direction === 'left' || direction === 'up' ? line.toReversed() : line;
      assert.deepEqual([way[0], way.at(-1)], [150, 50]);
      assert.ok(
        way.every((value, i) => i === 0 || value <= (way[i - 1] ?? 0)),
        'monotone',
      );
      const mean = line.reduce((sum, value) => sum + value, 0) / length;
      assert.ok(Math.abs(mean - 100) < 0.5, `mean ${mean}`);
      const between = line.filter((value) => value > 50 && value < 150).length;
      assert.ok(between >= 14 && between <= 16, `${between} pixels between`);
    });
  }
});

describe('vignette', () => {
  it('leaves the middle as it is and takes its share of light and colour from the corners', () => {
    const compositor = filled(216);
    compositor.vignette({ strength: 0.5 });
    const frame = compositor.frame();
    assert.equal(lumaOf(compositor, 100, 60), 216);
    assert.ok(Math.abs(lumaOf(compositor, 0, 0) - 116) <= 2, `corner ${lumaOf(compositor, 0, 0)}`);
    assert.equal(lumaOf(compositor, 0, 0), lumaOf(compositor, 199, 119));
    assert.ok(Math.abs((frame[pixels] ?? 0) - 114) <= 1 && frame[pixels + 30 * 100 + 50] === 100, 'chroma');
  });

  it('of no strength changes nothing, and black stays black', () => {
    const compositor = filled(16);
    const before = Uint8Array.from(compositor.frame());
    compositor.vignette({ strength: 0 });
    assert.deepEqual(compositor.frame(), before);
    compositor.vignette({ strength: 0.8 });
    assert.ok(
      compositor
        .frame()
        .subarray(0, pixels)
        .every((value) => value === 16),
    );
  });
});

describe('grain', () => {
  function statistics(compositor: Compositor, before: number): { mean: number; deviation: number } {
    const luma = compositor.frame().subarray(0, pixels);
    const mean = luma.reduce((sum, value) => sum + value - before, 0) / pixels;
    return { mean, deviation: Math.sqrt(luma.reduce((sum, value) => sum + (value - before - mean) ** 2, 0) / pixels) };
  }

  it('has the asked deviation in the mid-tones, no mean, less of both ends, and none in chroma', () => {
    const found = new Map(
      [30, 118, 225].map((y) => {
        const compositor = filled(y);
        compositor.grain({ strength: 0.5, seed: 1, frame: 0 });
        assert.ok(
          compositor
            .frame()
            .subarray(pixels, pixels + 6000)
            .every((value) => value === 100),
        );
        return [y, statistics(compositor, y)];
      }),
    );
    const middle = found.get(118);
    assert.ok(middle && Math.abs(middle.deviation - 4) < 0.4 && Math.abs(middle.mean) < 0.1, JSON.stringify(middle));
    assert.ok((found.get(30)?.deviation ?? 9) < 2 && (found.get(225)?.deviation ?? 9) < 2.5, JSON.stringify([...found]));
  });

  it('is the same for the same seed and frame, and another for another', () => {
    const draw = (seed: number, frame: number): Uint8Array => {
      const compositor = filled(118);
      compositor.grain({ strength: 0.5, seed, frame });
      return Uint8Array.from(compositor.frame());
    };
    assert.deepEqual(draw(1, 5), draw(1, 5));
    const apart = (a: Uint8Array, b: Uint8Array): number => a.reduce((count, value, i) => count + (value === b[i] ? 0 : 1), 0) / pixels;
    assert.ok(apart(draw(1, 5), draw(1, 6)) > 0.7 && apart(draw(1, 5), draw(2, 5)) > 0.7);
  });
});

describe('frame statistics', () => {
  it('give the mean luma and the share of dark pixels', () => {
    const compositor = filled(120);
    compositor.fill({ colour: { y: 16, u: 128, v: 128 }, rectangle: { x: 0, y: 0, width: 50, height: 120 } });
    const { meanLuma, darkShare } = compositor.frameStats();
    assert.equal(meanLuma, 94);
    assert.equal(darkShare, 0.25);
  });

  it('the hash stays while the frame stays, and sees one pixel of one level in luma or chroma', () => {
    const compositor = createCompositor(size);
    const bytes = texture(size, { seed: 1 });
    const bitmap = compositor.createBitmap({ format: 'yuv420p', ...size, bytes });
    const hashOf = (picture: Uint8Array): bigint => {
      compositor.replaceBitmap(bitmap, { format: 'yuv420p', ...size, bytes: picture });
      compositor.draw(bitmap, { x: 0, y: 0 });
      return compositor.frameStats().hash;
    };
    const first = hashOf(bytes);
    assert.equal(hashOf(bytes), first);
    const seen = new Set([first]);
    for (let at = 0; at < bytes.length; at += 997) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      seen.add(hashOf(changed));
    }
    assert.equal(seen.size, 1 + Math.ceil(bytes.length / 997));
  });
});
