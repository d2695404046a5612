import type { HeldOn } from '@filmwright/contracts';
import type { WorkingExecutor } from './run-leases.ts';

type Holder = Pick<WorkingExecutor, 'held' | 'devices'>;

/** What executors hold, place by place in order of names; voices lie in the machine's memory also where their process has a GPU. */
export function heldPlaces(executors: readonly Holder[]): readonly HeldOn[] {
  const places = new Map<string | null, Set<string>>();
  for (const { devices, held } of executors)
    for (const name of held) {
      const on = devices.length > 0 && name.startsWith('model ') ? devices : [null];
      for (const place of on) places.set(place, (places.get(place) ?? new Set()).add(name));
    }
  return [...places]
    .map(([device, names]) => ({ device, models: [...names].sort() }))
    .sort((a, b) => ((a.device ?? '') < (b.device ?? '') ? -1 : 1));
}

/** What they hold anywhere, in order of names. */
export function heldAnywhere(places: readonly HeldOn[]): readonly string[] {
  return [...new Set(places.flatMap(({ models }) => models))].sort();
}
