import { startAttempt } from './attempts.ts';
import { runMs } from './costs.ts';
import { type Decision, type Demand, priorities } from './demand.ts';
import { type Host, type SlotPool, slotProduct } from './fleet.ts';
import type { Group } from './group.ts';
import { comesFirst, type Pick, pickEntry } from './pick-line.ts';
import { isCapped } from './shares.ts';
import { type State, shareOf } from './state.ts';
import { stopWaiting } from './waiting.ts';

/** Gives free processor slots to tasks that need no GPU: most pressing first, each to the runner that has most slots free. */
export function placeOnSlots(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  for (const pool of state.fleet.slotPools.values()) {
    if (pool.free === 0) continue;
    for (const priority of priorities) {
      const groups = [...state.groups.values()].filter((group) => serves(pool, group) && group.bands[priority].size > 0);
      const picks = new Map(groups.map((group) => [group, pickEntry(state, group, { priority, resource: 'slot' })]));
      while (pool.free > 0) {
        const next = firstOf(picks);
        if (next === null) break;
        decisions.push(grant(state, { pool, task: next.pick.entry.task, instantMs }));
        const reached = isCapped(shareOf(state, next.pick.entry.task.workspace));
        for (const [group, pick] of picks)
          if (group === next.group || (reached && pick?.entry.task.workspace === next.pick.entry.task.workspace))
            picks.set(group, pickEntry(state, group, { priority, resource: 'slot' }));
      }
    }
  }
  return decisions;
}

function firstOf(picks: ReadonlyMap<Group, Pick | null>): { readonly group: Group; readonly pick: Pick } | null {
  let best: { readonly group: Group; readonly pick: Pick } | null = null;
  for (const [group, pick] of picks) if (pick !== null && (best === null || comesFirst(pick, best.pick))) best = { group, pick };
  return best;
}

function grant(
  state: State,
  { pool, task, instantMs }: { readonly pool: SlotPool; readonly task: Demand; readonly instantMs: number },
): Decision {
  const { host, near } = freest(state, { pool, task });
  const expectedMs = runMs(state.costs, { task, product: slotProduct });
  stopWaiting(state, task.id);
  startAttempt(state, { tasks: [task], host, devices: [], tier: 'none', evict: [], expectedMs, startMs: instantMs });
  const reason = near ? 'a slot is free where its inputs are' : 'a slot is free';
  return { type: 'grant', tasks: [task.id], runner: host.facts.id, devices: [], tier: 'none', evict: [], expectedMs, reason };
}

/** The runner with most free slots; one that holds the inputs comes first among equals. */
function freest(
  state: State,
  { pool, task }: { readonly pool: SlotPool; readonly task: Demand },
): { readonly host: Host; readonly near: boolean } {
  let free = pool.byFree.length - 1;
  while (free > 0 && (pool.byFree[free] as Set<Host>).size === 0) free--;
  const hosts = pool.byFree[free] as Set<Host>;
  for (const id of task.near) {
    const host = state.fleet.hosts.get(id);
    if (host !== undefined && hosts.has(host)) return { host, near: true };
  }
  const [host] = hosts;
  return { host: host as Host, near: false };
}

function serves(pool: SlotPool, group: Group): boolean {
  return (
    group.gpus === 0 &&
    pool.capabilities.has(group.capability) &&
    (group.region === null || group.region === pool.region) &&
    (group.pool === null || group.pool === pool.pool)
  );
}
