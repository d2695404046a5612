import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem, RunnerOffer } from '@filmwright/contracts';
import { elsewhere } from './elsewhere.ts';

const machine = {
  cores: 1,
  memoryBytes: 1,
  diskFreeBytes: 1,
  numaNodes: 1,
  downBytesPerS: null,
  upBytesPerS: null,
  encoders: [],
  warnings: [],
};
const offer = {
  ...{ name: 'one', pid: 1, slots: 1, kinds: ['upscale'], voices: [], models: [], fonts: [] },
  toolchain: { upscale: 'onnxruntime 1 cpu', mix: 'ffmpeg' },
  modelsFor: { upscaling: ['sharp@0123456789ab'] },
  machine: { ...machine, id: 'here' },
} as const satisfies RunnerOffer;
const problem: Problem = {
  ...{ type: 'x', title: 'x', status: 422, code: 'digest-mismatch', detail: 'The weights were changed.', retryable: false },
  copyOf: 'model sharp@0123456789ab',
};

test('a damaged copy of a model fails its task, but for where another machine with the same programs has one', async () => {
  const there = { ...offer, toolchain: { mix: 'ffmpeg', upscale: 'onnxruntime 1 cpu' }, machine: { ...machine, id: 'there' } };
  const retried = async (other: (RunnerOffer & { readonly draining?: boolean }) | null, of = problem) => {
    const runners = [{ ...offer, runnerId: 'failing' }, ...(other === null ? [] : [{ ...other, runnerId: 'other' }])];
    return (await elsewhere(of, { runnerId: 'failing', records: { runners: async () => runners } })).retryable;
  };
  assert.equal(await retried(there), true);
  assert.equal(await retried(null), false);
  assert.equal(await retried({ ...there, machine: offer.machine }), false, 'they share the copy');
  assert.equal(await retried({ ...there, modelsFor: { upscaling: ['sharp@ffffffffffff'] } }), false);
  assert.equal(await retried({ ...there, toolchain: { upscale: 'onnxruntime 2 cpu', mix: 'ffmpeg' } }), false);
  assert.equal(await retried({ ...there, draining: true }), false);
  const { copyOf: _, ...ofModel } = problem;
  assert.equal(await retried(there, ofModel), false, 'a fault of the model itself is the same everywhere');
  const voice = { id: 'joe', language: 'en', natural: true, licence: 'MIT', engine: 'sherpa-onnx', revision: '12' };
  assert.equal(await retried({ ...there, voices: [voice] }, { ...problem, copyOf: 'voice joe 12' }), true);
});
