import type { ModelFacts, Tier } from '../src/demand.ts';
import type { World, WorldDevice, WorldRunner } from './world.ts';

/** Where the weights lie for these devices: the slowest of them counts. */
export const tierOf = (place: { readonly runner: WorldRunner; readonly devices: readonly WorldDevice[] }, model: string | null): Tier => {
  if (model === null) return 'none';
  if (place.devices.every((device) => device.resident.has(model))) return 'resident';
  if (place.runner.inMemory.has(model)) return 'memory';
  return place.runner.onDisk.has(model) ? 'disk' : 'store';
};

/** Duration of a load by the model's facts, without noise. */
export const loadMsOf = (facts: ModelFacts | undefined, tier: Tier): number => {
  if (facts === undefined || tier === 'none' || tier === 'resident') return 0;
  if (tier === 'memory') return facts.warmMs;
  return tier === 'disk' ? facts.coldMs : facts.fetchMs + facts.coldMs;
};

const memoryTaken = (world: World, runner: WorldRunner): number => {
  let taken = 0;
  for (const model of runner.inMemory) taken += world.models.get(model)?.hostMib ?? 0;
  return taken;
};

/** Keeps unloaded weights in the host's memory, the longest unused going first; weights larger than all of it are dropped. */
export const keep = (world: World, place: { readonly runner: WorldRunner; readonly model: string }): void => {
  const { runner, model } = place;
  const needed = world.models.get(model)?.hostMib ?? 0;
  if (needed > runner.first.hostMib) return;
  runner.inMemory.delete(model);
  let free = runner.first.hostMib - memoryTaken(world, runner);
  for (const oldest of runner.inMemory) {
    if (free >= needed) break;
    runner.inMemory.delete(oldest);
    free += world.models.get(oldest)?.hostMib ?? 0;
  }
  runner.inMemory.add(model);
};

/** Unloads and loads what a checked grant says. Where memory or disk hold something else than before, the runner tells so at the next step. */
export const swapWeights = (
  world: World,
  swap: {
    readonly runner: WorldRunner;
    readonly devices: readonly WorldDevice[];
    readonly evict: readonly string[];
    readonly model: string | null;
  },
): void => {
  const { runner, devices, evict, model } = swap;
  let changed = false;
  if (model !== null && runner.inMemory.delete(model)) runner.inMemory.add(model);
  for (const old of evict) {
    for (const device of devices) device.resident.delete(old);
    const had = runner.inMemory.has(old);
    keep(world, { runner, model: old });
    changed ||= had !== runner.inMemory.has(old);
  }
  if (model !== null) {
    if (!runner.onDisk.has(model) && devices.some((device) => !device.resident.has(model))) {
      runner.onDisk.add(model);
      changed = true;
    }
    for (const device of devices) device.resident.add(model);
  }
  if (changed) world.altered.add(runner);
};
