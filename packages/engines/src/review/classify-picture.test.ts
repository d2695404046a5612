import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type InstalledModel, installedModel } from '../models/model-shelf.ts';
import { openModelPool } from '../onnx/model-pool.ts';
import { decodePng } from '../onnx/png.ts';
import { drawPicture, testFolder } from '../onnx/test-pictures.ts';
import { classifyPicture } from './classify-picture.ts';
import { verdictOf } from './verdict-of.ts';

const astronaut = new URL('../onnx/fixtures/astronaut.png', import.meta.url);

test('the model that comes along sees in a portrait what TensorFlow.js sees in it, and gives it the same shares again', async (t) => {
  const pool = openModelPool();
  t.after(() => pool.dispose());
  const model = await installedModel({ name: 'nsfwjs', home: await testFolder(t) });
  const picture = await decodePng(await readFile(astronaut));
  const { scores, verdict, label } = await classifyPicture({ model, picture, pool });
  // Measured with TensorFlow.js 4.22 on its plain backend.
  const wanted = { Drawing: 0, Hentai: 0.0001, Neutral: 0.9913, Porn: 0.0083, Sexy: 0.0002 };
  for (const [name, share] of Object.entries(wanted))
    assert.ok(Math.abs((scores[name] ?? -1) - share) < 0.02, `${name}: ${scores[name]}, wanted ${share}`);
  assert.deepEqual({ verdict, label }, { verdict: 'clear', label: null });
  assert.deepEqual((await classifyPicture({ model, picture, pool })).scores, scores);
});

test('an answer that is no shares is a failure, never a clear verdict', async () => {
  const model = await installedModel({ name: 'nsfwjs', home: '/nowhere' });
  const picture = drawPicture(8, 8, () => [1, 2, 3, 255]);
  const ask = (data: readonly number[], of: InstalledModel = model) =>
    classifyPicture({
      model: of,
      picture,
      pool: {
        run: async () => ({ dims: [1, data.length], data: Float32Array.from(data), peakBytes: 0 }),
        processes: async () => [],
        unload: async () => {},
        dispose: async () => {},
      },
    });
  assert.equal((await ask([0, 0, 0.1, 0.9, 0])).verdict, 'held');
  await assert.rejects(ask([Number.NaN, 0, 1, 0, 0]), { name: 'ModelFault', code: 'program-failed', message: /add up to NaN/ });
  await assert.rejects(ask([0.4, 0, 0.1, 0, 0]), /add up to 0.500, the least 0.000; wanted 5 \(Drawing, Hentai/);
  await assert.rejects(ask([0, 0, 1.5, -0.5, 0]), /the least -0\.500/);
  await assert.rejects(ask([1]), { name: 'ModelFault', message: /gave 1 shares/ });
  await assert.rejects(ask([1], await installedModel({ name: 'selfie-segmentation', home: '/nowhere' })), /reviews no pictures/);
});

test('the gravest threshold that is reached gives the verdict, and the largest share of it the label', () => {
  const labels = [{ label: 'fine' }, { label: 'odd', doubtful: 0.3 }, { label: 'bad', doubtful: 0.3, held: 0.6 }];
  assert.deepEqual(verdictOf({ fine: 1, odd: 0, bad: 0 }, labels), { verdict: 'clear', label: null });
  assert.deepEqual(verdictOf({ fine: 0, odd: 0.35, bad: 0.65 }, labels), { verdict: 'held', label: 'bad' });
  assert.deepEqual(verdictOf({ fine: 0.2, odd: 0.45, bad: 0.35 }, labels), { verdict: 'doubtful', label: 'odd' });
});
