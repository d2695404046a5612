import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedModel, OfferedModel } from '@filmwright/contracts';
import { downloadLine } from './download-display.ts';
import { modelRows, shownModel } from './model-rows.ts';

const model: ListedModel = {
  name: 'tiny',
  ref: null,
  capability: 'matting',
  engine: 'onnx',
  servers: [],
  noEngine: null,
  licence: 'MIT',
  commercialUse: 'allowed',
  megabytes: 5,
  state: 'offered',
  problem: null,
  pinned: false,
  tiers: [],
  figures: null,
};
const row = (change: Partial<ListedModel>): string => modelRows([{ ...model, ...change }], { more: 0 });

test('a model is listed with how it stands, what to do, and a licence that is not for commerce', () => {
  assert.match(row({}), /tiny +matting +5 MB {2}MIT +filmwright models add tiny\n$/);
  assert.match(row({ ref: 'tiny@0123456789ab', state: 'ready', pinned: true }), /tiny@0123456789ab .* ready, stays\n$/);
  const noEngine = 'no engine of this version runs the pipeline p';
  assert.match(row({ noEngine }), /MIT +no engine of this version runs the pipeline p\n$/);
  assert.match(row({ noEngine, state: 'ready' }), /MIT +no engine of this version runs the pipeline p\n$/);
  assert.match(row({ problem: 'licence not accepted' }), / filmwright models add tiny: licence not accepted\n$/);
  assert.match(row({ state: 'broken', problem: 'its file x is missing' }), /broken: its file x is missing\n$/);
  assert.match(row({ state: 'ready', problem: 'it needs 8000 MB of memory' }), /ready, but it needs 8000 MB of memory\n$/);
  assert.match(row({ commercialUse: 'forbidden', megabytes: 23_800 }), /23\.8 GB {2}MIT \(not commercial\)/);
  assert.match(row({ engine: 'server', servers: ['comfyui', 'diffusers'], megabytes: null }), /unknown .* wants comfyui or diffusers\n$/);
  assert.equal(modelRows([], { more: 3 }), '3 more in the catalogue: filmwright models list --all\n');
});

test('one model is shown with the runs that warm it up and its price, where its card says them', () => {
  const card: OfferedModel = {
    ...{
      format: 1,
      name: 'tiny',
      title: 'Tiny',
      capability: 'matting',
      engine: 'onnx',
      does: 'Cuts out.',
      source: 'npm:tiny@1.0.0',
      files: null,
    },
    licence: { name: 'MIT', url: null, attribution: 'somebody', summary: 'Free.', commercialUse: 'allowed', mustAccept: false },
    needs: { tiers: [], diskMb: 5 },
    processing: { type: 'own' },
  };
  const show = (change: Partial<OfferedModel>): string =>
    shownModel({ card: { ...card, ...change }, noEngine: null, revisions: [], accepted: [], problem: null });
  assert.doesNotMatch(show({}), /warm-up|price/);
  const shown = show({ warmUpRuns: 2, price: { amount: 0.04, currency: 'EUR', per: 'second' } });
  assert.match(shown, /^ {2}warm-up {4}2 runs before the first that counts$/m);
  assert.match(shown, /^ {2}price {6}0\.04 EUR a second of what it makes$/m);
});

test('a download tells bytes, rate and time left, as far as they are known', () => {
  const progress = { file: 'unet/model.onnx', doneBytes: 1.2e9, totalBytes: 4.5e9, bytesPerSecond: 35e6, leftMs: 94_000 };
  assert.equal(downloadLine(progress), '1.2 GB of 4.5 GB  35.0 MB/s  about 1 min 34 s left  unet/model.onnx');
  assert.equal(downloadLine({ ...progress, totalBytes: null, leftMs: null }), '1.2 GB  35.0 MB/s  unet/model.onnx');
});
