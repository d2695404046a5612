import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelEnvironment } from './compute.ts';

test('processes of models see the GPUs that were chosen for this one and where compiled code is kept, and nothing else of its environment', (t) => {
  const chosen = {
    CUDA_VISIBLE_DEVICES: '',
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    NVIDIA_VISIBLE_DEVICES: '1',
    ROCR_VISIBLE_DEVICES: '0',
    HIP_VISIBLE_DEVICES: '0',
  };
  const own = { ...process.env };
  t.after(() => {
    process.env = own;
  });
  process.env = { PATH: '/bin', NODE_COMPILE_CACHE: '/compiled', SECRET: 'token', ...chosen };
  assert.deepEqual(modelEnvironment(), { PATH: '/bin', NODE_COMPILE_CACHE: '/compiled', ...chosen });
  process.env = { PATH: '/bin' };
  assert.deepEqual(modelEnvironment(), { PATH: '/bin' });
});
