import type { Pool } from '@filmwright/contracts';
import type { BringingPool } from '@filmwright/core/plan/pool-models';
import { scoutingOf } from '@filmwright/core/pools/pool-scout';
import type { PoolMemoryStore } from '@filmwright/records';

/** What plans are to know of pools, the cheapest first. It changes only when what may be waited for does: films are planned anew each time. */
export async function bringingPools(
  pools: readonly Pool[],
  records: Pick<PoolMemoryStore, 'poolMemories'>,
): Promise<readonly BringingPool[]> {
  const memories = await records.poolMemories(pools.map(({ name }) => name));
  return [...pools]
    .sort((a, b) => a.costPerHour - b.costPerHour)
    .flatMap((pool): readonly BringingPool[] => {
      const memory = memories.find(({ name }) => name === pool.name);
      if (memory === undefined) return [];
      const { name, region, models = [], capabilities } = pool;
      const { bringing, isThere, offeredAgoMs } = memory;
      const isSeen = isThere || offeredAgoMs !== null;
      return [{ name, region, models, ...(capabilities && { kinds: capabilities }), scouting: scoutingOf(pool, memory), isSeen, bringing }];
    });
}
