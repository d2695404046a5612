import { isAvoided } from './avoid-tried.ts';
import { loadMs } from './costs.ts';
import { priorities, type Tier } from './demand.ts';
import { type Device, type DevicePool, tierIn } from './fleet.ts';
import type { Group } from './group.ts';
import type { State } from './state.ts';
import { pressesByMs, type Round, roundOfLine, type Turns } from './turns.ts';
import { comparePlaces, type Entry, headOfLine, headToBegin, type WaitingLine } from './waiting-line.ts';

/** How many of a group's first tasks are looked at, and of how many devices. */
const looked = 32;
/** A deadline is taken to be in danger when it would be met by less than this. */
const marginMs = 5000;

/** What becomes of a group's waiting tasks if nothing is loaded for it: by devices that hold its model. */
export type Forecast = {
  readonly holders: number;
  /** Until a device that holds the model is free; infinite where none does. */
  readonly nextFreeMs: number;
  /** First tasks that can be in time, soonest due first. */
  readonly first: readonly Entry[];
  /** Of those, the ones that would be late. */
  readonly missed: readonly Entry[];
  /** When the last of those looked at would start. */
  readonly lastStartMs: number;
};

/** What waits and has its turn in a round or before it. */
type Ahead = { readonly turns: Turns; readonly round: Round };

/** Looks ahead over devices that hold the model, `without` of them taken away. */
export function forecast(
  state: State,
  group: Group,
  { turns, round, instantMs, without = 0 }: Ahead & { readonly instantMs: number; readonly without?: number },
): Forecast {
  const freeMs = freeTimes(state, group, instantMs).slice(without);
  const first = firstOf(group, { turns, round });
  const missed: Entry[] = [];
  let lastStartMs = 0;
  const times = [...freeMs];
  for (const entry of first) {
    const startMs = times[0] ?? Number.POSITIVE_INFINITY;
    lastStartMs = startMs;
    const late = instantMs + startMs + entry.workMs + marginMs > entry.dueMs;
    if (late) missed.push(entry);
    // What is lost anyway is not run before what is not.
    if (times.length === 0 || (late && entry.task.deadlineMs !== null)) continue;
    times[0] = startMs + entry.workMs;
    sink(times);
  }
  return { holders: freeMs.length, nextFreeMs: freeMs[0] ?? Number.POSITIVE_INFINITY, first, missed, lastStartMs };
}

/** How many of the given tasks one more device would save, and the time it would be busy with them from `loadMs` on. */
export function saved(
  entries: readonly Entry[],
  { instantMs, loadMs }: { readonly instantMs: number; readonly loadMs: number },
): { readonly count: number; readonly busyMs: number } {
  let atMs = loadMs;
  let count = 0;
  for (const entry of entries) {
    if (entry.task.deadlineMs !== null && instantMs + atMs + entry.workMs > entry.dueMs) continue;
    count++;
    atMs += entry.workMs;
  }
  return { count, busyMs: atMs };
}

/** Where a device would take a model's weights from, and how long that takes. */
export function loadOf(state: State, device: Device, model: string | null): { readonly tier: Tier; readonly ms: number } {
  if (model === null) return { tier: 'none', ms: 0 };
  const { host } = device;
  const tier = device.models.has(model) ? 'resident' : tierIn(host, model);
  return { tier, ms: loadMs(state.costs, { model, tier, product: device.facts.product }) };
}

/** Whether a device's place and kind suit a group; VRAM counts as if nothing were loaded. */
export function serves(state: State, pool: DevicePool, group: Group): boolean {
  const weights = group.model === null ? 0 : (state.costs.models.get(group.model)?.vramMib ?? 0);
  return (
    pool.capabilities.has(group.capability) &&
    (group.region === null || group.region === pool.region) &&
    (group.pool === null || group.pool === pool.pool) &&
    pool.vramMib >= weights + group.vramMib
  );
}

/** Until each device that holds the model is free, soonest first, as a heap. */
function freeTimes(state: State, group: Group, instantMs: number): number[] {
  const holders = group.model === null ? [] : (state.fleet.holders.get(group.model) ?? []);
  const times: number[] = [];
  for (const device of holders) {
    if (times.length === 2 * looked) break;
    if (device.pool === null || device.host.facts.draining || isAvoided(group, device.host) || !serves(state, device.pool, group)) continue;
    // One that is loading for another of this model is as good as held.
    times.push(device.attempt === null ? 0 : Math.max(0, device.attempt.expectedEndMs - instantMs));
  }
  return times.sort((a, b) => a - b);
}

/** Moves the first of a sorted list to its place. */
function sink(times: number[]): void {
  for (let at = 0; at + 1 < times.length && (times[at] as number) > (times[at + 1] as number); at++) {
    const moved = times[at] as number;
    times[at] = times[at + 1] as number;
    times[at + 1] = moved;
  }
}

function firstOf(group: Group, { turns, round }: Ahead): Entry[] {
  const lines: WaitingLine[] = [];
  const heads: Entry[] = [];
  const byMs = pressesByMs(turns, group);
  for (const priority of priorities)
    for (const line of group.bands[priority].values()) {
      if (roundOfLine(turns, priority, line) <= round) lines.push(line);
      else if (byMs >= turns.state.instantMs) heads.push(...headToBegin(line, { byMs, most: 2 }));
    }
  const each = Math.max(2, Math.ceil((2 * looked) / lines.length));
  for (const line of lines) heads.push(...headOfLine(line, each));
  return heads.sort(comparePlaces).slice(0, looked);
}
