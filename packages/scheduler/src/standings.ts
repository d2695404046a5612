import { isAvoided } from './avoid-tried.ts';
import { runMs } from './costs.ts';
import { priorities } from './demand.ts';
import { type Host, slotProduct } from './fleet.ts';
import { serves } from './forecast.ts';
import { type Group, linesOf } from './group.ts';
import { servesOnSlots } from './place-slots.ts';
import { isCapped } from './shares.ts';
import type { State } from './state.ts';
import { allOfLine, comparePlaces, type Entry } from './waiting-line.ts';

/** The reason of a task that waits for nothing but its grant. */
export const aboutToBegin = 'it is about to begin';

/** Where a waiting task stands: how many go before it to the same places, when it is expected to start (null where nobody can say), and why it waits. */
export type Standing = {
  readonly task: string;
  readonly position: number;
  readonly expectedStartMs: number | null;
  readonly reason: string;
};

/** Of all waiting tasks, or of those of one build, as of the last step. Costs about a microsecond for each task that waits in the same lines. */
export function standings(state: State, instantMs: number, build?: string): Standing[] {
  return [...eachStanding(state, instantMs, build)];
}

/** As `standings`, one by one: what waits is looked at with the first, and between the others steps may be made; what was taken out meanwhile may be told too. */
export function* eachStanding(state: State, instantMs: number, build?: string): Generator<Standing> {
  const later = [...state.later.values()];
  const lines = [...sharingPlaces(state)].map((groups) => ({ ...placesOf(state, groups[0], instantMs), entries: inOrder(groups) }));
  for (const task of later) {
    if (build !== undefined && task.build !== build) continue;
    const wait = Math.ceil((task.readyMs - instantMs) / 1000);
    yield { task: task.id, position: 0, expectedStartMs: task.readyMs, reason: `it is tried again in ${wait} s` };
  }
  for (const { places, why, entries } of lines) {
    let position = 0;
    for (const { entry, group } of entries) {
      const startMs = places.length === 0 ? null : takePlace(places, { state, entry, group, instantMs });
      const share = state.shares.get(entry.task.workspace);
      if (build === undefined || entry.task.build === build) {
        const capped = share !== undefined && isCapped(share);
        const reason = capped ? `its workspace runs ${share.running} of at most ${share.cap} tasks` : why(group, position);
        yield { task: entry.task.id, position, expectedStartMs: startMs, reason };
      }
      position++;
    }
  }
}

/** Groups whose tasks go one after the other, since the same slots serve them all; others stand alone. */
function sharingPlaces(state: State): Iterable<readonly [Group, ...Group[]]> {
  const lines = new Map<string, [Group, ...Group[]]>();
  for (const group of state.groups.values()) {
    const pools =
      group.gpus > 0 || group.alone || group.tried.length > 0
        ? []
        : [...state.fleet.slotPools.values()].filter((pool) => servesOnSlots(pool, group));
    const name = pools.length === 0 ? `group ${group.key}` : `slots ${pools.map(({ key }) => key).join('\n')}`;
    const line = lines.get(name);
    if (line === undefined) lines.set(name, [group]);
    else line.push(group);
  }
  return lines.values();
}

type Places = { readonly places: number[]; readonly why: (group: Group, position: number) => string };

/** When each place that suits a group is free, soonest first, and why none is now. */
function placesOf(state: State, group: Group, instantMs: number): Places {
  const hosts = [...state.fleet.hosts.values()];
  const able = hosts.filter(({ facts }) => facts.capabilities.includes(group.capability));
  if (able.length === 0) return { places: [], why: () => `no runner offers ${group.capability}` };
  const here = able.filter(({ facts }) => (group.pool ?? facts.pool) === facts.pool && (group.region ?? facts.region) === facts.region);
  if (here.length === 0)
    return { places: [], why: () => `no runner that can is in ${[group.pool, group.region].filter(Boolean).join(', ')}` };
  const staying = here.filter(({ facts }) => !facts.draining);
  if (staying.length === 0) return { places: [], why: () => 'all runners that can are draining' };
  const untried = staying.filter((host) => !isAvoided(group, host));
  const open = untried.filter((host) => host.health.untilMs === null);
  if (open.length === 0) return { places: [], why: () => untried.map((host) => restReason(host, instantMs)).join('; ') };
  const places: number[] = [];
  let busy = 0;
  if (group.gpus === 0) {
    for (const host of open) {
      for (let free = 0; free < host.freeSlots; free++) places.push(instantMs);
      for (const attempt of host.running) {
        if (attempt.devices.length > 0) continue;
        places.push(Math.max(instantMs, attempt.expectedEndMs));
        busy++;
      }
    }
  } else {
    const devices = open.flatMap((host) => host.devices).filter((device) => device.pool !== null && serves(state, device.pool, group));
    if (devices.length === 0) return { places: [], why: () => `no runner has ${gibOf(state, group)} GiB on a device` };
    for (const device of devices) places.push(Math.max(instantMs, device.attempt?.expectedEndMs ?? instantMs));
    busy = devices.filter(({ attempt }) => attempt !== null).length;
    if (group.gpus > 1 && !open.some((host) => host.devices.length >= group.gpus))
      return { places: [], why: () => `no runner has ${group.gpus} devices` };
  }
  places.sort((a, b) => a - b);
  const kind = group.gpus === 0 ? 'slots' : 'devices';
  const first = ({ held, avoided }: Group): string => {
    if (held !== '') return held;
    if (busy < places.length) return aboutToBegin;
    const why = `all ${busy} ${kind} that can are busy`;
    return avoided.size === 0 ? why : `it did not succeed on ${[...avoided].join(', ')}: ${why}`;
  };
  return {
    places,
    why: (of, position) => (position === 0 ? first(of) : `${position} ${position === 1 ? 'task goes' : 'tasks go'} before it`),
  };
}

function restReason({ health }: Host, instantMs: number): string {
  const forMs = Math.max(0, (health.untilMs ?? instantMs) - instantMs);
  return `${health.name} failed ${health.against.size} different tasks and is given nothing for ${Math.ceil(forMs / 1000)} s`;
}

/** Takes the place that is free first; gives when. */
function takePlace(
  places: number[],
  { state, entry, group, instantMs }: { readonly state: State; readonly entry: Entry; readonly group: Group; readonly instantMs: number },
): number {
  const startMs = Math.max(instantMs, places[group.gpus > 1 ? Math.min(group.gpus, places.length) - 1 : 0] as number);
  const product = state.products.get(group.placeKey) ?? slotProduct;
  const endMs = startMs + runMs(state.costs, { task: entry.task, product });
  for (let taken = 0; taken < Math.max(1, group.gpus); taken++) replaceFirst(places, endMs);
  return startMs;
}

/** Puts a later time in place of the first of a heap. A sorted list is a heap. */
function replaceFirst(heap: number[], value: number): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const least = right < heap.length && (heap[right] as number) < (heap[left] as number) ? right : left;
    if ((heap[least] as number) >= value) break;
    heap[at] = heap[least] as number;
    at = least;
  }
  heap[at] = value;
}

/** Priorities one after the other; within one, as dates have it. */
function inOrder(groups: readonly Group[]): { readonly entry: Entry; readonly group: Group }[] {
  return priorities.flatMap((priority) =>
    groups
      .flatMap((group) =>
        [...linesOf(group)].flatMap(([each, line]) => (each === priority ? allOfLine(line).map((entry) => ({ entry, group })) : [])),
      )
      .sort((a, b) => comparePlaces(a.entry, b.entry)),
  );
}

function gibOf(state: State, group: Group): number {
  const weights = group.model === null ? 0 : (state.costs.models.get(group.model)?.vramMib ?? 0);
  return Math.ceil((weights + group.vramMib) / 1024);
}
