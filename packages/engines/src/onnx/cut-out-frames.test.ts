import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PlanarFrame } from '@filmwright/contracts';
import { type CutFrame, type CutOutFrames, cutOutFrames, cutOutMargin } from './cut-out-frames.ts';
import type { Picture } from './picture.ts';
import { decodePng } from './png.ts';
import { drawPicture, planarFrame, testFolder } from './test-pictures.ts';

const astronaut = await decodePng(await readFile(fileURLToPath(new URL('./fixtures/astronaut.png', import.meta.url))));

/** A generator of numbers of its own, so that every run sees the same noise. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The same person in every frame, each with grain of its own as cameras have it. */
function grainy(seed: number): Picture {
  const next = noise(seed);
  const rgba = astronaut.rgba.map((value, i) => (i % 4 === 3 ? value : Math.min(255, Math.max(0, value + (next() - 0.5) * 44))));
  return { ...astronaut, rgba };
}

async function* planar(pictures: readonly Picture[]): AsyncGenerator<PlanarFrame> {
  for (const picture of pictures) yield planarFrame(picture);
}

async function cut({
  pictures,
  ...request
}: Omit<CutOutFrames, 'frames'> & { readonly pictures: readonly Picture[] }): Promise<readonly CutFrame[]> {
  const found: CutFrame[] = [];
  for await (const { picture, squares, ...frame } of cutOutFrames({ ...request, frames: planar(pictures) }))
    found.push({
      ...frame,
      picture: { ...picture, rgba: picture.rgba.slice() },
      squares: { ...squares, kinds: squares.kinds.slice() },
    });
  return found;
}

const alphaAt = ({ picture }: CutFrame, x: number, y: number): number => picture.rgba[(y * picture.width + x) * 4 + 3] as number;

/** Mean change of alpha from frame to frame. */
function flicker(frames: readonly CutFrame[]): number {
  let sum = 0;
  for (let at = 1; at < frames.length; at++) {
    const [before, now] = [frames[at - 1]?.picture.rgba ?? [], frames[at]?.picture.rgba ?? []];
    for (let i = 3; i < now.length; i += 4) sum += Math.abs((now[i] as number) - (before[i] as number));
  }
  return sum / ((frames.length - 1) * astronaut.width * astronaut.height);
}

test('a person is cut out of every frame, with less flicker than frame by frame, and pieces meet without a seam', async (t) => {
  const home = await testFolder(t);
  const pictures = Array.from({ length: 12 }, (_, at) => grainy(at + 1));
  const smooth = await cut({ pictures, first: 0, count: 12, home });
  assert.equal(smooth.length, 12);
  for (const frame of smooth) {
    assert.ok(alphaAt(frame, 95, 80) > 240, 'the face is opaque');
    assert.ok(alphaAt(frame, 3, 3) < 10 && alphaAt(frame, 180, 90) < 10, 'what is behind is clear');
    assert.ok(frame.box !== null && frame.box.height > 150);
  }
  const alone = await cut({ pictures, first: 3, count: 5, home, smooth: false });
  const [calm, restless] = [flicker(smooth.slice(3, 8)), flicker(alone)];
  t.diagnostic(`flicker ${calm.toFixed(3)} smoothed, ${restless.toFixed(3)} frame by frame (codes of 255 a pixel and frame)`);
  assert.ok(calm < restless * 0.75, `${calm} of ${restless}`);
  const later = await cut({ pictures: pictures.slice(6 - cutOutMargin), first: cutOutMargin, count: 3, home });
  assert.equal(later.length, 3);
  for (const [at, frame] of later.entries())
    assert.deepEqual(frame.picture.rgba, smooth[6 + at]?.picture.rgba, `frame ${6 + at} is the same in the piece that begins at 6`);
});

test('a frame without anybody comes out clear and says so', async (t) => {
  const home = await testFolder(t);
  const empty = drawPicture(160, 90, (x, y) => [90 + (x % 7), 120 + (y % 5), 140, 255]);
  const [frame] = await cut({ pictures: [empty, empty], first: 0, count: 1, home });
  assert.ok(frame);
  assert.equal(frame.box, null);
  assert.equal(frame.picture.rgba.length, 160 * 90 * 4);
  assert.ok(frame.picture.rgba.every((value) => value === 0));
});

test('squares say where a frame is clear, where it is as it was, and where its colours are in the picture', async (t) => {
  const home = await testFolder(t);
  const [frame] = await cut({ pictures: [astronaut], first: 0, count: 1, home });
  assert.ok(frame);
  const { sidePx, kinds, yuv } = frame.squares;
  assert.equal(yuv, frame.whole.yuv);
  const { width, height, rgba } = frame.picture;
  const across = Math.ceil(width / sidePx);
  const counts = [0, 0, 0];
  for (const [square, kind] of kinds.entries()) {
    counts[kind] = (counts[kind] as number) + 1;
    const [left, top] = [(square % across) * sidePx, Math.floor(square / across) * sidePx];
    for (let y = top; y < Math.min(height, top + sidePx); y++)
      for (let x = left; x < Math.min(width, left + sidePx); x++) {
        const at = (y * width + x) * 4;
        if (kind !== 2) assert.equal(rgba[at + 3], kind === 1 ? 255 : 0, `alpha at ${x}, ${y}, in a square of kind ${kind}`);
        // Opaque pixels at edges have nearly the colours that they had: the four that share a difference are alike here.
        else if (x > 90 && x < 100 && y > 70 && y < 90 && rgba[at + 3] === 255)
          assert.ok(Math.abs((rgba[at] as number) - (astronaut.rgba[at] as number)) < 24, `red at ${x}, ${y}`);
      }
  }
  assert.ok(
    counts.every((count) => count > kinds.length / 20),
    `${counts} of ${kinds.length}`,
  );
});

test('a model that nobody has is told with what there is', async (t) => {
  const home = await testFolder(t);
  await assert.rejects(cut({ pictures: [astronaut], first: 0, count: 1, home, model: 'nobody' }), /nobody/);
});
