import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { ModelFault } from '../models/model-fault.ts';
import { installedModel, type ShelvedModel } from '../models/model-shelf.ts';
import { type ModelPool, openModelPool } from '../onnx/model-pool.ts';
import type { ModelTensor } from '../onnx/model-process.ts';
import type { Picture } from '../onnx/picture.ts';
import { partMargin, resizePart } from './resize-part.ts';
import { tilesOf } from './tiles.ts';
import { upscalePicture, upscalePictures } from './upscale-pictures.ts';

const shipped = await installedModel({ name: 'real-esrgan-animevideo', home: tmpdir() });

/** The model with smaller tiles. */
function withTiles(tilePx: number, reachPx?: number): ShelvedModel {
  const { card } = shipped;
  assert.ok(card.processing.type === 'picture' && card.processing.enlarge !== undefined);
  const enlarge = { ...card.processing.enlarge, tilePx, ...(reachPx === undefined ? {} : { reachPx }) };
  return { ...shipped, card: { ...card, processing: { ...card.processing, enlarge } } };
}

/** A pool whose model gives what `answer` says; it notes how large its inputs were, and that no two run at once. */
function poolOf(answer: (input: ModelTensor) => ModelTensor): ModelPool & { readonly inputs: number[] } {
  const inputs: number[] = [];
  let running = 0;
  return {
    inputs,
    processes: async () => [],
    unload: async () => {},
    dispose: async () => undefined,
    run: async (_, { inputs: given, signal }) => {
      signal?.throwIfAborted();
      assert.equal(running++, 0);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      const input = given['data'] as ModelTensor;
      inputs.push((input.dims[2] as number) * (input.dims[3] as number));
      return { ...answer(input), peakBytes: 0 };
    },
  };
}

/** Every pixel four times in each direction. */
function repeated({ dims, data }: ModelTensor): ModelTensor {
  const [, , height = 0, width = 0] = dims;
  const large = new Float32Array(3 * height * width * 16);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height * 4; y++)
      for (let x = 0; x < width * 4; x++)
        large[(c * height * 4 + y) * width * 4 + x] = data[(c * height + (y >> 2)) * width + (x >> 2)] as number;
  return { dims: [1, 3, height * 4, width * 4], data: large };
}

/** A disc with a soft ground and stripes, and noise that the seed fixes. */
function scene({ width, height, noise = 0 }: { readonly width: number; readonly height: number; readonly noise?: number }): Picture {
  const rgba = new Uint8Array(width * height * 4);
  let state = 7;
  const random = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648 - 0.5;
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      const inside = Math.hypot(u - 0.45, v - 0.5) < 0.28;
      const stripe = Math.floor(u * 8) % 2 === 0;
      const colour = inside ? [220, stripe ? 90 : 130, 40] : [40 + 60 * v, 80 + 80 * u, 160];
      const grain = noise * 2 * random();
      for (let c = 0; c < 3; c++) rgba[(y * width + x) * 4 + c] = Math.max(0, Math.min(255, Math.round((colour[c] as number) + grain)));
      rgba[(y * width + x) * 4 + 3] = 255;
    }
  return { width, height, rgba };
}

test('tiles cover a picture once, show their margin and stay within what a model may be given', () => {
  for (const [width, height] of [
    [640, 360],
    [97, 31],
    [7, 5],
    [1920, 1080],
  ] as const) {
    const tiles = tilesOf({ width, height, margin: 20, mostPixels: 120 ** 2 });
    const covered = new Uint8Array(width * height);
    for (const { core, given } of tiles) {
      for (let y = core.y; y < core.y + core.height; y++)
        for (let x = core.x; x < core.x + core.width; x++) covered[y * width + x] = (covered[y * width + x] as number) + 1;
      assert.ok(given.width * given.height <= 120 ** 2);
      assert.equal(given.x, Math.max(0, core.x - 20));
      assert.equal(given.y + given.height, Math.min(height, core.y + core.height + 20));
    }
    assert.ok(covered.every((times) => times === 1));
  }
  assert.equal(tilesOf({ width: 120, height: 120, margin: 20, mostPixels: 120 ** 2 }).length, 1);
});

test('a part of a resized picture has the numbers that the whole has, at any scale', () => {
  const from = { width: 96, height: 64 };
  const data = Float32Array.from({ length: 96 * 64 }, (_, i) => ((i * 7919) % 251) / 251);
  for (const to of [
    { width: 48, height: 32 },
    { width: 71, height: 47 },
    { width: 150, height: 100 },
  ]) {
    const whole = resizePart({ ...from, data }, { from, to, at: { x: 0, y: 0 }, wanted: { x: 0, y: 0, ...to } });
    const margin = partMargin(from.width, to.width);
    const wanted = { x: Math.round(to.width / 3), y: Math.round(to.height / 4), width: 11, height: 9 };
    const x = Math.max(0, Math.floor((wanted.x * from.width) / to.width) - margin);
    const y = Math.max(0, Math.floor((wanted.y * from.height) / to.height) - margin);
    const width = Math.min(from.width, Math.ceil(((wanted.x + 11) * from.width) / to.width) + margin) - x;
    const height = Math.min(from.height, Math.ceil(((wanted.y + 9) * from.height) / to.height) + margin) - y;
    const cut = Float32Array.from({ length: width * height }, (_, i) => data[(y + Math.floor(i / width)) * 96 + x + (i % width)] as number);
    const part = resizePart({ width, height, data: cut }, { from, to, at: { x, y }, wanted });
    part.forEach((value, i) => {
      assert.equal(value, whole[(wanted.y + Math.floor(i / 11)) * to.width + wanted.x + (i % 11)]);
    });
  }
});

test('the model that comes along gives the same picture in tiles as in one piece, and no other colours', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const picture = scene({ width: 76, height: 44 });
  const size = { width: 152, height: 88 };
  const whole = await upscalePicture({ picture, size, pool, model: shipped });
  let seen = 0;
  const tiled = await upscalePicture({ picture, size, pool, model: withTiles(56), onTile: (_, of) => (seen = of) });
  assert.ok(seen >= 2, `${seen} tiles`);
  let most = 0;
  for (let i = 0; i < whole.rgba.length; i++) most = Math.max(most, Math.abs((whole.rgba[i] as number) - (tiled.rgba[i] as number)));
  assert.ok(most <= 1, `the tiled picture differs by ${most}`);
  for (const c of [0, 1, 2]) {
    const mean = ({ rgba }: Picture): number => rgba.reduce((sum, value, i) => (i % 4 === c ? sum + value : sum), 0) / (rgba.length / 4);
    assert.ok(Math.abs(mean(whole) - mean(picture)) < 0.7, `channel ${c}: ${mean(picture)} became ${mean(whole)}`);
  }
});

test('of a noisy picture it makes one that is nearer to the clean one than scaling it up does', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const small = scene({ width: 72, height: 48, noise: 16 });
  const size = { width: 288, height: 192 };
  const clean = scene(size);
  const scaled = await upscalePicture({ picture: small, size, model: withTiles(480, 1), pool: poolOf((input) => bicubic(input)) });
  const made = await upscalePicture({ picture: small, size, model: shipped, pool });
  const gain = psnr(made, clean) - psnr(scaled, clean);
  assert.ok(gain > 1, `${gain.toFixed(2)} dB above bicubic`);
});

test('alpha is enlarged with the picture: what was clear stays clear, what was solid solid, and hidden colours stay hidden', async () => {
  const { width, height, rgba } = scene({ width: 40, height: 24 });
  const cut = rgba.slice();
  for (let i = 0; i < width * height; i++) {
    if (i % width >= 20) continue;
    cut.set([0, 255, 0, 0], i * 4);
  }
  const pool = poolOf(repeated);
  const made = await upscalePicture({
    picture: { width, height, rgba: cut },
    size: { width: 80, height: 48 },
    model: withTiles(480),
    pool,
  });
  assert.equal(pool.inputs.length, 2);
  for (let y = 0; y < 48; y++) {
    assert.equal(made.rgba[(y * 80 + 30) * 4 + 3], 0);
    assert.equal(made.rgba[(y * 80 + 50) * 4 + 3], 255);
    assert.ok((made.rgba[(y * 80 + 40) * 4 + 1] as number) < 200, 'the green of clear pixels bleeds');
  }
});

test('frames come out in order, each begun while the last one is put together, and never two at once', async () => {
  const frames = [10, 20, 30].map((level) => ({
    width: 30,
    height: 20,
    rgba: new Uint8Array(30 * 20 * 4).map((_, i) => (i % 4 === 3 ? 255 : level)),
  }));
  const pool = poolOf(repeated);
  const made: number[] = [];
  for await (const frame of upscalePictures({ pictures: frames, size: { width: 180, height: 120 }, model: withTiles(44, 4), pool }))
    made.push(frame.rgba[0] as number);
  assert.deepEqual(made, [10, 20, 30]);
  assert.ok(pool.inputs.every((pixels) => pixels <= 44 ** 2));
});

test('a model that gives no numbers, or another shape, and one that enlarges nothing, are refused by name', async () => {
  const picture = scene({ width: 16, height: 16 });
  const size = { width: 32, height: 32 };
  const refused = (pool: ModelPool, wanted: RegExp, model = shipped): Promise<void> =>
    assert.rejects(
      upscalePicture({ picture, size, model, pool }),
      (error) => error instanceof FilmwrightError && wanted.test(error.message) && error instanceof ModelFault === (model === shipped),
    );
  await refused(
    poolOf((input) => ({ ...repeated(input), data: repeated(input).data.fill(Number.NaN) })),
    /real-esrgan-animevideo gave values that are no numbers/,
  );
  await refused(
    poolOf((input) => input),
    /gave a picture of the shape 1 x 3 x 16 x 16; wanted three planes of 64 x 64/,
  );
  await refused(poolOf(repeated), /does not enlarge/, await installedModel({ name: 'selfie-segmentation', home: tmpdir() }));
});

test('a cancelled picture ends the model within its tile, and the next one runs', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const tiny = { picture: scene({ width: 8, height: 8 }), size: { width: 16, height: 16 }, model: shipped, pool };
  await upscalePicture(tiny);
  const cancel = new AbortController();
  const picture = scene({ width: 400, height: 300 });
  const working = upscalePicture({ picture, size: { width: 800, height: 600 }, model: shipped, pool, signal: cancel.signal });
  const given = new Error('enough');
  setTimeout(() => cancel.abort(given), 200);
  await assert.rejects(working, (error) => error === given);
  assert.deepEqual(await pool.processes(), []);
  assert.equal((await upscalePicture(tiny)).width, 16);
});

function bicubic({ dims, data }: ModelTensor): ModelTensor {
  const [, , height = 0, width = 0] = dims;
  const [from, to] = [
    { width, height },
    { width: width * 4, height: height * 4 },
  ];
  const planes = [0, 1, 2].map((c) =>
    resizePart(
      { ...from, data: data.subarray(c * width * height, (c + 1) * width * height) },
      { from, to, at: { x: 0, y: 0 }, wanted: { x: 0, y: 0, ...to } },
    ),
  );
  return { dims: [1, 3, to.height, to.width], data: Float32Array.from(planes.flatMap((plane) => [...plane])) };
}

function psnr(one: Picture, other: Picture): number {
  let sum = 0;
  for (let i = 0; i < one.rgba.length; i++) sum += ((one.rgba[i] as number) - (other.rgba[i] as number)) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / (one.rgba.length * 0.75)));
}
