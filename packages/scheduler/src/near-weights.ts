import type { DevicePool, SlotPool } from './fleet.ts';
import type { State } from './state.ts';

/** So many runners that have a model's weights in memory are looked at. */
const looked = 64;

/** Pools with a free place on a runner that has in memory what waits for such places: whoever is given places first would load it from the disk elsewhere. */
export function poolsNearWeights({ groups, fleet }: State, places: 'devices' | 'slots'): ReadonlySet<DevicePool | SlotPool> {
  const found = new Set<DevicePool | SlotPool>();
  const models = new Set<string>();
  for (const { model, gpus, count } of groups.values())
    if (model !== null && count > 0 && gpus > 0 === (places === 'devices')) models.add(model);
  for (const model of models) {
    let seen = 0;
    for (const { devices, slotPool, freeSlots } of fleet.warm.get(model) ?? []) {
      if (++seen > looked) break;
      if (places === 'slots' && slotPool !== null && freeSlots > 0) found.add(slotPool);
      if (places === 'devices') for (const { pool, attempt } of devices) if (pool !== null && attempt === null) found.add(pool);
    }
  }
  return found;
}
