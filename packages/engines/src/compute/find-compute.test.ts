import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { testFolder } from '../onnx/test-pictures.ts';
import { type Compute, currentCompute, providerChain } from './compute.ts';
import { findCompute } from './find-compute.ts';
import { findGpuSoftware } from './gpu-software.ts';

const hopper = { architecture: 'sm_90', gpus: 2, cuda: true, tensorrt: '10.13.3' };

test('left to choose, a machine computes on the first of TensorRT, CUDA and the processor that runs the probe', async (t) => {
  const home = await testFolder(t);
  const tried: string[] = [];
  const choose = (working: readonly string[], software: typeof hopper | null = hopper): Promise<Compute> =>
    findCompute({
      wish: 'auto',
      home,
      software: async () => software,
      tries: async ({ provider }) => {
        tried.push(provider);
        return working.includes(provider) ? null : 'its library is missing';
      },
    });
  const best = await choose(['tensorrt', 'cuda']);
  assert.equal(best.device, 'tensorrt 10.13.3 sm_90');
  assert.deepEqual(best.environment, {
    ORT_TENSORRT_ENGINE_CACHE_ENABLE: '1',
    ORT_TENSORRT_CACHE_PATH: join(home, 'engine-cache', 'sm_90-trt10.13.3'),
  });
  assert.deepEqual(await readdir(join(home, 'engine-cache')), ['sm_90-trt10.13.3']);
  assert.deepEqual(await choose(['cuda']), { provider: 'cuda', device: 'cuda sm_90', environment: {}, gpus: 2 });
  assert.equal((await choose([])).device, 'cpu');
  assert.equal((await choose(['cuda'], null)).device, 'cpu');
  assert.deepEqual(tried, ['tensorrt', 'tensorrt', 'cuda', 'tensorrt', 'cuda']);
});

const gpu = existsSync('/dev/nvidiactl') ? 'this machine has an NVIDIA driver' : false;
test('what is asked for and does not run is told with what to do, and other models are none the worse for the try', {
  skip: gpu,
}, async (t) => {
  const home = await testFolder(t);
  await assert.rejects(findCompute({ wish: 'cuda', home }), {
    code: 'model-unavailable',
    message: /asks for cuda, which .+ device cuda cannot be used on this machine: .+ to auto or cpu/s,
  });
  assert.equal(currentCompute().provider, 'cpu');
  await assert.rejects(findCompute({ wish: 'gpu', home }), { code: 'request-invalid', message: /holds "gpu"; wanted auto, cpu, cuda/ });
  assert.equal((await findCompute({ wish: 'auto', home })).provider, 'cpu');
});

test('a provider is used where its own library and the one it needs are there, in the version that its name tells', async (t) => {
  const folder = await testFolder(t);
  const look = {
    folders: [folder, join(folder, 'not-there')],
    run: async (program: string) => (program === 'nvidia-smi' ? '9.0\n9.0\n' : null),
    driverPresent: () => true,
  };
  assert.deepEqual(await findGpuSoftware(look), { architecture: 'sm_90', gpus: 2, cuda: false, tensorrt: null });
  await writeFile(join(folder, 'libonnxruntime_providers_cuda.so'), '');
  await mkdir(join(folder, 'real'));
  await writeFile(join(folder, 'real', 'libnvinfer.so.10.13.3'), '');
  await symlink(join(folder, 'real', 'libnvinfer.so.10.13.3'), join(folder, 'libnvinfer.so.10'));
  assert.deepEqual(await findGpuSoftware(look), { architecture: 'sm_90', gpus: 2, cuda: true, tensorrt: null });
  await writeFile(join(folder, 'libonnxruntime_providers_tensorrt.so'), '');
  assert.deepEqual(await findGpuSoftware(look), { architecture: 'sm_90', gpus: 2, cuda: true, tensorrt: '10.13.3' });
  assert.equal(await findGpuSoftware({ ...look, driverPresent: () => false }), null);
  assert.equal(await findGpuSoftware({ ...look, run: async () => null }), null);
});

test('what a GPU cannot run of a model goes on to what can', () => {
  assert.deepEqual(providerChain('cpu'), ['cpu']);
  assert.deepEqual(providerChain('tensorrt'), ['tensorrt', 'cuda', 'cpu']);
  assert.deepEqual(providerChain('webgpu'), ['webgpu', 'cpu']);
});
