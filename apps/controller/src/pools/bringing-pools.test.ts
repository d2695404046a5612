import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poolSchema } from '@filmwright/contracts';
import type { PoolMemoryRow } from '@filmwright/records';
import { createBringingPools } from './bringing-pools.ts';

const memory = (name: string, changes: Partial<PoolMemoryRow> = {}): PoolMemoryRow => ({
  ...{ name, runnerId: null, offeredAgoMs: null, startMs: null, shortAgoMs: null, scoutAt: null, scoutAgoMs: null },
  ...{ scouts: 0, isThere: false, isLost: false, bringing: [], losses: 0, machines: 0, outdated: 0 },
  ...changes,
});

test('what was noted of a pool that got its machines another way is forgotten before plans are told of it, once', async () => {
  const pools = [poolSchema.parse({ name: 'dear', maximum: 1, costPerHour: 2 }), poolSchema.parse({ name: 'cheap', maximum: 1 })];
  const did: string[] = [];
  const tell = createBringingPools(pools, {
    namePools: async (specs) => void did.push(`name ${specs.map(({ name }) => name)}`),
    poolMemories: async (names) => {
      did.push('look');
      return names.map((name) => memory(name));
    },
  });
  assert.deepEqual(
    (await tell()).map(({ name, scouting }) => `${name} ${scouting}`),
    ['cheap due', 'dear due'],
  );
  await tell();
  assert.deepEqual(did, ['name dear,cheap', 'look', 'look']);
});

test('a pool whose machine was lost while it fetched has not shown what it can do', async () => {
  const pools = [poolSchema.parse({ name: 'one', maximum: 1, models: ['oil'] })];
  const seen = async (changes: Partial<PoolMemoryRow>): Promise<boolean | undefined> => {
    const [known] = await createBringingPools(pools, { namePools: async () => {}, poolMemories: async () => [memory('one', changes)] })();
    return known?.isSeen;
  };
  assert.equal(await seen({ offeredAgoMs: 1000 }), true);
  assert.equal(await seen({ offeredAgoMs: 1000, isLost: true }), false);
  assert.equal(await seen({ isThere: true }), true);
});

test('a pool is held by machines that came before it was changed where these are as many as it may have, and a scout is to come', async () => {
  const pools = [poolSchema.parse({ name: 'one', maximum: 2, models: ['oil'] })];
  const heldBy = async (changes: Partial<PoolMemoryRow>): Promise<number | undefined> => {
    const [known] = await createBringingPools(pools, { namePools: async () => {}, poolMemories: async () => [memory('one', changes)] })();
    return known?.heldBy;
  };
  assert.equal(await heldBy({ machines: 2, outdated: 2 }), 2);
  assert.equal(await heldBy({ machines: 1, outdated: 1 }), undefined, 'there is room');
  assert.equal(await heldBy({ machines: 2, outdated: 1 }), undefined, 'one is as those to come');
  assert.equal(await heldBy({ machines: 2, outdated: 2, offeredAgoMs: 1000 }), undefined, 'what it brings is known');
});
