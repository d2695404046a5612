/** What was used of a machine, in milliseconds. */
export type Used = { readonly wallMs: number; readonly cpuMs: number; readonly loadMs: number };

/** Shares what tasks use that run as one: at each moment equally among those that have not ended. */
export type FairShares = {
  /** Ends a task and gives its share. What all had together is what was used until the last one ended. */
  readonly end: (task: number) => Used;
};

/** Begins to share among so many tasks; `used` is what was used by now, loads included. */
export function createFairShares(tasks: number, used: () => Used): FairShares {
  const shares = Array.from({ length: tasks }, () => ({ wallMs: 0, cpuMs: 0, loadMs: 0 }));
  const left = new Set(shares.keys());
  let before: Used = { wallMs: 0, cpuMs: 0, loadMs: 0 };
  return {
    end(task) {
      const now = used();
      for (const one of left) {
        const share = shares[one];
        if (share === undefined) continue;
        for (const name of ['wallMs', 'cpuMs', 'loadMs'] as const) share[name] += Math.max(0, now[name] - before[name]) / left.size;
      }
      before = now;
      left.delete(task);
      return { wallMs: 0, cpuMs: 0, loadMs: 0, ...shares[task] };
    },
  };
}
