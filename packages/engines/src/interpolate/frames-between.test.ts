import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { installedModel } from '../models/model-shelf.ts';
import type { Picture } from '../onnx/picture.ts';
import { type FrameBetween, framesBetween } from './frames-between.ts';
import { openInterpolator } from './open-interpolator.ts';

const [width, height] = [150, 90];
const side = 26;

/** A bright square on a ground with a little structure, its left edge at `left`. */
function squareAt(left: number): Picture {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = x >= left && x < left + side && y >= 32 && y < 32 + side;
      const ground = 50 + 12 * Math.sin(x / 9) + 10 * Math.cos(y / 7);
      rgba.fill(inside ? 230 : Math.round(ground), (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  return { width, height, rgba };
}

/** A dark scene of patches, other ones for each seed. */
function woods(seed: number): Picture {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const patch = Math.imul(Math.floor(x / 18) * 7919 + Math.floor(y / 15) * 104_729 + seed * 31_337, 2_654_435_761) >>> 0;
      for (let c = 0; c < 3; c++) rgba[(y * width + x) * 4 + c] = 4 + ((patch >>> (8 * c + 4)) & 31);
    }
  return { width, height, rgba };
}

/** Where the square's middle lies across, by its bright pixels in the row through it. */
function middleOf({ rgba }: Picture): number {
  const bright = Array.from({ length: width }, (_, x) => x).filter((x) => (rgba[(45 * width + x) * 4] as number) > 150);
  return bright.reduce((sum, x) => sum + x, 0) / bright.length;
}

async function* clip(...frames: readonly (Picture | { readonly picture: Picture; readonly cut: true })[]) {
  for (const frame of frames) yield 'picture' in frame ? frame : { picture: frame, cut: false };
}

test('frames are drawn at their moments, real ones stay as they are, nothing is drawn across a cut, and a frame can be given up', async (t) => {
  const interpolator = await openInterpolator({ model: await installedModel({ name: 'rife-4.6', home: tmpdir() }) });
  t.after(() => interpolator.close());
  const frames = [squareAt(20), squareAt(44), squareAt(68)] as const;
  const other = { picture: squareAt(100), cut: true } as const;
  const shown: FrameBetween[] = [];
  const places = { first: 0, step: 1, parts: 4, count: 16 };
  for await (const frame of framesBetween({ frames: clip(...frames, other), firstFrame: 0, places, interpolator })) shown.push(frame);
  assert.equal(shown.length, 16);
  for (const [n, { picture, drawn }] of shown.entries()) {
    const place = n / 4;
    const wanted = place < 2 ? 20 + 24 * place : place < 3 ? 68 : 100;
    const off = middleOf(picture) - (wanted + (side - 1) / 2);
    t.diagnostic(`place ${place}: ${off.toFixed(2)} px off${drawn ? '' : ", the clip's own"}`);
    assert.ok(Math.abs(off) <= 1, `place ${place} is ${off} px off`);
    assert.equal(drawn, place < 2 && place % 1 !== 0);
  }
  assert.equal(shown[4]?.picture, frames[1]);
  // Two dark scenes that colours alone do not tell from movement.
  const scenes = [woods(1), woods(2)] as const;
  const dark: FrameBetween[] = [];
  const three = { first: 0, step: 1, parts: 2, count: 4 };
  for await (const frame of framesBetween({ frames: clip(...scenes), firstFrame: 0, places: three, interpolator })) dark.push(frame);
  assert.deepEqual(
    dark.map(({ picture }) => scenes.indexOf(picture)),
    [0, 0, 1, 1],
  );
  const signal = AbortSignal.timeout(5);
  await assert.rejects(
    (async () => {
      for (let n = 0; n < 500; n++) await interpolator.draw({ before: frames[0], after: frames[1], at: 0.5, signal });
    })(),
    { name: 'TimeoutError' },
  );
});

test('a picture that is too large for the model is drawn at its own size by how a smaller copy of it moves', async (t) => {
  const interpolator = await openInterpolator({ model: await installedModel({ name: 'rife-4.6', home: tmpdir() }), mostPixels: 5000 });
  t.after(() => interpolator.close());
  const [before, after] = [squareAt(20), squareAt(44)];
  const drawn = await interpolator.draw({ before, after, at: 0.5 });
  assert.ok(drawn !== null);
  assert.deepEqual([drawn.width, drawn.height, drawn.rgba.length], [width, height, width * height * 4]);
  const off = middleOf(drawn) - (32 + (side - 1) / 2);
  t.diagnostic(`${off.toFixed(2)} px off`);
  assert.ok(Math.abs(off) <= 1, `${off} px off`);
  // Beside the square the ground is what it was.
  for (const x of [4, 90, 140])
    assert.ok(Math.abs((drawn.rgba[(10 * width + x) * 4] as number) - (before.rgba[(10 * width + x) * 4] as number)) <= 3);
});

test('what goes on in the middle shows what it shows without a break, and draws nothing before', async () => {
  const frames = [squareAt(20), squareAt(44), squareAt(44), squareAt(68), squareAt(80)] as const;
  const other = { picture: squareAt(100), cut: true } as const;
  const shownFrom = async (from: number) => {
    const asked: number[] = [];
    const interpolator = {
      draw: async ({ before, at }: { readonly before: Picture; readonly at: number }) => {
        asked.push(at);
        return { ...before, rgba: before.rgba.with(0, Math.round(at * 100)) };
      },
    };
    const places = { first: 1, step: 2, parts: 3, count: 9, from };
    const shown: FrameBetween[] = [];
    for await (const frame of framesBetween({ frames: clip(...frames, other), firstFrame: 0, places, interpolator })) shown.push(frame);
    return { shown, asked };
  };
  const whole = await shownFrom(0);
  assert.equal(whole.asked.length, 4);
  for (const from of [1, 4, 8]) {
    const { shown, asked } = await shownFrom(from);
    assert.deepEqual(shown, whole.shown.slice(from));
    assert.equal(asked.length, shown.filter(({ drawn }) => drawn).length);
  }
});
