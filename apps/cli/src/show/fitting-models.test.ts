import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedModel, ModelFigures } from '@filmwright/contracts';
import { fitOf, gpuMb, needText } from './fitting-models.ts';

type Tiers = ListedModel['tiers'];
const offloaded: Tiers = [
  { tier: 'gpu-offload', ramMb: null, vramMb: 24_000 },
  { tier: 'gpu', ramMb: null, vramMb: 80_000 },
];
const figures: ModelFigures = {
  ...{ name: 'model a@0123456789ab', coldMs: 900, warmMs: 400, stepMs: 20, step: 'a picture', unloadMs: 5, ramMib: 120, vramMib: 0 },
  ...{ coldIsCold: true, device: 'cpu', measuredAt: '2026-01-01T00:00:00.000Z' },
};

test('a model fits a GPU by its card, with parts in memory where that suffices, and what nobody told is not claimed', () => {
  const fit = (tiers: Tiers, text: string, engine = 'server') => fitOf({ tiers, engine, figures: null }, gpuMb(text));
  assert.deepEqual(
    ['none', '16GB', '24GB', '24', '80 gb'].map((text) => fit(offloaded, text)),
    ['too large', 'too large', 'offloaded', 'offloaded', 'whole'],
  );
  assert.equal(fit([{ tier: 'cpu', ramMb: 300, vramMb: null }], 'none', 'onnx'), 'processor');
  assert.equal(fit([], '80GB'), null);
  assert.throws(() => gpuMb('large'), { code: 'request-invalid' });
});

test('what was measured here goes before the card', () => {
  assert.equal(fitOf({ tiers: offloaded, engine: 'onnx', figures }, 0), 'processor');
  assert.equal(fitOf({ tiers: [], engine: 'onnx', figures: { ...figures, vramMib: 9000 } }, gpuMb('8GB')), 'too large');
  assert.equal(needText({ tiers: offloaded, figures }), 'memory 120 MiB, loads in 0.40 s, a step 0.02 s (measured here)');
  assert.equal(needText({ tiers: offloaded, figures: null }), 'VRAM 24 GB with offloading (its card)');
  assert.equal(needText({ tiers: offloaded, figures: null, fit: 'whole' }), 'VRAM 80 GB (its card)');
  const both: Tiers = [...offloaded, { tier: 'cpu', ramMb: 30_000, vramMb: null }];
  assert.equal(needText({ tiers: both, figures: null, fit: 'processor' }), 'memory 30 GB (its card)');
});
