import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardMemory } from './card-memory.ts';

const tiers = [
  { tier: 'cpu', ramMb: 9000, vramMb: null },
  { tier: 'gpu', ramMb: null, vramMb: 20_000, gpus: 2 },
] as const;
const pipeline = { type: 'pipeline', pipeline: 'latent-diffusion', settings: {} } as const;

test('a card tells the memory of each GPU that a model has, and over how many its networks are spread', () => {
  const told = (needs: typeof tiers | [], processing: Parameters<typeof cardMemory>[0]['card']['processing']) =>
    cardMemory({ ref: 'oil@1', card: { needs: { tiers: needs, diskMb: null }, processing } });
  assert.deepEqual(told(tiers, pipeline), [{ name: 'model oil@1', vramMib: 19_074, gpus: 2 }]);
  assert.deepEqual(told(tiers, { type: 'own' }), [{ name: 'model oil@1', vramMib: 19_074 }], 'one network is on one GPU');
  assert.deepEqual(told([], pipeline), []);
});
