/** What somebody offers; `hasDevices` where it has GPUs for it. */
export type Offering = { readonly capabilities: readonly string[]; readonly hasDevices: boolean };

/** Capabilities and who offers them. */
export type Offered = {
  readonly has: (capability: string) => boolean;
  /** Whether any of those who offer it has GPUs for it. */
  readonly hasDevices: (capability: string) => boolean;
  /** True when a capability is offered by the first, or was by the last, or so with GPUs. */
  readonly set: (name: string, offering: Offering) => boolean;
  /** The same of all pools of which no machine is there. */
  readonly setAtRest: (pools: readonly (Offering & { readonly pool: string })[]) => boolean;
};

/** Which capabilities are offered by any runner, or by machines of pools at rest. */
export function createOffered(): Offered {
  const [all, onDevices] = [createCounts(), createCounts()];
  let resting: readonly string[] = [];
  const set: Offered['set'] = (name, { capabilities, hasDevices }) => {
    const changes = [all.set(name, capabilities), onDevices.set(name, hasDevices ? capabilities : [])];
    return changes.includes(true);
  };
  return {
    ...{ has: all.has, hasDevices: onDevices.has, set },
    setAtRest(pools) {
      const nameOf = (pool: string): string => `at rest in ${pool}`;
      const names = pools.map(({ pool }) => nameOf(pool));
      const left = resting.filter((name) => !names.includes(name)).map((name) => set(name, { capabilities: [], hasDevices: false }));
      const changes = pools.map(({ pool, ...offering }) => set(nameOf(pool), offering));
      resting = names;
      return [...left, ...changes].includes(true);
    },
  };
}

type Counts = { readonly has: Offered['has']; readonly set: (name: string, capabilities: readonly string[]) => boolean };

function createCounts(): Counts {
  const byName = new Map<string, readonly string[]>();
  const counts = new Map<string, number>();
  const add = (capability: string, more: 1 | -1): boolean => {
    const count = (counts.get(capability) ?? 0) + more;
    if (count === 0) counts.delete(capability);
    else counts.set(capability, count);
    return count === (more === 1 ? 1 : 0);
  };
  return {
    has: (capability) => counts.has(capability),
    set(name, capabilities) {
      const came = capabilities.map((one) => add(one, 1)).includes(true);
      const went = (byName.get(name) ?? []).map((one) => add(one, -1)).includes(true);
      if (capabilities.length === 0) byName.delete(name);
      else byName.set(name, capabilities);
      return came || went;
    },
  };
}
