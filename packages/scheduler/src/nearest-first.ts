import type { SlotPool } from './fleet.ts';
import { poolsNearWeights } from './near-weights.ts';
import type { State } from './state.ts';

/**
 * Pools that have a free slot; of a pool and region all are taken to be as near to the store as they are on average. As near as the quickest are all that bring
 * more than half as much, and so on behind them: what is measured of links differs by chance. Of those as near first what has weights in memory that wait.
 */
export function nearestFirst(state: State): readonly SlotPool[] {
  const near = poolsNearWeights(state, 'slots');
  const isNear = (pool: SlotPool): number => Number(near.has(pool));
  const speedOf = ({ linksMibPerS, runners }: SlotPool): number => linksMibPerS / runners;
  const pools = [...state.fleet.slotPools.values()];
  const quickest: number[] = [];
  for (const speed of pools.map(speedOf).sort((a, b) => b - a))
    if (speed * 2 <= (quickest.at(-1) ?? Number.POSITIVE_INFINITY)) quickest.push(speed);
  const rank = (pool: SlotPool): number => quickest.findLastIndex((speed) => speedOf(pool) <= speed);
  return pools.filter(({ free }) => free > 0).sort((a, b) => rank(a) - rank(b) || isNear(b) - isNear(a));
}
