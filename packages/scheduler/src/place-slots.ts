import { startAttempt } from './attempts.ts';
import { isAvoided } from './avoid-tried.ts';
import { batchMs } from './costs.ts';
import type { Decision, Demand, Near, Tier } from './demand.ts';
import { type Host, neighbours, productOf, type SlotPool, slotTier } from './fleet.ts';
import { type Expecting, freest, isForOthers, loadOf, looked, weightsFor } from './freest.ts';
import type { Group } from './group.ts';
import { hasRoom, needMib, soonestRoom } from './host-memory.ts';
import { fetchMs } from './link.ts';
import { nearestFirst } from './nearest-first.ts';
import { comesFirst, type Pick, pickEntry } from './pick-line.ts';
import { expectingHosts } from './prefetch.ts';
import { isCapped } from './shares.ts';
import { type State, shareOf } from './state.ts';
import { type Turns, turnsOf } from './turns.ts';
import { stopWaiting } from './waiting.ts';

/** Gives free processor slots to tasks that need no GPU: most pressing first, each to a runner that holds its model, else to the one that has most slots free. Slots nearer to the store are given first. */
export function placeOnSlots(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  const expecting = expectingHosts(state);
  for (const pool of nearestFirst(state)) {
    const kept = new Set<Host>();
    const groups = [...state.groups.values()].filter((group) => !group.alone && servesOnSlots(pool, group));
    if (groups.length === 0) continue;
    const turns = turnsOf(state, { groups, resource: 'slot' });
    const picks = new Map(groups.map((group) => [group, pickEntry(turns, group)]));
    while (pool.free > 0) {
      const next = firstHeld(state, { pool, picks }) ?? firstOf(picks);
      if (next === null) break;
      const { task } = next.pick.entry;
      const held = heldFor(state, { pool, ...next, instantMs }) ?? heldForInputs(state, { pool, ...next, expecting, instantMs });
      next.group.held = held ?? '';
      if (held !== null) {
        picks.set(next.group, null);
        continue;
      }
      const place = placeFor(state, { pool, group: next.group, task, kept, expecting });
      if (place === null) {
        next.group.held = keepRoom(state, { pool, group: next.group, task, kept });
        picks.set(next.group, null);
        continue;
      }
      decisions.push(grant(state, { turns, pool, place, ...next, instantMs }));
      const reached = isCapped(shareOf(state, task.workspace));
      for (const [group, pick] of picks)
        if (group === next.group || (reached && pick?.entry.task.workspace === task.workspace)) picks.set(group, pickEntry(turns, group));
    }
  }
  return decisions;
}

function firstOf(picks: ReadonlyMap<Group, Pick | null>): { readonly group: Group; readonly pick: Pick } | null {
  let best: { readonly group: Group; readonly pick: Pick } | null = null;
  for (const [group, pick] of picks) if (pick !== null && (best === null || comesFirst(pick, best.pick))) best = { group, pick };
  return best;
}

/** A task that had its turn and waited for the runner that holds its inputs, which is free now. */
function firstHeld(
  state: State,
  { pool, picks }: { readonly pool: SlotPool; readonly picks: ReadonlyMap<Group, Pick | null> },
): { readonly group: Group; readonly pick: Pick } | null {
  if (state.held.size === 0) return null;
  for (const [group, pick] of picks) {
    if (pick === null || !state.held.has(pick.entry.task.id)) continue;
    const [most] = pick.entry.task.near;
    const hosts = pick.entry.task.near.slice(0, looked).filter(({ mib }) => mib >= (most?.mib ?? 0) / 2);
    const isFree = ({ runner }: Near): boolean => {
      const host = state.fleet.hosts.get(runner);
      return host?.slotPool === pool && host.freeSlots > 0 && !isAvoided(group, host);
    };
    if (hosts.some(isFree)) return { group, pick };
  }
  return null;
}

type Granting = {
  readonly turns: Turns;
  readonly pool: SlotPool;
  readonly place: Place;
  readonly group: Group;
  readonly pick: Pick;
  readonly instantMs: number;
};

function grant(state: State, { turns, pool, place: { host, tier, reason }, group, pick, instantMs }: Granting): Decision {
  const { task } = pick.entry;
  // Free slots are filled first: what runs side by side is sooner done than what runs as one.
  const most = host.facts.runsBatches === false ? 1 : Math.min(task.batchMost, Math.ceil(group.count / pool.free));
  stopWaiting(state, task.id);
  const tasks = [task, ...companions(turns, { group, task, most })];
  const workMs = batchMs(state.costs, { task, product: productOf(host), count: tasks.length });
  const expectedMs = loadOf(state, { model: task.model, tier, product: productOf(host) }) + workMs;
  startAttempt(state, { tasks, host, devices: [], tier, evict: [], expectedMs, startMs: instantMs, early: pick.early });
  const ids = tasks.map(({ id }) => id);
  return { type: 'grant', tasks: ids, runner: host.facts.id, devices: [], tier, evict: [], expectedMs, reason };
}

type Batch = { readonly group: Group; readonly task: Demand; readonly most: number };

/** Others that run in one batch with a task, as far as the caps of their workspaces reach. */
function companions(turns: Turns, { group, task, most }: Batch): Demand[] {
  const { state } = turns;
  const found: Demand[] = [];
  while (task.batch !== null && found.length + 1 < most) {
    const next = pickEntry(turns, group, task.priority)?.entry.task;
    if (next === undefined || next.batch !== task.batch) break;
    const { cap, running } = shareOf(state, next.workspace);
    const taken = [task, ...found].filter(({ workspace }) => workspace === next.workspace).length;
    if (cap !== null && running + taken >= cap) break;
    stopWaiting(state, next.id);
    found.push(next);
  }
  return found;
}

type Place = { readonly host: Host; readonly tier: Tier; readonly reason: string };

type Placing = {
  readonly pool: SlotPool;
  readonly group: Group;
  readonly task: Demand;
  /** Runners whose memory is kept for models that found no room. */
  readonly kept: Set<Host>;
};

/** Keeps the runner that will have room soonest for a task that found none, so that smaller ones do not go before it for ever; gives why it waits. */
function keepRoom(state: State, { pool, group, task, kept }: Placing): string {
  // What fits where it failed is kept for nobody: it waits for another runner, whatever that has free.
  if (needMib(state, task) === 0) return '';
  const host = soonestRoom(
    state,
    pool.byFree.flatMap((hosts) => [...hosts].filter((one) => !kept.has(one) && !isAvoided(group, one))),
  );
  if (host !== null) for (const each of neighbours(state.fleet, host)) kept.add(each);
  return `no runner has ${Math.ceil(needMib(state, task) / 1024)} GiB of memory free`;
}

/** A model in memory saves its loading; beside that the runner with most free slots, so that work is spread. Null where no free slot has memory for its model. */
function placeFor(state: State, { pool, group, task, kept, expecting }: Placing & Expecting): Place | null {
  const mib = needMib(state, task);
  const known = new Map<string, boolean>();
  const hasMemory = (host: Host): boolean => {
    const name = host.facts.machine ?? host.facts.id;
    const found = known.get(name) ?? hasRoom(state, { host, mib });
    known.set(name, found);
    return found;
  };
  const fits = (host: Host): boolean => !isAvoided(group, host) && (mib === 0 || (!kept.has(host) && hasMemory(host)));
  const suits = (host: Host): boolean => host.slotPool === pool && host.freeSlots > 0 && fits(host);
  const [first, ...others] = (task.model === null ? [] : holdersOf(state, task.model)).filter(suits);
  if (first !== undefined) {
    const host = others.reduce((best, other) => (other.freeSlots > best.freeSlots ? other : best), first);
    return { host, tier: 'resident', reason: 'a slot is free where its model is in memory' };
  }
  const found = freest(state, { pool, task, fits, expecting });
  if (found === null) return null;
  const { host, reason } = found;
  return { host, tier: slotTier(host, task.model), reason };
}

function holdersOf({ fleet }: State, model: string): Host[] {
  return [...(fleet.slotHolders.get(model) ?? [])].slice(0, looked);
}

type Next = { readonly pool: SlotPool; readonly group: Group; readonly pick: Pick; readonly instantMs: number };

/** Why a task is to wait for a runner that has its model in memory, and no longer than loading it elsewhere takes; null where it is not. */
function heldFor(state: State, { pool, group, pick, instantMs }: Next): string | null {
  const { model, readyMs } = pick.entry.task;
  if (model === null) return null;
  const near = weightsFor(state, { pool, model, fits: (host) => !isAvoided(group, host) });
  const fromMs = (tier: Tier): number => loadOf(state, { model, tier });
  const loadingMs = near === null ? fromMs('disk') || fromMs('store') : fromMs('memory');
  const waitedMs = instantMs - readyMs;
  if (waitedMs >= loadingMs) return null;
  let waitMs = Number.POSITIVE_INFINITY;
  for (const host of holdersOf(state, model)) {
    if (host.slotPool === null || isAvoided(group, host) || !servesOnSlots(host.slotPool, group)) continue;
    if (host.freeSlots > 0 && host.slotPool === pool) return null;
    waitMs = Math.min(waitMs, nextFreeMs(host, instantMs));
  }
  if (waitedMs + waitMs >= loadingMs) return null;
  return `waiting ${seconds(waitMs)} for a runner that has its model in memory beats loading it for ${seconds(loadingMs)}`;
}

/**
 * Why the only task of its kind is to wait for a runner that holds its inputs, from its turn on no longer than fetching them elsewhere takes; null where it is
 * not. Runners are taken that hold half as much as the one that holds most, or more.
 */
function heldForInputs(state: State, { pool, group, pick, expecting, instantMs }: Next & Expecting): string | null {
  const { id, near, model } = pick.entry.task;
  if (model !== null || group.count > 1) return null;
  const most = near[0]?.mib ?? 0;
  const sinceMs = state.held.get(id) ?? instantMs;
  let why: string | null = null;
  for (const { runner, mib } of near.slice(0, looked)) {
    if (mib < most / 2) break;
    const host = state.fleet.hosts.get(runner);
    if (host === undefined || host.slotPool === null || isAvoided(group, host) || !servesOnSlots(host.slotPool, group)) continue;
    if (isForOthers(host, { expecting, mib })) continue;
    if (host.freeSlots > 0 && host.slotPool === pool) return null;
    const savedMs = fetchMs(host.facts, mib);
    const waitMs = nextFreeMs(host, instantMs);
    if (waitMs >= savedMs || instantMs - sinceMs >= savedMs) continue;
    why ??= `waiting ${seconds(waitMs)} for ${runner}, which holds its inputs, beats fetching ${Math.round(mib)} MiB elsewhere for ${seconds(savedMs)}`;
  }
  if (why !== null) state.held.set(id, sinceMs);
  return why;
}

/** Until a slot of a runner is free. */
function nextFreeMs({ freeSlots, running }: Host, instantMs: number): number {
  if (freeSlots > 0) return 0;
  const endsMs = [...running].filter(({ devices }) => devices.length === 0).map(({ expectedEndMs }) => expectedEndMs);
  return Math.max(0, Math.min(...endsMs) - instantMs);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Whether the slots of a pool are places for a group's tasks. */
export function servesOnSlots(pool: SlotPool, group: Group): boolean {
  return (
    group.gpus === 0 &&
    pool.capabilities.has(group.capability) &&
    (group.region === null || group.region === pool.region) &&
    (group.pool === null || group.pool === pool.pool)
  );
}
