import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelFigures } from '@filmwright/contracts';
import { createMeasuredModels } from './model-facts.ts';

const figures: ModelFigures = {
  ...{ name: 'model a@0123456789ab', coldMs: 900, warmMs: 400, stepMs: 20, step: 'a picture', unloadMs: 5, ramMib: 120.5, vramMib: 0 },
  ...{ coldIsCold: true, device: 'cpu', measuredAt: '2026-01-01T00:00:00.000Z' },
};

const cpu = { toolchain: { generate: 'onnxruntime 1.30.0 cpu' } };

test('what runners measured becomes one fact of a model: mean times, largest sizes, without those that left', () => {
  const measured = createMeasuredModels();
  assert.deepEqual(measured.set('one', { ...cpu, figures: [figures] }).facts, [
    { id: figures.name, vramMib: 0, hostMib: 121, warmMs: 400, coldMs: 900, unloadMs: 5, fetchMs: 0 },
  ]);
  const [both] = measured.set('two', { ...cpu, figures: [{ ...figures, coldMs: 1100, unloadMs: 15, ramMib: 300, vramMib: 77.2 }] }).facts;
  assert.deepEqual(both, { id: figures.name, vramMib: 78, hostMib: 300, warmMs: 400, coldMs: 1000, unloadMs: 10, fetchMs: 0 });
  assert.deepEqual(measured.set('two', null), { facts: [], isSpreadAnew: false });
  assert.equal(measured.set('one', { ...cpu, figures: [figures] }).facts[0]?.hostMib, 121);
});

test('L1b: over how many GPUs a model is spread follows those who have it: only GPUs that they compute on count', () => {
  const measured = createMeasuredModels();
  const { name } = figures;
  const device = { product: 'a GPU', vramMib: 1024, freeMib: 1024, fabric: 'f', slice: null, numaNode: null, driver: '570', cuda: '12.8' };
  const offer = (gpus: number, generate = 'onnxruntime 1.30.0 cuda sm_90') => ({
    toolchain: { generate },
    devices: Array.from({ length: gpus }, (_, at) => ({ ...device, id: `GPU-${at}` })),
    modelMemory: [{ name, vramMib: 100, gpus: 3 }],
  });
  const set = (runner: string, told: ReturnType<typeof offer> | null) => [measured.set(runner, told).isSpreadAnew, measured.gpusOf(name)];
  assert.deepEqual(set('one', offer(1)), [false, 1]);
  assert.deepEqual(set('two', offer(2)), [true, 2]);
  assert.deepEqual(set('again', offer(2)), [false, 2]);
  assert.deepEqual(set('on processors', offer(3, cpu.toolchain.generate)), [false, 2]);
  assert.equal(measured.gpusOf(`${name}+b@0123456789ab`), 2, 'models that work together have those of the widest');
  assert.deepEqual(set('again', null), [false, 2]);
  assert.deepEqual(set('two', null), [true, 1]);
  assert.equal(measured.gpusOf(null), 1);
});
