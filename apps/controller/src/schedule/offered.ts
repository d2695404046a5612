/** Capabilities and who offers them. */
export type Offered = {
  readonly has: (capability: string) => boolean;
  /** True when a capability is offered by the first, or was by the last. */
  readonly set: (runnerId: string, capabilities: readonly string[]) => boolean;
};

/** Which capabilities are offered by any runner. */
export function createOffered(): Offered {
  const byRunner = new Map<string, readonly string[]>();
  const counts = new Map<string, number>();
  const add = (capability: string, more: 1 | -1): boolean => {
    const count = (counts.get(capability) ?? 0) + more;
    if (count === 0) counts.delete(capability);
    else counts.set(capability, count);
    return count === (more === 1 ? 1 : 0);
  };
  return {
    has: (capability) => counts.has(capability),
    set(runnerId, capabilities) {
      const came = capabilities.map((one) => add(one, 1)).includes(true);
      const went = (byRunner.get(runnerId) ?? []).map((one) => add(one, -1)).includes(true);
      if (capabilities.length === 0) byRunner.delete(runnerId);
      else byRunner.set(runnerId, capabilities);
      return came || went;
    },
  };
}
