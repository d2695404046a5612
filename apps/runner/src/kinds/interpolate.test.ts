import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { modelRef, type Output, type Payload } from '@filmwright/contracts';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { findFfmpeg } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { clipPictures } from '@filmwright/render/media/clip-pictures';
import { bordersOf } from '../borders.ts';
import type { TaskContext } from '../run-task.ts';
import { runInterpolate } from './interpolate.ts';

const size = { width: 160, height: 96 };
const side = 26;
/** Pixels from frame to frame, and frames until the scene changes. */
const [moves, until] = [24, 4];

/** A square that goes to the right by 24 pixels a frame, then a cut to white. */
function writeClip(path: string): void {
  const source = (colour: string, frames: number, of = `${size.width}x${size.height}`): readonly string[] => [
    ...['-f', 'lavfi', '-i', `color=c=${colour}:s=${of}:r=10:d=${frames / 10}`],
  ];
  const graph = `[0][1]overlay=x='10+${moves * 10}*t':y=35[a];[a][2]concat=n=2,format=yuv420p`;
  const inputs = [...source('#404040', until), ...source('#e0e0e0', until, `${side}x${side}`), ...source('white', 3)];
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, '-filter_complex', graph, '-c:v', 'libx264', '-crf', '8', path]);
}

async function workplace(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-between-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const toolset = await findFfmpeg();
  const clip = join(folder, 'clip.mp4');
  writeClip(clip);
  let stored = 0;
  const told: string[] = [];
  const paths: string[] = [];
  const context = {
    ...{ home: folder, tempDir: join(folder, 'work'), toolset, progress: () => {}, pathOf: async () => clip },
    ...{ key: 'sha256-between', borders: bordersOf({ resume: undefined, asked: () => false }) },
    models: { noteLoaded: (name: string) => told.push(`${name} in`), drop: (name: string) => told.push(`${name} out`) },
    store: async ({ path, mediaType }: { readonly path: string; readonly mediaType: string }) => {
      paths.push(join(folder, `${stored++}.mp4`));
      await copyFile(path, paths.at(-1) ?? '');
      return { digest: `sha256-${'1'.repeat(64)}`, bytes: 1, mediaType };
    },
  } as unknown as TaskContext;
  await mkdir(context.tempDir);
  const ref = modelRef((await installedModel({ name: 'rife-4.6', home: folder })).card);
  const run = async (
    change: Partial<Payload<'interpolate'>>,
  ): Promise<{ readonly output: Output<'interpolate'>; readonly places: readonly number[] }> => {
    const payload = {
      clip: `sha256-${'0'.repeat(64)}`,
      model: ref,
      rate: 10,
      first: 0,
      step: 1,
      parts: 4,
      frames: 20,
      fps: 30,
      shrink: 1,
      ...change,
    };
    const output = await runInterpolate(payload, context);
    const crop = { x: 0, y: 0, ...size };
    const places: number[] = [];
    for await (const picture of clipPictures({ path: paths.at(-1) ?? '', toolset, rate: 30, firstFrame: 0, frames: 100, crop, ...size }))
      places.push(leftEdge(picture.rgba));
    return { output, places };
  };
  return { run, told, ref };
}

/** Where the bright square begins in the row through its middle. */
function leftEdge(rgba: Uint8Array): number {
  const row = 48 * size.width;
  return Array.from({ length: size.width }, (_, x) => x).findIndex((x) => (rgba[(row + x) * 4] as number) > 144);
}

test('every frame of a slowed clip shows its moment, pieces meet, and nothing lies between two scenes', async (t) => {
  const { run, told, ref } = await workplace(t);
  const { output, places } = await run({});
  assert.deepEqual([output.width, output.height, output.frames, output.rate, output.cuts], [size.width, size.height, 20, 30, 1]);
  // Three gaps between four frames, three moments in each; behind the cut nothing moves.
  assert.equal(output.drawn, 9);
  assert.deepEqual([output.credit.name, output.credit.licence, output.credit.revision], ['rife-4.6', 'MIT', ref]);
  assert.equal(places.length, 20);
  for (const [n, place] of places.entries()) {
    const wanted = n >= until * 4 ? 0 : 10 + moves * Math.min(n / 4, until - 1);
    assert.ok(Math.abs(place - wanted) <= 1, `frame ${n}: the square stands at ${place}, wanted ${wanted}`);
  }
  const piece = await run({ first: 6, frames: 4 });
  assert.deepEqual([piece.output.frames, piece.places], [4, places.slice(6, 10)]);
  const film = await run({ first: 2, step: 2, parts: 5, frames: 3 });
  for (const [n, place] of film.places.entries())
    assert.ok(Math.abs(place - (10 + (moves * (2 + 2 * n)) / 5)) <= 1, `step 2/5, frame ${n}: ${place}`);
  assert.deepEqual([...new Set(told)], [`model ${ref} in`, `model ${ref} out`]);
});
