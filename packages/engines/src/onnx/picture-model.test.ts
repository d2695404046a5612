import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ModelFault } from '../models/model-fault.ts';
import { cutOut } from './cut-out.ts';
import { cutOutFrames } from './cut-out-frames.ts';
import type { ModelPool } from './model-pool.ts';
import type { ModelTensor } from './model-process.ts';
import { encodePng } from './png.ts';
import { drawPicture, planarFrame, testFolder } from './test-pictures.ts';

const picture = drawPicture(32, 24, (x, y) => [x * 7, y * 9, 90, 255]);
const plane = (values: (at: number) => number): ModelTensor => ({
  dims: [1, 1, 256, 256],
  data: Float32Array.from({ length: 256 * 256 }, (_, at) => values(at)),
});
const faults = [
  { answer: plane((at) => (at === 40_000 ? Number.NaN : 0.5)), message: /selfie-segmentation gave alpha with values that are no numbers/ },
  { answer: plane((at) => (at === 40_000 ? Number.POSITIVE_INFINITY : 0.5)), message: /values that are no numbers/ },
  { answer: { dims: [1, 256 * 256], data: new Float32Array(256 * 256) }, message: /the shape 1 x 65536; wanted planes in the layout nchw/ },
  { answer: { dims: [1, 0, 256, 256], data: new Float32Array(0) }, message: /the shape 1 x 0 x 256 x 256/ },
] as const;

/** Gives every look the same answer. */
const poolOf = (answer: ModelTensor): ModelPool => ({
  run: async () => ({ ...answer, peakBytes: 0 }),
  processes: async () => [],
  unload: async () => {},
  dispose: async () => {},
});

test('a model of masks that gives no numbers, or no planes, is at fault for stills and clips alike', async (t) => {
  const home = await testFolder(t);
  const picturePath = join(home, 'picture.png');
  await writeFile(picturePath, await encodePng(picture));
  for (const { answer, message } of faults) {
    const pool = poolOf(answer);
    const blamed = (error: unknown): boolean => {
      assert.ok(error instanceof ModelFault, String(error));
      assert.deepEqual([error.code, error.retryable, error.model.card.name], ['program-failed', false, 'selfie-segmentation']);
      assert.match(error.message, message);
      return true;
    };
    await assert.rejects(cutOut({ picturePath, outPath: join(home, 'out.png'), home, pool }), blamed);
    const frames = (async function* () {
      yield planarFrame(picture);
    })();
    await assert.rejects(cutOutFrames({ frames, first: 0, count: 1, home, pool }).next(), blamed);
  }
});
