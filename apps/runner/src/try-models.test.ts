import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { modelName, modelRef } from '@filmwright/contracts';
import { keptFigures } from '@filmwright/engines/measure/kept-figures';
import { type KeptTrial, keepTrial, keptTrials } from '@filmwright/engines/measure/kept-trials';
import { measuredDevice } from '@filmwright/engines/measure/measured-device';
import { ModelFault } from '@filmwright/engines/models/model-fault';
import { listModels, revisionOf } from '@filmwright/engines/models/model-shelf';
import { inferenceToolchain } from '@filmwright/engines/onnx/inference-toolchain';
import { addVoice } from '@filmwright/engines/speech/sherpa/add-voice';
import { markFault } from './mark-fault.ts';
import { workingEngines } from './probe-engines.ts';
import { workingModels } from './probe-models.ts';
import { tryModels } from './try-models.ts';

/** A home in which every model that comes along was tried, but for the one that is named. */
async function homeButFor(t: TestContext, untried: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'filmwright-trials-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  for (const { card, ref } of await listModels({ home })) if (card.name !== untried) await keepTrial(home, triedWell(ref));
  return home;
}

function triedWell(ref: string): KeptTrial {
  const of = { name: modelName([ref]) ?? ref, device: measuredDevice(), toolchain: inferenceToolchain() };
  return { ...of, triedAt: new Date().toISOString(), figures: null, problem: null, passing: false };
}

test('a model is tried once with the programs and on the device of now, and what it took is offered', async (t) => {
  const home = await homeButFor(t, 'selfie-segmentation');
  const since = new Date().toISOString();
  assert.equal(await tryModels({ home, since }), 1);
  const [figures, ...others] = await keptFigures(home);
  assert.ok(figures !== undefined && others.length === 0);
  assert.match(figures.name, /^model selfie-segmentation@/);
  assert.ok(figures.stepMs > 0 && figures.ramMib > 0, JSON.stringify(figures));
  assert.equal(await tryModels({ home, since }), 0);
  const here = (await keptTrials(home)).find(({ name }) => name === figures.name);
  assert.ok(here);
  // The same revision with other programs was not tried.
  const path = join(home, 'models', '.trials.json');
  const all = JSON.parse(readFileSync(path, 'utf8')) as KeptTrial[];
  writeFileSync(path, JSON.stringify(all.map((one) => (one.name === figures.name ? { ...one, toolchain: 'onnxruntime 0' } : one))));
  assert.equal(await tryModels({ home, since }), 1);
  // Nor does one count that only lacked memory, once the runner began anew.
  await keepTrial(home, { ...here, figures: null, problem: 'There is not enough memory.', passing: true });
  assert.equal(await tryModels({ home, since }), 0);
  assert.equal(await tryModels({ home, since: new Date(Date.now() + 1).toISOString() }), 1);
});

test('a model that fails its trial is told of and offered no more, until it is added again', async (t) => {
  const home = await homeButFor(t, 'none');
  const large = (await listModels({ home })).find(({ card }) => card.name === 'real-esrgan-animevideo');
  assert.ok(large);
  const { builtIn: _, revision: __, ...card } = large.card;
  const bytes = Buffer.from(`not a network ${'.'.repeat(100)}`);
  const digest = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  const named = { ...card, name: 'hollow', files: card.files.map((file) => ({ ...file, bytes: bytes.length, digest })) };
  const whole = { ...named, revision: revisionOf(named) };
  const ref = modelRef(whole);
  const place = join(home, 'models', 'hollow', ref.slice(ref.lastIndexOf('@') + 1));
  mkdirSync(join(place, 'files'), { recursive: true });
  for (const { path } of whole.files) writeFileSync(join(place, 'files', path), bytes);
  writeFileSync(join(place, 'card.json'), JSON.stringify(whole));
  const offered = async () => (await workingModels({ home, tried: false })).modelsFor.upscaling?.includes(ref);
  assert.equal(await offered(), true);
  assert.equal(await tryModels({ home, since: new Date().toISOString() }), 1);
  // A fault of its files is marked on the shelf too; one of what it runs on stands in the trial alone.
  writeFileSync(join(place, 'state.json'), '{}');
  assert.notEqual(await offered(), true);
  assert.match((await workingModels({ home, tried: false })).warnings.join(), /hollow.*cannot be loaded/);
  writeFileSync(join(place, 'state.json'), JSON.stringify({ addedAt: new Date(Date.now() + 1000).toISOString() }));
  assert.equal(await offered(), true);
});

test('a voice that does not speak is told of and offered no more', async (t) => {
  const home = await homeButFor(t, 'none');
  const folder = join(home, 'mute');
  mkdirSync(join(folder, 'espeak-ng-data'), { recursive: true });
  for (const name of ['model.onnx', 'tokens.txt', 'espeak-ng-data/phontab']) writeFileSync(join(folder, name), 'nothing that speaks');
  const { id, installed } = await addVoice({ home, folder });
  if (!installed) return t.skip('the optional package sherpa-onnx-node is not installed');
  const look = () => workingEngines({ home, tempDir: home, tried: false });
  assert.ok((await look()).voices.some((voice) => voice.id === id));
  assert.equal(await tryModels({ home, since: '' }), 1);
  assert.ok(!(await look()).voices.some((voice) => voice.id === id));
  assert.match((await look()).warnings.join(), /The voice mute is installed and failed when it was tried/);
  assert.equal(await tryModels({ home, since: '' }), 0);
});

test('a model that comes along and is at fault is offered no more, though nothing can be marked beside its files', async (t) => {
  const home = await homeButFor(t, 'none');
  const model = (await listModels({ home })).find(({ card }) => card.name === 'real-esrgan-animevideo');
  assert.ok(model);
  await markFault(new ModelFault(model, { code: 'digest-mismatch', message: 'Its weights were changed.', ofCopy: true }), home);
  const { modelsFor, warnings } = await workingModels({ home, tried: false });
  assert.ok(modelsFor.upscaling?.includes(model.ref) !== true);
  assert.match(warnings.join(), /real-esrgan-animevideo.*Its weights were changed/);
});
