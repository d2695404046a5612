import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { modelFiguresSchema, modelRef } from '@filmwright/contracts';
import { listModels, revisionOf, type ShelvedModel } from '../models/model-shelf.ts';
import { openModelPool } from '../onnx/model-pool.ts';
import { runPictureModel } from '../onnx/picture-model.ts';
import { keepFigures, keptFigures } from './kept-figures.ts';
import { canMeasure, measureModel } from './measure-model.ts';
import { vramIn } from './process-memory.ts';

test('two revisions of a model are measured, kept apart and run side by side', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'filmwright-measure-'));
  t.after(() => rm(home, { recursive: true }));
  const shipped = (await listModels({ home })).find(({ card }) => card.name === 'selfie-segmentation');
  assert.ok(shipped?.card.processing.type === 'picture');
  const { revision: _, ...card } = shipped.card;
  const changed = { ...card, processing: { ...shipped.card.processing, output: { ...shipped.card.processing.output, scale: 2 } } };
  const folder = join(home, 'second');
  await cp(shipped.folder, folder, { recursive: true });
  const second: ShelvedModel = {
    ...shipped,
    folder,
    card: { ...changed, revision: revisionOf(changed) },
    ref: modelRef({ ...changed, revision: revisionOf(changed) }),
  };
  assert.ok(canMeasure(shipped) && canMeasure(second) && shipped.ref !== second.ref);
  const figures = await measureModel(shipped, { now: new Date(0) });
  assert.deepEqual(modelFiguresSchema.parse(figures), figures);
  assert.equal(figures.name, `model ${shipped.ref}`);
  assert.ok(figures.ramMib > 20 && figures.stepMs > 0 && figures.vramMib === 0, JSON.stringify(figures));
  await keepFigures(home, [figures]);
  await keepFigures(home, [{ ...figures, name: `model ${second.ref}` }]);
  await keepFigures(home, [{ ...figures, ramMib: 1 }]);
  const onGpu = { ...figures, device: 'cuda sm_90', measuredAt: new Date(1).toISOString() };
  await keepFigures(home, [onGpu]);
  assert.deepEqual((await keptFigures(home))[0], onGpu, 'those of another device stand beside them, the newest first');
  await keepFigures(home, [{ ...onGpu, name: `model ${second.ref}` }]);
  assert.deepEqual(
    (await keptFigures(home))
      .filter(({ device }) => device === figures.device)
      .map(({ name, ramMib }) => [name, ramMib === 1])
      .toSorted(),
    [
      [`model ${shipped.ref}`, true],
      [`model ${second.ref}`, false],
    ].toSorted(),
  );
  await writeFile(join(home, 'models', '_figures.json'), '{');
  assert.deepEqual(await keptFigures(home), []);
  const held: string[] = [];
  const pool = openModelPool({ watch: { loaded: (name) => held.push(name), dropped: () => {} } });
  try {
    const picture = { width: 32, height: 32, rgba: new Uint8Array(32 * 32 * 4).fill(128) };
    await Promise.all([shipped, second].map((model) => runPictureModel({ model, picture, pool })));
    assert.equal((await pool.processes()).length, 2);
    assert.deepEqual(held.toSorted(), [`model ${shipped.ref}`, `model ${second.ref}`].toSorted());
  } finally {
    await pool.dispose();
  }
});

test('GPU memory is that of the process in the table of the driver, of several GPUs what it holds most of', () => {
  assert.equal(vramIn('GPU-a, 41, 900\nGPU-a, 42, 1536\nGPU-a, 42, 64\nGPU-b, 42, 700\nGPU-b, 43, [N/A]\n', 42), 1600);
  assert.equal(vramIn('', 42), 0);
});
