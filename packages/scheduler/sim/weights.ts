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

/** Adds weights to what lies in so much memory, the longest unused going first; weights larger than all of it are dropped. */
export const keepIn = (world: World, memory: { readonly held: Set<string>; readonly mostMib: number; readonly model: string }): void => {
  const { held, mostMib, model } = memory;
  const mibOf = (id: string): number => world.models.get(id)?.hostMib ?? 0;
  if (mibOf(model) > mostMib) return;
  held.delete(model);
  let freeMib = mostMib;
  for (const id of held) freeMib -= mibOf(id);
  for (const oldest of held) {
    if (freeMib >= mibOf(model)) break;
    held.delete(oldest);
    freeMib += mibOf(oldest);
  }
  held.add(model);
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
    keepIn(world, { held: runner.inMemory, mostMib: runner.first.hostMib, model: old });
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
