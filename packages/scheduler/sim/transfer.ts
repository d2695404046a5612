import type { World } from './world.ts';

/**
 * How long it takes to move so much between a runner and the store, beginning now: the least of the runner's link and an
 * even part of the store's among the transfers that are under way at this instant. Later comers do not slow it down.
 */
export const transferMs = (world: World, mib: number): number => {
  const { network } = world.scenario;
  if (network === null || mib === 0) return 0;
  const underWay = world.transferEndsMs.filter((endMs) => endMs > world.nowMs);
  const mibPerS = Math.min(network.runnerMibPerS, network.storeMibPerS / (underWay.length + 1));
  const durationMs = (mib / mibPerS) * 1000;
  world.transferredMib += mib;
  world.transferEndsMs = [...underWay, world.nowMs + durationMs];
  return durationMs;
};
