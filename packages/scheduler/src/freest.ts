import { loadMs } from './costs.ts';
import type { Demand, Tier } from './demand.ts';
import { type Host, productOf, type SlotPool, slotProduct } from './fleet.ts';
import { fetchMs } from './link.ts';
import { quickestWay } from './quickest-way.ts';
import type { State } from './state.ts';

/** So many runners that hold a model, have its weights in memory, or inputs, are looked at. */
export const looked = 64;
/** Side by side with others a task takes longer; it goes there all the same where its inputs would be longer on the way than this, or its model longer to load. */
const spreadMs = 1000;

type Load = { readonly model: string | null; readonly tier: Tier; readonly product?: string };

/** How long a model, if one is needed, is loaded from where its weights are. */
export function loadOf({ costs }: State, { model, tier, product = slotProduct }: Load): number {
  return model === null ? 0 : loadMs(costs, { model, tier, product });
}

type WeightsFor = { readonly pool: SlotPool; readonly model: string | null; readonly fits: (host: Host) => boolean };

/** Of free runners that have the weights of a model in memory, which none of them holds, the one with most free slots, and what loading from there saves. */
export function weightsFor(state: State, { pool, model, fits }: WeightsFor): { readonly host: Host; readonly savesMs: number } | null {
  let best: Host | null = null;
  let seen = 0;
  for (const host of model === null ? [] : (state.fleet.warm.get(model) ?? [])) {
    if (++seen > looked) break;
    if (host.slotPool === pool && host.freeSlots > (best?.freeSlots ?? 0) && fits(host)) best = host;
  }
  if (best === null) return null;
  const from = (tier: Tier): number => loadOf(state, { model, tier, product: productOf(best) });
  return { host: best, savesMs: from('disk') - from('memory') };
}

/** Whom tasks that come count on. */
export type Expecting = {
  /** Runners that fetch much ahead for tasks that come. */
  readonly expecting: ReadonlySet<Host>;
};

/** Whether a runner is better left to the task that it fetches for than to one of which it holds so much: that is elsewhere as soon. */
export function isForOthers(host: Host, { expecting, mib }: Expecting & { readonly mib: number }): boolean {
  return expecting.has(host) && fetchMs(host.facts, mib) <= spreadMs;
}

type Seeking = Expecting & { readonly pool: SlotPool; readonly task: Demand; readonly fits: (host: Host) => boolean };

/**
 * The runner with most free slots; one that holds the inputs, or has the weights in memory, comes first among equals, and before others where bringing or loading
 * them takes more than `spreadMs` longer elsewhere. Last among equals comes one that fetches ahead for another.
 */
export function freest(state: State, { pool, task, fits, expecting }: Seeking): { readonly host: Host; readonly reason: string } | null {
  const weights = weightsFor(state, { pool, model: task.model, fits });
  const isOpen = (host: Host): boolean => !expecting.has(host) && fits(host);
  for (let free = pool.byFree.length - 1; free > 0; free--) {
    const hosts = pool.byFree[free] as Set<Host>;
    const open = firstThat(hosts, isOpen);
    const first = open ?? firstThat(hosts, fits);
    if (first === null) continue;
    const isEqual = (host: Host): boolean => hosts.has(host) && (open === null || !expecting.has(host));
    const isWorth = (host: Host, savesMs: number): boolean => savesMs > spreadMs || isEqual(host);
    const least = weights !== null && isWorth(weights.host, weights.savesMs) ? weights.savesMs : -1;
    for (const { runner, mib } of task.near) {
      const host = state.fleet.hosts.get(runner);
      if (host === undefined || host.slotPool !== pool || host.freeSlots === 0 || !fits(host)) continue;
      const savesMs = fetchMs(host.facts, mib);
      if (savesMs > least && isWorth(host, savesMs)) return { host, reason: 'a slot is free where its inputs are' };
    }
    if (weights === null || least < 0) {
      const host = quickestWay(hosts, { pool, first, fits: open === null ? fits : isOpen });
      return { host, reason: host === first ? 'a slot is free' : 'a slot is free at a runner with a quicker way to the store' };
    }
    const saves = least < 100 ? '' : `; loading them there saves ${(least / 1000).toFixed(1)} s`;
    return { host: weights.host, reason: `a slot is free where the weights of its model are in memory${saves}` };
  }
  return null;
}

function firstThat(hosts: Iterable<Host>, fits: (host: Host) => boolean): Host | null {
  for (const host of hosts) if (fits(host)) return host;
  return null;
}
