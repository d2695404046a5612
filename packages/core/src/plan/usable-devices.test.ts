import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device } from '@filmwright/contracts';
import { usableDevices } from './usable-devices.ts';

const device = (id: string, product: string): Device => ({
  ...{ id, product, vramMib: 1024, freeMib: 1024, fabric: id, slice: null, numaNode: null, driver: '1', cuda: '12.4' },
});
const devices = [device('GPU-1', 'a GPU'), device('GPU-2', 'another'), device('GPU-3', 'a GPU')];
const idsOf = (offer: Parameters<typeof usableDevices>[0]): readonly string[] => usableDevices(offer).map(({ id }) => id);

test('GPUs alike with the first are used where models are computed on them, and where nothing but drills is done', () => {
  const gpu = { generate: 'ffmpeg 7.1 onnxruntime 1.30.0 cuda sm_90' };
  assert.deepEqual(idsOf({ devices, toolchain: gpu, kinds: ['generate', 'drill'] }), ['GPU-1', 'GPU-3']);
  assert.deepEqual(idsOf({ devices, toolchain: {}, kinds: ['drill'] }), ['GPU-1', 'GPU-3']);
  assert.deepEqual(idsOf({ devices, toolchain: {}, kinds: ['drill', 'encode'] }), []);
  assert.deepEqual(idsOf({ devices, toolchain: {} }), []);
});
