import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FilmwrightError, type Payload } from '@filmwright/contracts';
import { type ModelPool, openModelPool } from '@filmwright/engines/onnx/model-pool';
import { findFfmpeg } from '@filmwright/render/ffmpeg/find-ffmpeg';
import { bordersOf, HandedBack } from '../borders.ts';
import type { TaskContext } from '../run-task.ts';
import { runReview } from './review.ts';

/** A second of grey, then a second of white. */
function clipFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'filmwright-review-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'clip.mp4');
  const inputs = ['gray', 'white'].flatMap((colour) => ['-f', 'lavfi', '-i', `color=${colour}:s=64x36:r=10:d=1`]);
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, '-filter_complex', '[0][1]concat=n=2', '-pix_fmt', 'yuv420p', path]);
  return path;
}

const media = `sha256-${'0'.repeat(64)}`;
const clip = { fps: 10, atMs: [400, 1000, 1500, 9000] };
const at = async (path: string, pool: ModelPool): Promise<TaskContext> =>
  ({
    home: '/nowhere',
    toolset: await findFfmpeg(),
    pathOf: async () => path,
    progress: () => {},
    borders: bordersOf({ resume: undefined, asked: () => false }),
    pictureModels: async () => pool,
  }) as unknown as TaskContext;

/** Shares for a picture by how bright it is: white is held. */
const whiteIsHeld: ModelPool = {
  run: async (_, { inputs }) => {
    const white = (inputs['input']?.data[0] ?? 0) > 0.9;
    return { dims: [1, 5], data: Float32Array.from(white ? [0, 0, 0.1, 0.9, 0] : [0, 0, 1, 0, 0]), peakBytes: 0 };
  },
  processes: async () => [],
  unload: async () => {},
  dispose: async () => {},
};

test('a clip is looked at where it was told, and the gravest look gives verdict, label and instant', async (context) => {
  const path = clipFor(context);
  const seen = await runReview({ model: 'nsfwjs', media, clip }, await at(path, whiteIsHeld));
  assert.deepEqual(
    seen.looks.map(({ atMs, scores }) => [atMs, scores['Porn']]),
    [
      [400, 0],
      [1000, 0.9],
      [1500, 0.9],
    ],
  );
  assert.deepEqual([seen.verdict, seen.label, seen.atMs, seen.scores['Neutral']], ['held', 'Porn', 1000, 1]);
});

test('a review that is handed back after every look sees what one without a break does, and looks at nothing twice', async (context) => {
  const path = clipFor(context);
  let looks = 0;
  const counting: ModelPool = {
    ...whiteIsHeld,
    run(...asked) {
      looks++;
      return whiteIsHeld.run(...asked);
    },
  };
  const place = await at(path, counting);
  const whole = await runReview({ model: 'nsfwjs', media, clip }, place);
  let resume: unknown;
  const [before, attempts] = [looks, 4];
  for (let attempt = 1; ; attempt++) {
    assert.ok(attempt <= attempts, 'it goes on with the next look');
    const borders = bordersOf({ resume, asked: () => true });
    const ended = await runReview({ model: 'nsfwjs', media, clip }, { ...place, borders }).catch((error: unknown) => error);
    if (!(ended instanceof HandedBack)) {
      assert.deepEqual([ended, attempt, looks - before], [whole, attempts, whole.looks.length]);
      break;
    }
    // It goes on elsewhere: what it needs travels as JSON.
    resume = JSON.parse(JSON.stringify(ended.resume));
  }
  const damaged = bordersOf({ resume: { seen: [{ atMs: 400, scores: {}, verdict: 'fine', label: null }] }, asked: () => false });
  assert.deepEqual(await runReview({ model: 'nsfwjs', media, clip }, { ...place, borders: damaged }), whole);
});

test('the model that comes along reviews a picture, and a clip of which nothing can be seen is an error', async (context) => {
  const path = clipFor(context);
  const pool = openModelPool();
  context.after(() => pool.dispose());
  const place = await at(path, pool);
  const seen = await runReview({ model: 'nsfwjs', media, clip: null }, place);
  assert.deepEqual([seen.looks.length, seen.verdict, seen.atMs, seen.credit.licence], [1, 'clear', null, 'MIT']);
  const beyond: Payload<'review'> = { model: 'nsfwjs', media, clip: { fps: 10, atMs: [60_000] } };
  await assert.rejects(runReview(beyond, place), (error) => error instanceof FilmwrightError && error.code === 'media-invalid');
});
