import { startAttempt } from './attempts.ts';
import { isAvoided } from './avoid-tried.ts';
import { chooseVictim, evictionsFor, type Victim } from './choose-victim.ts';
import { batchMs, runMs, unloadMs } from './costs.ts';
import type { Decision, Demand } from './demand.ts';
import type { Device } from './fleet.ts';
import { type Floor, forecastOf, nextOf, pickOf } from './floor.ts';
import { loadOf, saved, serves } from './forecast.ts';
import { type Group, patienceMs } from './group.ts';
import { isKept } from './is-kept.ts';
import { poolsNearWeights } from './near-weights.ts';
import { comesFirst, type Pick, sortOutLate } from './pick-line.ts';
import { isCapped } from './shares.ts';
import { type State, shareOf } from './state.ts';
import { rounds, type Turns, turnsOf } from './turns.ts';
import { stopWaiting } from './waiting.ts';
import { type Entry, headOfLine } from './waiting-line.ts';

/**
 * What is expected to come for an unloaded model counts against unloading it: as so many harmed deadlines each, and as so much waiting each,
 * with so many times what it takes to load the model again. Found by simulation: half or twice as much changes deadlines met by up to half a percent.
 */
const comerWeight = 2;
const comerWaitMs = 20_000;
const comerReloads = 4;
/** A workspace gets a model loaded for its share alone when it has waited so long, and another is so far ahead of it (device time per weight). */
const owedWaitMs = 40_000;
const owedMs = 300_000;
/** So many are looked through for one short enough to run before kept devices are needed. */
const shorterLooked = 32;

/** Gives idle GPUs to waiting tasks: those whose model is resident first, and loads another model only where that saves a deadline or shortens a wait. */
export function placeOnDevices(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  for (const group of state.groups.values()) if (group.gpus > 0) sortOutLate(group, instantMs);
  let known: Known | null = null;
  const near = poolsNearWeights(state, 'devices');
  const pools = [...state.fleet.devicePools.values()].filter(({ idle }) => idle.size > 0);
  for (const pool of pools.sort((a, b) => Number(near.has(b)) - Number(near.has(a)))) {
    const served = [...state.groups.values()].filter((group) => group.gpus === 1 && !group.alone && serves(state, pool, group));
    if (served.length === 0) continue;
    // Pools that serve the same know the same, one after the other.
    if (known === null || !isSame(known.turns.groups, served)) known = look(state, served);
    const { turns, picks, forecasts } = known;
    for (const round of rounds) {
      const groups = served.filter((group) => (nextOf({ turns, picks }, group)?.round ?? rounds.length) <= round);
      if (groups.length === 0) continue;
      const floor: Floor = { state, pool, groups, turns, round, instantMs, picks, forecasts };
      while (pool.idle.size > 0) {
        const decision =
          saveDeadline(floor) ??
          serveOwed(floor) ??
          useResident(floor, false) ??
          shortenWait(floor, false) ??
          useResident(floor, true) ??
          shortenWait(floor, true);
        if (decision === null) break;
        decisions.push(decision);
      }
    }
  }
  return decisions;
}

type Known = {
  readonly turns: Turns;
  readonly picks: Map<Group, Pick | null>;
  readonly forecasts: Floor['forecasts'];
};

function look(state: State, groups: readonly Group[]): Known {
  const turns = turnsOf(state, { groups, resource: 'gpu' });
  const forecasts = { 0: new Map(), 1: new Map(), 2: new Map(), 3: new Map() };
  return { turns, picks: new Map(), forecasts };
}

function isSame(a: readonly Group[], b: readonly Group[]): boolean {
  return a.length === b.length && a.every((group, at) => group === b[at]);
}

/** Loads a model for tasks that would miss their deadlines by waiting for the devices that hold it, if that harms fewer others. */
function saveDeadline(floor: Floor): Decision | null {
  let best: { readonly group: Group; readonly victim: Victim; readonly pick: Pick } | null = null;
  for (const group of floor.groups) {
    if (hasIdleHolder(floor, group)) continue;
    const pick = pickOf(floor, group);
    if (pick === null || pick.late || (best !== null && !comesFirst(pick, best.pick))) continue;
    const ahead = forecastOf(floor, group);
    if (ahead.missed.length === 0) continue;
    const victim = chooseVictim(floor, group);
    if (victim === null) continue;
    const gain = saved(ahead.missed, { instantMs: floor.instantMs, loadMs: victim.loadMs });
    const displaced = victim.comers * gain.busyMs * comerWeight;
    if (gain.count > victim.harmed + displaced) best = { group, victim, pick };
  }
  if (best === null) return null;
  const { group, victim, pick } = best;
  return grant(floor, {
    group,
    pick,
    device: victim.device,
    why: `loading the model${sourceOf(victim)} takes ${seconds(victim.loadMs)}; waiting for it would ${lossOf(forecastOf(floor, group).missed)}`,
  });
}

/** What waiting would do to tasks that would start too late by it. */
function lossOf(missed: readonly Entry[]): string {
  if (missed.some(({ task }) => task.deadlineMs !== null)) return 'miss a deadline';
  const { priority } = (missed[0] as Entry).task;
  return `take longer than ${priority} work is to wait (${seconds(patienceMs[priority])})`;
}

/** Gives a task to an idle device on which its model is resident. */
function useResident(floor: Floor, late: boolean): Decision | null {
  const best = firstResident(floor, late);
  if (best === null) return null;
  return grant(floor, { ...best, why: best.group.model === null ? 'a device is free' : 'its model is resident' });
}

type Resident = { readonly group: Group; readonly pick: Pick; readonly device: Device };

/** What would go next onto idle devices without any loading. */
function firstResident(floor: Floor, late: boolean): Resident | null {
  let best: Resident | null = null;
  for (const group of floor.groups) {
    if (!hasIdleHolder(floor, group)) continue;
    const found = fittingPick(floor, group);
    if (found !== null && found.pick.late === late && (best === null || comesFirst(found.pick, best.pick))) best = { group, ...found };
  }
  return best;
}

/** Loads a model for a workspace that is owed time, in place of going on for one that had more than its share by more than the loading takes. */
function serveOwed(floor: Floor): Decision | null {
  const resident = firstResident(floor, false) ?? firstResident(floor, true);
  if (resident === null || resident.pick.ahead === 0) return null;
  const { device } = resident;
  let best: { readonly group: Group; readonly pick: Pick } | null = null;
  for (const group of floor.groups) {
    if (hasIdleHolder(floor, group)) continue;
    const pick = pickOf(floor, group);
    if (pick === null || (best !== null && !comesFirst(pick, best.pick))) continue;
    const loadMs = unloadMs(floor.state.costs, evictionsFor(floor.state, device, group)) + loadOf(floor.state, device, group.model).ms;
    if (floor.instantMs - pick.entry.task.readyMs < owedWaitMs || pick.ahead + loadMs + owedMs > resident.pick.ahead) continue;
    best = { group, pick };
  }
  if (best === null) return null;
  return grant(floor, {
    ...best,
    device,
    why: `${best.pick.entry.task.workspace} is owed more time than ${resident.pick.entry.task.workspace}`,
  });
}

/** Loads a model onto a device that has nothing to do, if the task would wait longer for one that holds it. */
function shortenWait(floor: Floor, late: boolean): Decision | null {
  let best: { readonly group: Group; readonly victim: Victim; readonly pick: Pick; readonly waitMs: number } | null = null;
  for (const group of floor.groups) {
    if (hasIdleHolder(floor, group)) continue;
    const pick = pickOf(floor, group);
    if (pick === null || pick.late !== late || (best !== null && !comesFirst(pick, best.pick))) continue;
    const victim = chooseVictim(floor, group);
    if (victim === null || victim.wanted) continue;
    const { nextFreeMs, lastStartMs, holders } = forecastOf(floor, group);
    const waitMs = late || holders === 0 ? nextFreeMs : lastStartMs;
    const displacedMs = (victim.comers * comerWaitMs + victim.reloads * comerReloads) * (victim.loadMs + pick.entry.workMs);
    if (waitMs <= victim.loadMs + displacedMs) {
      group.held = `waiting ${seconds(nextFreeMs)} for a resident model beats a ${seconds(victim.loadMs)} swap${sourceOf(victim)}`;
      continue;
    }
    best = { group, victim, pick, waitMs };
  }
  if (best === null) return null;
  const { group, victim, pick, waitMs } = best;
  const wait = Number.isFinite(waitMs) ? `waiting ${seconds(waitMs)} for a device that holds its model` : 'no device holds its model';
  return grant(floor, {
    group,
    pick,
    device: victim.device,
    why: `${wait}; loading it${sourceOf(victim)} takes ${seconds(victim.loadMs)}`,
  });
}

type Grant = { readonly group: Group; readonly pick: Pick; readonly device: Device; readonly why: string };

function grant(floor: Floor, { group, pick, device, why }: Grant): Decision {
  const { state, instantMs } = floor;
  const { task } = pick.entry;
  const { tier, ms: toLoadMs } = loadOf(state, device, group.model);
  const evict = evictionsFor(state, device, group);
  const ms = unloadMs(state.costs, evict) + toLoadMs;
  for (const forecasts of Object.values(floor.forecasts))
    for (const other of forecasts.keys())
      if (other === group || (other.model !== null && device.models.has(other.model))) forecasts.delete(other);
  floor.picks.delete(group);
  stopWaiting(state, task.id);
  const tasks = [task, ...(device.host.facts.runsBatches === false ? [] : companions(floor, { group, pick, loadMs: ms }))];
  const expectedMs = ms + batchMs(state.costs, { task, product: floor.pool.product, count: tasks.length });
  startAttempt(state, { tasks, host: device.host, devices: [device], tier, evict, expectedMs, startMs: instantMs, early: pick.early });
  // What was picked of a workspace that has reached its cap is picked no more.
  for (const [other, known] of floor.picks)
    if (known !== null && isCapped(shareOf(state, known.entry.task.workspace))) floor.picks.delete(other);
  return {
    type: 'grant',
    tasks: tasks.map(({ id }) => id),
    runner: device.host.facts.id,
    devices: [device.facts.id],
    tier,
    evict,
    expectedMs,
    reason: why,
  };
}

type Batch = { readonly group: Group; readonly pick: Pick; readonly loadMs: number };

/** Others that may run in one batch with a task, as long as all are in time together. */
function companions(floor: Floor, { group, pick, loadMs }: Batch): Demand[] {
  const { task } = pick.entry;
  const found: Demand[] = [];
  let dueMs = pick.late ? Number.POSITIVE_INFINITY : (task.deadlineMs ?? Number.POSITIVE_INFINITY);
  while (task.batch !== null && found.length + 1 < task.batchMost) {
    const next = pickOf(floor, group)?.entry.task;
    if (next === undefined || next.batch !== task.batch || next.priority !== task.priority || reachesCap(floor, next, [task, ...found]))
      break;
    const takesMs = loadMs + batchMs(floor.state.costs, { task, product: floor.pool.product, count: found.length + 2 });
    dueMs = Math.min(dueMs, pick.late ? dueMs : (next.deadlineMs ?? dueMs));
    if (floor.instantMs + takesMs > dueMs) break;
    stopWaiting(floor.state, next.id);
    floor.picks.delete(group);
    found.push(next);
  }
  return found;
}

/** Whether one more task beside those of its batch would be more than its workspace may run. */
function reachesCap({ state }: Floor, next: Demand, batch: readonly Demand[]): boolean {
  const { cap, running } = shareOf(state, next.workspace);
  return cap !== null && running + batch.filter(({ workspace }) => workspace === next.workspace).length >= cap;
}

/** An idle device that holds the group's model and is not kept for a task that needs several. */
function idleHolder({ state, pool, instantMs }: Floor, group: Group, { entry }: Pick): Device | null {
  const devices = group.model === null ? pool.idle : (pool.idleBy.get(group.model) ?? []);
  const endMs = instantMs + runMs(state.costs, { task: entry.task, product: pool.product });
  for (const device of devices) if (!isAvoided(group, device.host) && !isKept([device], { endMs, group: group.key })) return device;
  return null;
}

/** The task that goes next on an idle holder; where that one would delay a task that needs several devices, a shorter one of the same workspace. */
function fittingPick(floor: Floor, group: Group): { readonly pick: Pick; readonly device: Device } | null {
  const pick = pickOf(floor, group);
  if (pick === null) return null;
  const device = idleHolder(floor, group, pick);
  if (device !== null) return { pick, device };
  const line = group.bands[pick.entry.task.priority].get(pick.entry.task.workspace);
  for (const entry of pick.late || line === undefined ? [] : headOfLine(line, shorterLooked)) {
    const other = { ...pick, entry };
    const fitting = idleHolder(floor, group, other);
    if (fitting !== null) return { pick: other, device: fitting };
  }
  return null;
}

function hasIdleHolder({ pool }: Floor, group: Group): boolean {
  const { model, avoided } = group;
  const idle = model === null ? pool.idle : pool.idleBy.get(model);
  if (idle === undefined || avoided.size === 0) return (idle?.size ?? 0) > 0;
  for (const { host } of idle) if (!isAvoided(group, host)) return true;
  return false;
}

/** Where a model would be loaded from, in words that go on. */
function sourceOf({ tier }: Victim): string {
  return tier === 'none' || tier === 'resident' ? '' : ` from ${tier === 'store' ? 'the store' : tier}`;
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${Math.round(ms / 1000)} s` : 'without end';
}
