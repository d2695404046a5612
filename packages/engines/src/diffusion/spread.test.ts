import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCompute } from '../compute/find-compute.ts';
import { sessionOptions } from '../compute/session-options.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import { diffusionModelOf } from './diffusion-model-of.ts';
import { gpuOf } from './pipeline.ts';

test('the networks of a model are spread over the GPUs that it has, the denoiser on one by itself', () => {
  const parts = ['denoiser', 'text', 'picture'] as const;
  const on = (gpus: number) => parts.map((part) => gpuOf(part, gpus));
  assert.deepEqual([1, 2, 3].map(on), [
    [0, 0, 0],
    [0, 1, 1],
    [0, 1, 2],
  ]);
});

test('ONNX Runtime is told which GPU a network computes on, with what cannot run there on processors', () => {
  const providersOn = (gpu: number, provider: 'cuda' | 'tensorrt' = 'cuda') =>
    sessionOptions({ provider, threads: 1, gpu }).executionProviders;
  assert.deepEqual(providersOn(0), ['cuda', 'cpu']);
  assert.deepEqual(providersOn(2), [{ name: 'cuda', deviceId: 2 }, 'cpu']);
  assert.deepEqual(providersOn(1, 'tensorrt'), [{ name: 'tensorrt', deviceId: 1 }, { name: 'cuda', deviceId: 1 }, 'cpu']);
});

test('a process computes on as many GPUs as it is shown', async (t) => {
  const before = process.env['CUDA_VISIBLE_DEVICES'];
  t.after(() => {
    if (before === undefined) delete process.env['CUDA_VISIBLE_DEVICES'];
    else process.env['CUDA_VISIBLE_DEVICES'] = before;
  });
  const gpusWith = async (shown: string): Promise<number | undefined> => {
    process.env['CUDA_VISIBLE_DEVICES'] = shown;
    const software = async () => ({ architecture: 'sm_90', gpus: 4, cuda: true, tensorrt: null });
    return (await findCompute({ wish: 'cuda', home: '/none', software, tries: async () => null })).gpus;
  };
  assert.deepEqual([await gpusWith('GPU-1'), await gpusWith('GPU-1,GPU-2'), await gpusWith('')], [1, 2, 4]);
});

test('the engine takes from a model’s card over how many GPUs it is spread', () => {
  const processing = { type: 'pipeline', pipeline: 'latent-diffusion', settings: {} } as const;
  const of = (gpus?: number) => {
    const tier = { tier: 'gpu', ramMb: null, vramMb: 20_000, ...(gpus !== undefined && { gpus }) } as const;
    const card = { name: 'oil', engine: 'onnx', processing, files: [], revision: 'sha256-x', needs: { tiers: [tier], diskMb: null } };
    return diffusionModelOf({ card, folder: '/models/oil' } as unknown as InstalledModel).gpus;
  };
  assert.deepEqual([of(3), of()], [3, undefined]);
});
