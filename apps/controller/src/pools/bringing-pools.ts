import type { Pool } from '@filmwright/contracts';
import type { BringingPool } from '@filmwright/core/plan/pool-models';
import { mayCome, scoutingOf } from '@filmwright/core/pools/pool-scout';
import type { PoolMemoryStore } from '@filmwright/records';
import { specsOf } from './pool-specs.ts';

/**
 * Gives what plans are to know of pools, the cheapest first. It changes only when what may be waited for does: films are planned anew each time. Nothing is
 * told of machines that came another way than these pools bring theirs.
 */
export function createBringingPools(
  pools: readonly Pool[],
  records: Pick<PoolMemoryStore, 'namePools' | 'poolMemories'>,
): () => Promise<readonly BringingPool[]> {
  const byCost = [...pools].sort((a, b) => a.costPerHour - b.costPerHour);
  let isNamed = false;
  return async () => {
    if (!isNamed) await records.namePools(specsOf(pools));
    isNamed = true;
    const memories = await records.poolMemories(pools.map(({ name }) => name));
    return byCost.flatMap((pool): readonly BringingPool[] => {
      const memory = memories.find(({ name }) => name === pool.name);
      if (memory === undefined) return [];
      const { name, region, models = [], capabilities, maximum } = pool;
      const { bringing, losses, machines, outdated, isThere, isLost, offeredAgoMs, scoutAt } = memory;
      const isSeen = isThere || (offeredAgoMs !== null && !isLost);
      const scouting = scoutingOf(pool, memory);
      const isHeld = mayCome(scouting) && machines >= maximum && outdated === machines;
      return [
        {
          name,
          region,
          models,
          ...(capabilities && { kinds: capabilities }),
          scouting,
          scoutAt,
          isSeen,
          bringing,
          ...(losses > 0 && { losses }),
          ...(isHeld && { heldBy: machines }),
        },
      ];
    });
  };
}
