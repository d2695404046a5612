import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '@filmwright/process/is-alive';
import { installedModel } from '../models/model-shelf.ts';
import { isHeld } from '../models/place-revision.ts';
import { removeModel } from '../models/remove-model.ts';
import { addLocal } from '../models/testing/add-local.ts';
import { modelsHome } from '../models/testing/models-home.ts';
import { diffusionModelOf } from './diffusion-model-of.ts';
import { openDiffusionEngine } from './open-diffusion-engine.ts';
import { layTestModel, testRequest } from './test-models.ts';

async function prepare(t: TestContext) {
  const engine = openDiffusionEngine({ threads: 1 });
  t.after(() => engine.dispose());
  const { model, remove } = await layTestModel();
  t.after(remove);
  return { engine, model };
}

test('an engine that is closed while a model is loading leaves no process, and says that it is closed', async (t) => {
  const { engine, model } = await prepare(t);
  const running = engine.generate(model, testRequest());
  const outcome = running.then(
    () => 'drawn',
    (error: Error) => error.message,
  );
  // One turn further the process is being started, and nothing is loaded yet.
  await new Promise((resolve) => setImmediate(resolve));
  await engine.dispose();
  assert.equal(await outcome, 'The diffusion engine is closed.');
  assert.deepEqual(engine.processes(), []);
});

test('who listens to the steps and fails ends the drawing alone, and the next one draws', async (t) => {
  const { engine, model } = await prepare(t);
  const running = engine.generate(model, testRequest({ steps: 900 }), {
    onStep: () => {
      throw new Error('cannot show it');
    },
  });
  await assert.rejects(running, /cannot show it/);
  assert.equal((await engine.generate(model, testRequest())).stepsRun, 4);
});

test('a request that was cancelled before it was made ends at once, whatever is being drawn', async (t) => {
  const { engine, model } = await prepare(t);
  const first = new AbortController();
  const ends: string[] = [];
  const drawing = engine.generate(model, testRequest({ steps: 900 }), { signal: first.signal }).catch(() => ends.push('first'));
  await engine
    .generate(model, testRequest(), { signal: AbortSignal.abort(new Error('no longer wanted')) })
    .catch(() => ends.push('second'));
  first.abort(new Error('no longer wanted'));
  await drawing;
  assert.deepEqual(ends, ['second', 'first']);
});

test('a revision that is loaded is held, and let go of with its process', async (t) => {
  const { engine, model } = await prepare(t);
  const weights = await modelsHome(t);
  const files: Record<string, Buffer> = {};
  for (const entry of await readdir(model.folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files[path.slice(model.folder.length + 1)] = await readFile(path);
    }
  const processing = { type: 'pipeline', pipeline: 'latent-diffusion', settings: {} } as const;
  await addLocal(weights, { files, change: { processing } });
  const shelved = await installedModel({ name: 'tiny', home: weights.home });
  await engine.generate(diffusionModelOf(shelved), testRequest());
  await assert.rejects(removeModel('tiny', weights), { code: 'unavailable', message: /in use by a running engine/ });
  await engine.dispose();
  assert.equal(await isHeld(shelved), false);
  await removeModel('tiny', weights);
});

test('the process of a model ends with the one that started it, also in the middle of a step', async (t) => {
  const { model, remove } = await layTestModel('endless');
  t.after(remove);
  const parent = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./testing/draw-child.ts', import.meta.url)), model.folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => parent.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (said: Buffer) => resolve(Number(said.toString()))));
  t.after(() => isAlive(pid) && process.kill(pid, 'SIGKILL'));
  // Long enough for the step to be begun; whether it is changes nothing of what is wanted.
  await sleep(300);
  parent.kill('SIGKILL');
  for (let looks = 0; isAlive(pid) && looks < 300; looks++) await sleep(100);
  assert.equal(isAlive(pid), false);
});
