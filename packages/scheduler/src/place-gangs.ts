import { startAttempt } from './attempts.ts';
import { isAvoided } from './avoid-tried.ts';
import { evictionsFor } from './choose-victim.ts';
import { runMs, unloadMs } from './costs.ts';
import type { Decision, Demand, Tier } from './demand.ts';
import type { Device, Host } from './fleet.ts';
import { loadOf, serves } from './forecast.ts';
import type { Group } from './group.ts';
import { isKept } from './is-kept.ts';
import { firstOf, type Pick } from './pick-line.ts';
import type { State } from './state.ts';
import { turnsOf } from './turns.ts';
import { stopWaiting } from './waiting.ts';

/** Of the hosts with several devices; one host at least. */
const keptPart = 0.5;

/**
 * Places tasks that need several GPUs of one host and fabric, all or none, whose turn it is first. For the first of a kind that finds none the devices
 * of one host are kept: others may use them only as long as that delays it in nothing, so that neither small nor large ones starve.
 */
export function placeGangs(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  const groups = [...state.groups.values()].filter((group) => group.gpus > 1 && !group.alone);
  for (const host of state.fleet.wide) if (host.reserved !== null && !state.groups.has(host.reserved.group)) host.reserved = null;
  if (groups.length === 0) return decisions;
  const turns = turnsOf(state, { groups: [...state.groups.values()].filter((group) => group.gpus > 0), resource: 'gpu' });
  const blocked = new Set<Group>();
  for (;;) {
    const next = firstOf(
      turns,
      groups.filter((group) => !blocked.has(group)),
    );
    if (next === null) return decisions;
    const { group, pick } = next;
    const { task } = pick.entry;
    const devices = idleTogether(state, { group, task, instantMs });
    if (devices !== null) decisions.push(grant(state, { group, pick, devices, instantMs }));
    else {
      blocked.add(group);
      if (mayKeep(state, group)) keepDevices(state, { group, instantMs });
    }
  }
}

type Gang = { readonly group: Group; readonly task: Demand; readonly instantMs: number };

/** Devices are kept until a task of their group runs there or none waits, on part of the hosts at a time: many half-empty hosts help nobody. */
function mayKeep(state: State, group: Group): boolean {
  let kept = 0;
  for (const { reserved } of state.fleet.wide) if (reserved !== null && reserved.group !== group.key) kept++;
  return kept < Math.max(1, Math.floor(state.fleet.wide.size * keptPart));
}

/** The fewest loads among hosts with enough idle devices on one fabric that are not kept for another, and among equals the fewest NUMA nodes. */
function idleTogether(state: State, { group, task, instantMs }: Gang): readonly Device[] | null {
  let best: readonly Device[] | null = null;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const host of state.fleet.wide) {
    if (host.facts.draining || isAvoided(group, host)) continue;
    for (const devices of fabricsOf(state, host, group).flatMap((fabric) => idleSets(fabric, group.gpus))) {
      const byLoad = devices.map((device) => ({ device, ms: loadOf(state, device, group.model).ms })).sort((a, b) => a.ms - b.ms);
      const chosen = byLoad.slice(0, group.gpus).map(({ device }) => device);
      const ms = byLoad[group.gpus - 1]?.ms ?? 0;
      const endMs = instantMs + ms + runMs(state.costs, { task, product: devices[0]?.facts.product ?? '' });
      const isBetter = ms < bestMs || (ms === bestMs && best !== null && nodesOf(chosen).size < nodesOf(best).size);
      if (!isBetter || isKept(chosen, { endMs, group: group.key })) continue;
      best = chosen;
      bestMs = ms;
    }
  }
  return best;
}

/** Of a fabric its idle devices, and those of each NUMA node by themselves, as far as they are enough. */
function idleSets(fabric: readonly Device[], gpus: number): readonly (readonly Device[])[] {
  const idle = fabric.filter((device) => device.attempt === null);
  const nodes = nodesOf(idle);
  const apart = nodes.size < 2 ? [] : [...nodes].map((node) => idle.filter((device) => device.facts.numaNode === node));
  return [idle, ...apart].filter((devices) => devices.length >= gpus);
}

function nodesOf(devices: readonly Device[]): ReadonlySet<number | null | undefined> {
  return new Set(devices.map(({ facts }) => facts.numaNode));
}

/** Keeps the devices of the host that will have enough of them soonest. */
function keepDevices(state: State, { group, instantMs }: Omit<Gang, 'task'>): void {
  let best: { readonly host: Host; readonly fabric: string } | null = null;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const host of state.fleet.wide) {
    if (host.reserved?.group === group.key) host.reserved = null;
    if (host.facts.draining || host.reserved !== null || isAvoided(group, host)) continue;
    for (const devices of fabricsOf(state, host, group)) {
      const ends = devices.map((device) => Math.max(instantMs, device.attempt?.expectedEndMs ?? instantMs)).sort((a, b) => a - b);
      const atMs = ends[group.gpus - 1];
      if (atMs === undefined || atMs >= bestMs) continue;
      best = { host, fabric: devices[0]?.facts.fabric ?? '' };
      bestMs = atMs;
    }
  }
  if (best === null) return;
  best.host.reserved = { group: group.key, gpus: group.gpus, fabric: best.fabric, atMs: bestMs };
  group.held = `${group.gpus} devices of ${best.host.facts.id} are kept for it; the last is free in ${Math.round((bestMs - instantMs) / 1000)} s`;
}

/** A host's devices that suit the group, by fabric. */
function fabricsOf(state: State, host: Host, group: Group): Device[][] {
  const fabrics = new Map<string, Device[]>();
  for (const device of host.devices) {
    if (device.pool === null || !serves(state, device.pool, group)) continue;
    const { fabric } = device.facts;
    fabrics.set(fabric, [...(fabrics.get(fabric) ?? []), device]);
  }
  return [...fabrics.values()].filter((devices) => devices.length >= group.gpus);
}

type Grant = { readonly group: Group; readonly pick: Pick; readonly devices: readonly Device[]; readonly instantMs: number };

function grant(state: State, { group, pick, devices, instantMs }: Grant): Decision {
  const { task } = pick.entry;
  const [first] = devices as [Device, ...Device[]];
  const { host } = first;
  const slowest = devices.map((device) => loadOf(state, device, group.model)).sort((a, b) => b.ms - a.ms)[0] as { tier: Tier; ms: number };
  const evict = [...new Set(devices.flatMap((device) => evictionsFor(state, device, group)))];
  const expectedMs = unloadMs(state.costs, evict) + slowest.ms + runMs(state.costs, { task, product: first.facts.product });
  stopWaiting(state, task.id);
  startAttempt(state, { tasks: [task], host, devices, tier: slowest.tier, evict, expectedMs, startMs: instantMs, early: pick.early });
  for (const other of state.fleet.wide) if (other.reserved?.group === group.key) other.reserved = null;
  const reason = `${group.gpus} devices of one host are free together`;
  return {
    type: 'grant',
    tasks: [task.id],
    runner: host.facts.id,
    devices: devices.map(({ facts }) => facts.id),
    tier: slowest.tier,
    evict,
    expectedMs,
    reason,
  };
}
