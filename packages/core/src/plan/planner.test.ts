import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Payload } from '@filmwright/contracts';
import { rowOf } from './plan-rows.ts';
import { createPlanner } from './planner.ts';

const at = { stage: 'prepare', shot: 0, estimateMs: 9000 } as const;
const drawing = {
  ...{ model: 'oil', prompt: 'a lamp', negative: '', seed: 1, width: 512, height: 512, frames: 1, fps: 25, steps: 20, guidance: 7 },
  ...{ picture: null, strength: 0 },
} as unknown as Payload<'generate'>;

test('a row tells of the GPUs that its task takes, those over which its model is spread, also before its inputs are known, and of none where processors do it', () => {
  const gpusOf = (generate: string, modelGpus: Readonly<Record<string, number>> = {}): unknown => {
    const offer = { toolchain: { generate, encode: 'ffmpeg 7.1' }, modelGpus };
    const { ask, planned } = createPlanner({ results: () => undefined, offer, digestOf: () => 'sha256-key' });
    ask({ ...at, address: 'drawn', kind: 'generate', payload: drawing });
    ask({ ...at, address: 'to come', kind: 'generate', payload: undefined });
    ask({ ...at, address: 'span', kind: 'encode', payload: undefined });
    return planned.map(rowOf).map(({ address, gpus }) => [address, gpus]);
  };
  assert.deepEqual(gpusOf('onnxruntime 1.30.0 cuda sm_90'), [
    ['drawn', 1],
    ['to come', 1],
    ['span', undefined],
  ]);
  assert.deepEqual(gpusOf('onnxruntime 1.30.0 cuda sm_90', { 'model oil': 3 }), [
    ['drawn', 3],
    ['to come', 1],
    ['span', undefined],
  ]);
  assert.deepEqual(gpusOf('onnxruntime 1.30.0 cpu', { 'model oil': 3 }), [
    ['drawn', undefined],
    ['to come', undefined],
    ['span', undefined],
  ]);
});
