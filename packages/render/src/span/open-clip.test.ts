import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findFfmpeg, type Toolset } from '../ffmpeg/find-ffmpeg.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { normaliseUpload } from '../media/normalise.ts';
import { writeAlphaClip } from '../media/write-alpha-clip.ts';
import type { ClipSource } from '../plan/clip-frames.ts';
import { openClip } from './open-clip.ts';

const size = { width: 256, height: 64 };
let toolset: Toolset;
let folder: string;
let clip: string;

/** Eight blocks of 32 pixels hold a frame's number in binary, the lowest bit on the left. */
before(async () => {
  toolset = await findFfmpeg();
  folder = await mkdtemp(join(tmpdir(), 'filmwright-clip-'));
  const path = join(folder, 'counter.mp4');
  const graph = "nullsrc=s=256x64:r=25:d=6,geq=lum='16+219*mod(floor(N/pow(2\\,floor(X/32)))\\,2)':cb=128:cr=128";
  await runFfmpeg({
    toolset,
    purpose: 'making a clip',
    args: ['-v', 'error', '-y', '-f', 'lavfi', '-i', graph, '-c:v', 'libx264', '-crf', '8', '-pix_fmt', 'yuv420p', path],
  });
  const made = await normaliseUpload({
    path,
    name: 'counter.mp4',
    expect: 'clip',
    outDir: folder,
    toolset,
    describeFont: () => {
      throw new Error('no font');
    },
  });
  assert.ok(made.type === 'clip' && made.fps === 25);
  clip = made.outPath;
});
after(() => rm(folder, { recursive: true, force: true }));

const source = (more: Partial<ClipSource> = {}): ClipSource => ({
  type: 'clip',
  asset: clip,
  rate: 25,
  start: 0,
  step: 1,
  heldFrame: 149,
  lastFrame: 149,
  blend: false,
  crop: null,
  alpha: false,
  shadow: 'none',
  filters: { look: null, lookStrength: 1, denoise: 0, blurPx: 0, sharpen: 0 },
  ...size,
  ...more,
});

const blocks = (bytes: Uint8Array): readonly number[] =>
  Array.from({ length: 8 }, (_, bit) => ((bytes[32 * size.width + bit * 32 + 16] as number) - 16) / 219);
const numberOf = (bytes: Uint8Array): number => blocks(bytes).reduce((sum, value, bit) => sum + (value > 0.5 ? 2 ** bit : 0), 0);

async function numbers(from: ClipSource, [first, until]: readonly [number, number]): Promise<readonly number[]> {
  const frames = await openClip(from, { frame: first, context: { toolset, pathOf: async (name) => name } });
  const found: number[] = [];
  for (let frame = first; frame < until; frame++) found.push(numberOf(await frames.at(frame)));
  await frames.close();
  return found;
}

test('a trimmed clip shows exactly its frames and then holds the last one, wherever a span begins', async () => {
  const trimmed = source({ start: 40, heldFrame: 29, lastFrame: 69 });
  const whole = await numbers(trimmed, [0, 34]);
  assert.deepEqual(
    whole,
    Array.from({ length: 34 }, (_, frame) => 40 + Math.min(29, frame)),
  );
  for (const first of [1, 9, 28, 32]) assert.deepEqual(await numbers(trimmed, [first, 34]), whole.slice(first), `from ${first}`);
});

test('a clip at another pace shows the frame that belongs to each moment, the same in every span', async () => {
  for (const step of [2, 3.3, 25 / 30, 1.25]) {
    const paced = source({ start: 10, step, heldFrame: 35 });
    const wanted = Array.from({ length: 38 }, (_, frame) => Math.floor(10 + step * Math.min(35, frame) + 1e-6));
    assert.deepEqual(await numbers(paced, [0, 38]), wanted, `step ${step}`);
    assert.deepEqual(await numbers(paced, [17, 38]), wanted.slice(17), `step ${step}, from 17`);
  }
});

test('slow motion shows two neighbours by shares', async () => {
  const slow = source({ start: 2, step: 0.25, blend: true });
  const frames = await openClip(slow, { frame: 0, context: { toolset, pathOf: async (name) => name } });
  // From frame 2 (010) to frame 3 (011): the first block brightens, the second stays.
  for (const [frame, share] of [
    [0, 0],
    [1, 0.25],
    [2, 0.5],
    [3, 0.75],
    [4, 1],
  ] as const) {
    const [first, second] = blocks(await frames.at(frame));
    assert.ok(Math.abs((first ?? 0) - share) < 0.04, `frame ${frame}: ${first}`);
    assert.ok((second ?? 0) > 0.95, `frame ${frame}: ${second}`);
  }
  await frames.close();
});

test('a frame that stays is not asked for again', async () => {
  const frames = await openClip(source({ step: 0.5, heldFrame: 4 }), { frame: 0, context: { toolset, pathOf: async (name) => name } });
  const changes: boolean[] = [];
  for (let frame = 0; frame < 8; frame++) {
    changes.push(frames.changesAt(frame));
    await frames.at(frame);
  }
  await frames.close();
  assert.deepEqual(changes, [true, false, true, false, true, false, false, false]);
});

test('a crop shows its part of the clip', async () => {
  // The two blocks on the left, enlarged: frame 2 is 01 there.
  const frames = await openClip(source({ start: 2, crop: { x: 0, y: 0, width: 64, height: 64 } }), {
    frame: 0,
    context: { toolset, pathOf: async (name) => name },
  });
  const row = (await frames.at(0)).subarray(32 * size.width, 33 * size.width);
  await frames.close();
  assert.ok((row[40] as number) < 40 && (row[216] as number) > 210, `${row[40]} ${row[216]}`);
});

test('a clip with alpha comes back with its colours and its matte', async () => {
  const path = join(folder, 'alpha.mp4');
  const writer = writeAlphaClip({ outPath: path, ...size, rate: 25, toolset });
  const rgba = new Uint8Array(size.width * size.height * 4);
  for (let n = 0; n < 30; n++) {
    for (let i = 0; i < rgba.length; i += 4) {
      const x = (i / 4) % size.width;
      rgba.set(x < 96 ? [200, 60, 30, 255] : x < 160 ? [200, 60, 30, 128] : [200, 60, 30, 0], i);
    }
    await writer.write(rgba);
  }
  await writer.finish();
  const frames = await openClip(source({ asset: path, alpha: true, lastFrame: 29, heldFrame: 29 }), {
    frame: 27,
    context: { toolset, pathOf: async (name) => name },
  });
  const bytes = await frames.at(27);
  await frames.close();
  const at = (x: number) => [...bytes.subarray((20 * size.width + x) * 4, (20 * size.width + x) * 4 + 4)];
  assert.equal(at(40)[3], 255);
  assert.equal(at(220)[3], 0);
  assert.ok(Math.abs((at(128)[3] as number) - 128) <= 3, `${at(128)}`);
  for (const [channel, wanted] of [200, 60, 30].entries()) assert.ok(Math.abs((at(40)[channel] as number) - wanted) <= 4, `${at(40)}`);
});

test('a clip is graded by a look that is named by its digest, and leaves nothing behind', async (t) => {
  const look = join(folder, 'sha256-red');
  await writeFile(look, `LUT_3D_SIZE 2\n${'0.8 0.1 0.1\n'.repeat(8)}`);
  // Folders of other programs are none of its business.
  const temporary = join(folder, 'temporary');
  await mkdir(temporary);
  const outer = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporary;
  t.after(() => {
    if (outer === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = outer;
  });
  const frames = await openClip(source({ filters: { look, lookStrength: 1, denoise: 0, blurPx: 0, sharpen: 0 } }), {
    frame: 3,
    context: { toolset, pathOf: async (name) => name },
  });
  const bytes = await frames.at(3);
  assert.equal((await readdir(temporary)).length, 1);
  await frames.close();
  const [blue, red] = [bytes[size.width * size.height], bytes[size.width * size.height * 1.25]] as [number, number];
  assert.ok(blue < 115 && red > 200, `${blue} ${red}`);
  assert.deepEqual(await readdir(temporary), []);
});
