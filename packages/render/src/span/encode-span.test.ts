import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Layer, SpanComposition } from '@filmwright/contracts';
import { findFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { findFonts } from '../paint/fonts.ts';
import { encodeSpan, type SpanContext } from './encode-span.ts';
import { createPictureCache } from './picture-cache.ts';
import { renderFrame } from './render-frame.ts';

const folder = await mkdtemp(join(tmpdir(), 'filmwright-span-'));
after(() => rm(folder, { recursive: true, force: true }));
const toolset = await findFfmpeg();
const font = (await findFonts())[0]?.bold ?? '';
const paths = new Map<string, string>();
const context: SpanContext = {
  toolset,
  pathOf: async (digest) => paths.get(digest) ?? digest,
  fontPath: () => font,
  cache: createPictureCache({ maxBytes: 1e7 }),
};

const size = { width: 320, height: 180, fps: 25 };
const steady = (value: number) => [{ frame: 0, value, ease: 'linear' as const }];
const backdrop = (color: string, changes: Partial<Layer> = {}): Layer => ({
  source: { type: 'backdrop', design: 'plain', colors: [color], ...{ width: 320, height: 180 } },
  fromFrame: 0,
  untilFrame: 1000,
  x: steady(160),
  y: steady(90),
  scale: steady(1),
  opacity: steady(1),
  ...changes,
});
const span = (changes: Partial<SpanComposition>): SpanComposition => ({
  ...size,
  firstFrame: 0,
  frames: 12,
  color: '#000000',
  layers: [],
  transition: null,
  finish: { vignette: 0, grain: 0, seed: 1 },
  ...changes,
});
const encode = { codec: 'h264' as const, preset: 'veryfast', crf: 20, gopFrames: 100, threads: 2 };
const slide = backdrop('#c08040', {
  source: { type: 'backdrop', design: 'halo', colors: ['#f4f1ec', '#ffb347'], width: 400, height: 225 },
  x: [
    { frame: 0, value: 150, ease: 'linear' },
    { frame: 100, value: 190, ease: 'linear' },
  ],
});

async function pixel(composition: SpanComposition, at: { readonly x: number; readonly y: number }): Promise<readonly number[]> {
  const rgba = await renderFrame(composition, context);
  return [...rgba.subarray((at.y * size.width + at.x) * 4, (at.y * size.width + at.x) * 4 + 3)];
}

function assertNear(found: readonly number[], wanted: readonly number[], within = 4): void {
  assert.ok(
    found.every((value, at) => Math.abs(value - (wanted[at] ?? 0)) <= within),
    `found ${found.join()}, wanted ${wanted.join()}`,
  );
}

test('a moving span has exactly its frames, none of them black or repeated, and the same bytes again', async () => {
  const digests: string[] = [];
  for (const name of ['a.mp4', 'b.mp4']) {
    const done = await encodeSpan(
      { span: span({ layers: [slide] }), encode, outPath: join(folder, name), stillPath: join(folder, `${name}.jpg`) },
      context,
    );
    assert.deepEqual([done.frames, done.blackFrames, done.repeatedFrames], [12, [], []]);
    assert.ok((done.ssim ?? 0) > 0.9);
    digests.push(
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex'),
    );
  }
  assert.equal(digests[0], digests[1]);
  assert.deepEqual(await readFile(join(folder, 'a.mp4.jpg')), await readFile(join(folder, 'b.mp4.jpg')));
  const { stdout } = await runFfmpeg({
    toolset,
    purpose: 'counting',
    maxStdoutBytes: 1e8,
    description: {
      inputs: [{ from: { file: join(folder, 'a.mp4') } }],
      outputs: [{ options: { f: 'rawvideo', pix_fmt: 'yuv420p' }, to: { pipe: 1 } }],
    },
  });
  assert.equal(stdout.byteLength, 12 * 320 * 180 * 1.5);
});

test('black and repeated frames are counted', async () => {
  const done = await encodeSpan(
    { span: span({ frames: 6 }), encode, outPath: join(folder, 'black.mp4'), stillPath: join(folder, 'black.jpg') },
    context,
  );
  assert.deepEqual(done.blackFrames, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(done.repeatedFrames, [1, 2, 3, 4, 5]);
});

test('the still of a span shows its colours at a small size', async () => {
  const stillPath = join(folder, 'still.jpg');
  await encodeSpan(
    { span: span({ layers: [backdrop('#c08040')], frames: 4 }), encode, outPath: join(folder, 'still.mp4'), stillPath },
    context,
  );
  const { stdout } = await runFfmpeg({
    toolset,
    purpose: 'reading a still',
    maxStdoutBytes: 1e6,
    description: { inputs: [{ from: { file: stillPath } }], outputs: [{ options: { f: 'rawvideo', pix_fmt: 'rgb24' }, to: { pipe: 1 } }] },
  });
  assert.equal(stdout.byteLength, 160 * 90 * 3);
  const at = (50 * 160 + 50) * 3;
  assertNear([...stdout.subarray(at, at + 3)], [0xc0, 0x80, 0x40], 6);
});

test('colours come out as they went in', async () => {
  assertNear(await pixel(span({ layers: [backdrop('#c08040')] }), { x: 100, y: 100 }), [0xc0, 0x80, 0x40], 6);
});

test('a dissolve mixes the shot before with this one, and is over at its end', async () => {
  const transition = {
    kind: 'dissolve' as const,
    frames: 10,
    firstFrame: 50,
    layers: [backdrop('#ffffff')],
    finish: { vignette: 0, grain: 0, seed: 1 },
    color: '#000000',
  };
  const layers = [backdrop('#000000')];
  const [start = 0] = await pixel(span({ layers, transition, firstFrame: 0 }), { x: 160, y: 90 });
  const [middle = 0] = await pixel(span({ layers, transition, firstFrame: 5 }), { x: 160, y: 90 });
  const [end = 0] = await pixel(span({ layers, transition: null, firstFrame: 10 }), { x: 160, y: 90 });
  assert.ok(start > 225 && middle > 80 && middle < 170 && end < 12, `${start} ${middle} ${end}`);
});

test('a wipe and a slide show both shots side by side half way', async () => {
  for (const kind of ['wipe-left', 'slide-left'] as const) {
    const transition = {
      kind,
      frames: 10,
      firstFrame: 50,
      layers: [backdrop('#ffffff')],
      finish: { vignette: 0, grain: 0, seed: 1 },
      color: '#000000',
    };
    const composition = span({ layers: [backdrop('#000000')], transition, firstFrame: kind === 'slide-left' ? 1 : 5 });
    const [left = 0] = await pixel(composition, { x: 10, y: 90 });
    const [right = 0] = await pixel(composition, { x: 310, y: 90 });
    assert.ok(Math.abs(left - right) > 200, `${kind}: ${left} and ${right}`);
  }
});

test('text appears in its frames only', async () => {
  const text: Layer = {
    source: {
      type: 'text',
      style: 'title',
      lines: ['MMMM'],
      language: 'en',
      fonts: { regular: ['f'], bold: ['f'] },
      color: '#ffffff',
      fill: '#000000',
      box: { x: 20, y: 40, width: 280, height: 100 },
      alignX: 'center',
      alignY: 'center',
      sizePx: 60,
    },
    fromFrame: 3,
    untilFrame: 6,
    x: steady(0),
    y: steady(0),
    scale: steady(1),
    opacity: steady(1),
  };
  const layers = [backdrop('#203040'), text];
  const bright = async (firstFrame: number): Promise<number> =>
    (await renderFrame(span({ layers, firstFrame }), context)).filter((value, at) => at % 4 === 0 && value > 200).length;
  assert.equal(await bright(2), 0);
  assert.ok((await bright(3)) > 500);
  assert.equal(await bright(6), 0);
});

test('a picture with alpha lets its ground through, without a dark or bright rim', async () => {
  const path = join(folder, 'disc.png');
  await runFfmpeg({
    toolset,
    purpose: 'drawing a disc',
    description: {
      inputs: [
        { from: { lavfi: "color=c=white:s=200x200,format=rgba,geq=r=255:g=255:b=255:a='clip((80-hypot(X-100,Y-100))*127,0,255)'" } },
      ],
      outputs: [{ options: { 'frames:v': 1 }, to: { file: path } }],
    },
  });
  paths.set('disc', path);
  const disc: Layer = {
    source: {
      type: 'picture',
      asset: 'disc',
      alpha: true,
      shadow: 'none',
      filters: { look: null, lookStrength: 1, denoise: 0, blurPx: 0, sharpen: 0 },
      width: 120,
      height: 120,
    },
    fromFrame: 0,
    untilFrame: 10,
    x: steady(160),
    y: steady(90),
    scale: steady(1),
    opacity: steady(1),
  };
  const rowOf = async (layers: readonly Layer[]): Promise<readonly number[]> => {
    const rgba = await renderFrame(span({ layers }), context);
    return Array.from({ length: size.width }, (_, x) => rgba[(90 * size.width + x) * 4] ?? 0);
  };
  const ground = await rowOf([backdrop('#808080')]);
  const row = await rowOf([backdrop('#808080'), disc]);
  assert.ok((row[160] ?? 0) > 245);
  const darker = row.map((value, at) => (ground[at] ?? 0) - value);
  assert.ok(Math.max(...darker) <= 4, `darker than its ground by ${Math.max(...darker)}`);
});

test('a colour grade is found under the name of its digest', async () => {
  const red = join(folder, 'sha256-red');
  await writeFile(red, `LUT_3D_SIZE 2\n${'0.8 0.1 0.1\n'.repeat(8)}`);
  const picture = join(folder, 'grey.ppm');
  await writeFile(picture, Buffer.concat([Buffer.from('P6 320 180 255\n'), Buffer.alloc(320 * 180 * 3, 128)]));
  const filters = { look: red, lookStrength: 1, denoise: 0, blurPx: 0, sharpen: 0 };
  const source = { type: 'picture' as const, asset: picture, width: 320, height: 180, alpha: false, filters, shadow: 'none' as const };
  assertNear(await pixel(span({ layers: [backdrop('#000000', { source })] }), { x: 100, y: 100 }), [204, 26, 26], 8);
});
