import { startAttempt } from './attempts.ts';
import { canRun, isAvoided, togetherOn } from './avoid-tried.ts';
import { evictionsFor } from './choose-victim.ts';
import { loadMs, runMs, unloadMs } from './costs.ts';
import type { Decision, Tier } from './demand.ts';
import { type Device, type Host, productOf, slotTier } from './fleet.ts';
import { loadOf } from './forecast.ts';
import type { Group } from './group.ts';
import { firstOf, type Pick } from './pick-line.ts';
import { offerPlaces } from './places.ts';
import type { State } from './state.ts';
import { isOpen } from './takes-work.ts';
import { turnsOf } from './turns.ts';
import { stopWaiting } from './waiting.ts';

/** Of all runners so many are kept for tasks that run alone; one at least. */
const keptPart = 0.25;

/**
 * Places tasks that may be what their runners were lost by, each on a runner that does nothing else while it runs. Where none has nothing to do the one that
 * will soonest is kept for the first of a group, and is given nothing more until then.
 */
export function placeApart(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  const groups = [...state.groups.values()].filter(({ alone }) => alone);
  freeKept(state, groups);
  for (const resource of ['gpu', 'slot'] as const) {
    const turns = turnsOf(state, { groups: groups.filter(({ gpus }) => gpus > 0 === (resource === 'gpu')), resource });
    const blocked = new Set<Group>();
    for (;;) {
      const next = firstOf(
        turns,
        turns.groups.filter((group) => !blocked.has(group)),
      );
      if (next === null) break;
      const { group, pick } = next;
      const host = emptyFor(state, group);
      group.held = host === null ? keep(state, group) : '';
      if (host === null) blocked.add(group);
      else decisions.push(grant(state, { group, pick, host, instantMs }));
    }
  }
  return decisions;
}

/** What is kept for tasks that wait no longer is offered to all. */
function freeKept({ fleet }: State, groups: readonly Group[]): void {
  if (fleet.apart.size === 0) return;
  const waiting = new Set(groups.map(({ key }) => key));
  for (const host of fleet.apart) {
    if (host.running.size > 0 || (host.apart !== null && waiting.has(host.apart))) continue;
    host.apart = null;
    fleet.apart.delete(host);
    offerPlaces(fleet, host);
  }
}

function ableFor({ fleet, costs }: State, group: Group): Host[] {
  const weights = group.model === null ? 0 : (costs.models.get(group.model)?.vramMib ?? 0);
  return [...fleet.hosts.values()].filter(
    (host) =>
      canRun(host, group, weights) &&
      !isAvoided(group, host) &&
      (isOpen(host) || (host.apart === group.key && host.health.untilMs === null)),
  );
}

/** A runner with nothing to do; one that holds the model first. */
function emptyFor(state: State, group: Group): Host | null {
  const empty = ableFor(state, group).filter(({ running }) => running.size === 0);
  const { model } = group;
  return (model === null ? undefined : empty.find((host) => holds(host, model))) ?? empty[0] ?? null;
}

function holds({ slotModels, devices }: Host, model: string): boolean {
  return slotModels.has(model) || devices.some(({ models }) => models.has(model));
}

/** Keeps the runner whose work ends soonest; gives why the task waits. */
function keep(state: State, group: Group): string {
  const { fleet } = state;
  const why = (host: Host): string => `its runner was lost with it before, so it runs alone: ${host.health.name} is kept for it`;
  const able = ableFor(state, group);
  const kept = able.find(({ apart }) => apart === group.key);
  if (kept !== undefined) return why(kept);
  const most = Math.max(1, Math.floor(fleet.hosts.size * keptPart));
  if (able.length === 0 || fleet.apart.size >= most)
    return 'its runner was lost with it before, so it runs alone: no runner is free for it';
  const endMs = ({ running }: Host): number => Math.max(...[...running].map(({ expectedEndMs }) => expectedEndMs));
  const soonest = able.reduce((best, host) => (endMs(host) < endMs(best) ? host : best));
  soonest.apart = group.key;
  fleet.apart.add(soonest);
  offerPlaces(fleet, soonest);
  return why(soonest);
}

type Grant = { readonly group: Group; readonly pick: Pick; readonly host: Host; readonly instantMs: number };

function grant(state: State, { group, pick, host, instantMs }: Grant): Decision {
  const { task } = pick.entry;
  const devices = devicesFor(state, group, host);
  const evict = [...new Set(devices.flatMap((device) => evictionsFor(state, device, group)))];
  const { tier, ms } = devices.length > 0 ? slowestLoad(state, devices, group) : slotLoad(state, host, group);
  const product = productOf(host, devices);
  const expectedMs = unloadMs(state.costs, evict) + ms + runMs(state.costs, { task, product });
  stopWaiting(state, task.id);
  host.apart = group.key;
  state.fleet.apart.add(host);
  startAttempt(state, { tasks: [task], host, devices, tier, evict, expectedMs, startMs: instantMs, early: pick.early });
  return {
    type: 'grant',
    tasks: [task.id],
    runner: host.facts.id,
    devices: devices.map(({ facts }) => facts.id),
    tier,
    evict,
    expectedMs,
    reason: 'it runs alone, since its runner was lost with it before',
  };
}

/** As many devices of one fabric as it needs, those that hold its model first. */
function devicesFor({ costs }: State, group: Group, host: Host): readonly Device[] {
  if (group.gpus === 0) return [];
  const weights = group.model === null ? 0 : (costs.models.get(group.model)?.vramMib ?? 0);
  const found = togetherOn(host, group, weights) ?? [];
  const { model } = group;
  const missing = ({ models }: Device): number => (model !== null && models.has(model) ? 0 : 1);
  return found.toSorted((a, b) => missing(a) - missing(b)).slice(0, group.gpus);
}

type Load = { readonly tier: Tier; readonly ms: number };

function slowestLoad(state: State, devices: readonly Device[], { model }: Group): Load {
  return devices.map((device) => loadOf(state, device, model)).reduce((a, b) => (b.ms > a.ms ? b : a));
}

function slotLoad({ costs }: State, host: Host, { model }: Group): Load {
  if (model === null) return { tier: 'none', ms: 0 };
  const tier = slotTier(host, model);
  return { tier, ms: loadMs(costs, { model, tier, product: productOf(host) }) };
}
