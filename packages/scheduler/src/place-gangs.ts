import { startAttempt } from './attempts.ts';
import { evictionsFor } from './choose-victim.ts';
import { runMs } from './costs.ts';
import { type Decision, type Demand, priorities, type Tier } from './demand.ts';
import type { Device, Host } from './fleet.ts';
import { loadOf, serves } from './forecast.ts';
import type { Group } from './group.ts';
import { type Pick, pickEntry } from './pick-line.ts';
import type { State } from './state.ts';
import { stopWaiting } from './waiting.ts';

/**
 * Places tasks that need several GPUs of one host and fabric, all or none. Where none has enough of them idle, the first of each kind has those
 * of one host kept: smaller tasks may use them only as long as they end before the last of them is free, so that neither starves.
 */
export function placeGangs(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  for (const host of state.fleet.wide) if (host.reserved !== null && !state.entries.has(host.reserved.task)) host.reserved = null;
  for (const priority of priorities) {
    for (const group of state.groups.values()) {
      if (group.gpus < 2) continue;
      for (;;) {
        const pick = pickEntry(state, group, { priority, resource: 'gpu' });
        if (pick === null) break;
        const devices = idleTogether(state, group, pick);
        if (devices === null) {
          keepDevices(state, { group, task: pick.entry.task, instantMs });
          break;
        }
        decisions.push(grant(state, { group, task: pick.entry.task, devices, instantMs }));
      }
    }
  }
  return decisions;
}

/** The fewest loads among hosts with enough idle devices on one fabric. */
function idleTogether(state: State, group: Group, pick: Pick): readonly Device[] | null {
  let best: readonly Device[] | null = null;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const host of state.fleet.wide) {
    if (host.facts.draining || (host.reserved !== null && host.reserved.task !== pick.entry.task.id)) continue;
    for (const devices of fabricsOf(state, host, group)) {
      const idle = devices.filter((device) => device.attempt === null);
      if (idle.length < group.gpus) continue;
      const byLoad = idle.map((device) => ({ device, ms: loadOf(state, device, group.model).ms })).sort((a, b) => a.ms - b.ms);
      const chosen = byLoad.slice(0, group.gpus);
      const ms = chosen.at(-1)?.ms ?? 0;
      if (ms >= bestMs) continue;
      best = chosen.map(({ device }) => device);
      bestMs = ms;
    }
  }
  return best;
}

/** Keeps the devices of the host that will have enough of them soonest. */
function keepDevices(
  state: State,
  { group, task, instantMs }: { readonly group: Group; readonly task: Demand; readonly instantMs: number },
): void {
  let best: Host | null = null;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const host of state.fleet.wide) {
    if (host.reserved?.task === task.id) host.reserved = null;
    if (host.facts.draining || host.reserved !== null) continue;
    for (const devices of fabricsOf(state, host, group)) {
      const ends = devices.map((device) => Math.max(instantMs, device.attempt?.expectedEndMs ?? instantMs)).sort((a, b) => a - b);
      const atMs = ends[group.gpus - 1];
      if (atMs === undefined || atMs >= bestMs) continue;
      best = host;
      bestMs = atMs;
    }
  }
  if (best === null) return;
  best.reserved = { task: task.id, gpus: group.gpus, atMs: bestMs };
  group.held = `${group.gpus} devices of ${best.facts.id} are kept for it; the last is free in ${Math.round((bestMs - instantMs) / 1000)} s`;
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

type Grant = { readonly group: Group; readonly task: Demand; readonly devices: readonly Device[]; readonly instantMs: number };

function grant(state: State, { group, task, devices, instantMs }: Grant): Decision {
  const [first] = devices as [Device, ...Device[]];
  const { host } = first;
  const slowest = devices.map((device) => loadOf(state, device, group.model)).sort((a, b) => b.ms - a.ms)[0] as { tier: Tier; ms: number };
  const evict = [...new Set(devices.flatMap((device) => evictionsFor(state, device, group)))];
  const expectedMs = slowest.ms + runMs(state.costs, { task, product: first.facts.product });
  stopWaiting(state, task.id);
  startAttempt(state, { tasks: [task], host, devices, tier: slowest.tier, evict, expectedMs, startMs: instantMs });
  host.reserved = null;
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
