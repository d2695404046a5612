import type { DeviceFacts } from '@filmwright/scheduler';

/** GPUs that several runners of one machine offer, each given to one of them: what is on it at once would not fit. */
export type SharedDevices = {
  /** What a runner now has of what it offers; `others` are runners that had to leave devices to it and may have more by now. */
  readonly set: (
    runnerId: string,
    offered: readonly DeviceFacts[],
  ) => { readonly devices: readonly DeviceFacts[]; readonly others: readonly string[] };
};

/** Starts without any. A device stays with the runner that offered it first, until that one offers it no more. */
export function createSharedDevices(): SharedDevices {
  const owners = new Map<string, string>();
  const offers = new Map<string, ReadonlySet<string>>();
  return {
    set(runnerId, offered) {
      const ids = new Set(offered.map(({ id }) => id));
      const free = [...(offers.get(runnerId) ?? [])].filter((id) => !ids.has(id) && owners.get(id) === runnerId);
      for (const id of free) owners.delete(id);
      if (ids.size === 0) offers.delete(runnerId);
      else offers.set(runnerId, ids);
      for (const id of ids) if (!owners.has(id)) owners.set(id, runnerId);
      const others = [...offers].flatMap(([other, has]) => (other !== runnerId && free.some((id) => has.has(id)) ? [other] : []));
      return { devices: offered.filter(({ id }) => owners.get(id) === runnerId), others };
    },
  };
}
