import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldAnywhere, heldPlaces } from './held-places.ts';

test('what executors hold is told by GPU, and by null where it lies in the memory of the machine: voices always do', () => {
  const places = heldPlaces([
    { devices: ['GPU-2'], held: ['model b@1', 'voice x 1'] },
    { devices: [], held: ['model a@1', 'voice x 1'] },
    { devices: ['GPU-1'], held: [] },
    { devices: ['GPU-2', 'GPU-3'], held: ['model a@1'] },
  ]);
  assert.deepEqual(places, [
    { device: null, models: ['model a@1', 'voice x 1'] },
    { device: 'GPU-2', models: ['model a@1', 'model b@1'] },
    { device: 'GPU-3', models: ['model a@1'] },
  ]);
  assert.deepEqual(heldAnywhere(places), ['model a@1', 'model b@1', 'voice x 1']);
});
