import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { modelRef } from '@filmwright/contracts';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { openModelPool } from '@filmwright/engines/onnx/model-pool';
import { findFfmpeg } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { clipPictures } from '@filmwright/render/media/clip-pictures';
import { bordersOf } from '../borders.ts';
import type { TaskContext } from '../run-task.ts';
import { runUpscale } from './upscale.ts';
import { runUpscaleClip } from './upscale-clip.ts';

const digest = `sha256-${'0'.repeat(64)}`;
const encoded = [
  '-c:v',
  'libx264',
  '-crf',
  '4',
  '-color_range',
  'tv',
  '-colorspace',
  'bt709',
  '-color_primaries',
  'bt709',
  '-color_trc',
  'bt709',
];

/** A picture of two halves whose right one grows brighter by 40 levels from frame to frame. */
function writeSource(path: string, { frames, args }: { readonly frames: number; readonly args: readonly string[] }): void {
  const graph = `color=c=#c04020:s=32x36:r=10,format=rgb24[a];color=c=#203040:s=32x36:r=10,format=rgb24,geq=r='32+40*N':g='48+40*N':b='64+40*N'[b];[a][b]hstack`;
  const matrix = path.endsWith('.mp4') ? ',scale=out_color_matrix=bt709:out_range=tv,format=yuv420p' : '';
  execFileSync('ffmpeg', ['-v', 'error', '-filter_complex', `${graph}${matrix}`, '-frames:v', String(frames), ...args, path]);
}

async function workplace(t: TestContext, source: string) {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-large-'));
  const pool = openModelPool();
  t.after(async () => {
    await pool.dispose();
    await rm(folder, { recursive: true, force: true });
  });
  const path = join(folder, source);
  const stored = join(folder, `stored-${source}`);
  const told: number[] = [];
  const toolset = await findFfmpeg();
  const context = {
    ...{ home: folder, tempDir: join(folder, 'work'), toolset, pathOf: async () => path, pictureModels: async () => pool },
    ...{ key: 'sha256-large', borders: bordersOf({ resume: undefined, asked: () => false }) },
    progress: (percent: number) => told.push(percent),
    store: async ({ path: from, mediaType }: { readonly path: string; readonly mediaType: string }) => {
      await copyFile(from, stored);
      return { digest, bytes: 1, mediaType };
    },
  } as unknown as TaskContext;
  await mkdir(context.tempDir);
  const model = modelRef((await installedModel({ name: 'real-esrgan-animevideo', home: folder })).card);
  /** Mean colours of the middle of both halves, frame by frame. */
  const seen = async (whole: { readonly width: number; readonly height: number }): Promise<readonly (readonly number[])[]> => {
    const found: number[][] = [];
    for await (const { rgba } of clipPictures({
      path: stored,
      toolset,
      rate: 10,
      firstFrame: 0,
      frames: 9,
      crop: { x: 0, y: 0, ...whole },
      ...whole,
    }))
      found.push(
        [0.25, 0.75].flatMap((share) => [
          ...rgba.subarray((Math.floor(whole.height / 2) * whole.width + Math.floor(whole.width * share)) * 4).subarray(0, 3),
        ]),
      );
    return found;
  };
  return { context, model, path, told, seen };
}

function close(found: readonly number[] | undefined, wanted: readonly number[]): void {
  assert.ok(
    found !== undefined && wanted.every((value, i) => Math.abs(value - (found[i] as number)) <= 5),
    `found ${found?.join(' ')}, wanted ${wanted.join(' ')}`,
  );
}

test('a piece of a clip becomes a clip of larger frames: those that were asked for, in their colours', async (t) => {
  const { context, model, path, told, seen } = await workplace(t, 'clip.mp4');
  writeSource(path, { frames: 4, args: encoded });
  const output = await runUpscaleClip({ clip: digest, model, factor: 2, rate: 10, firstFrame: 1, frames: 2 }, context);
  const { width, height, frames, rate, credit } = output;
  assert.deepEqual([width, height, frames, rate, credit.licence], [128, 72, 2, 10, 'BSD-3-Clause']);
  const colours = await seen({ width, height });
  assert.equal(colours.length, 2);
  close(colours[0], [192, 64, 32, 72, 88, 104]);
  close(colours[1], [192, 64, 32, 112, 128, 144]);
  assert.deepEqual(told.map(Math.round), [50, 99]);
});

test('a still becomes a larger still of any factor, and one that would be too large is refused', async (t) => {
  const { context, model, path, seen } = await workplace(t, 'still.png');
  writeSource(path, { frames: 1, args: [] });
  const payload = { picture: digest, model, factor: 1.5, clean: true };
  const { width, height } = await runUpscale(payload, context);
  assert.deepEqual([width, height], [96, 54]);
  close((await seen({ width, height }))[0], [192, 64, 32, 32, 48, 64]);
  const path4 = path.replace('still', 'wide');
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=s=5000x2', '-frames:v', '1', path4]);
  await assert.rejects(runUpscale({ ...payload, factor: 4 }, { ...context, pathOf: async () => path4 }), /20000 x 8 pixels/);
});
