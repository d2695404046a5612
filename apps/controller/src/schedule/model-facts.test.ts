import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelFigures } from '@filmwright/contracts';
import { createMeasuredModels } from './model-facts.ts';

const figures: ModelFigures = {
  ...{ name: 'model a@0123456789ab', coldMs: 900, warmMs: 400, stepMs: 20, step: 'a picture', unloadMs: 5, ramMib: 120.5, vramMib: 0 },
  ...{ coldIsCold: true, device: 'cpu', measuredAt: '2026-01-01T00:00:00.000Z' },
};

test('what runners measured becomes one fact of a model: mean times, largest sizes, without those that left', () => {
  const measured = createMeasuredModels();
  assert.deepEqual(measured.set('one', { figures: [figures] }), [
    { id: figures.name, vramMib: 0, hostMib: 121, warmMs: 400, coldMs: 900, unloadMs: 5, fetchMs: 0 },
  ]);
  const [both] = measured.set('two', { figures: [{ ...figures, coldMs: 1100, unloadMs: 15, ramMib: 300, vramMib: 77.2 }] });
  assert.deepEqual(both, { id: figures.name, vramMib: 78, hostMib: 300, warmMs: 400, coldMs: 1000, unloadMs: 10, fetchMs: 0 });
  assert.deepEqual(measured.set('two', null), []);
  assert.equal(measured.set('one', { figures: [figures] })[0]?.hostMib, 121);
});
