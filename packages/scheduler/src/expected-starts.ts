import { endsAt } from './attempts.ts';
import { isAvoided } from './avoid-tried.ts';
import { batchMs, loadMs, unloadMs } from './costs.ts';
import type { Demand } from './demand.ts';
import { type Device, type DevicePool, type Host, productOf, type SlotPool } from './fleet.ts';
import { serves } from './forecast.ts';
import type { Group } from './group.ts';
import { createPlaceHeap, type PlaceHeap } from './place-heap.ts';
import { servesOnSlots } from './place-slots.ts';
import type { State } from './state.ts';
import type { Waiting } from './turn-order.ts';

/** A device or slot as it will be: when it is free, and with which models. Slots of a host share theirs. */
export type Place = { readonly host: Host; readonly device: Device | null; readonly models: Set<string>; freeMs: number };

/** Places that any task finds alike but for what they hold. */
type PlacePool = {
  readonly serves: (group: Group) => boolean;
  readonly places: Place[];
  readonly any: PlaceHeap;
  readonly holding: Map<string, PlaceHeap>;
};

/** When tasks that have their turn one after the other start: what runs and what goes before them is looked through, and what loading takes. */
export type ExpectedStarts = {
  /** When the work of a task begins, its model loaded, in milliseconds; null where no place serves it. What it takes of devices counts for those after it. */
  take(waiting: Waiting): { readonly startMs: number; readonly tookMs: number } | null;
};

/** Loading another model must be worth so many times what it takes: places go on with what they hold. */
const worthLoads = 1;

/** The places of all that serve some groups, which stand in one line, as they are now. */
export function openStarts(state: State, groups: readonly Group[], instantMs: number): ExpectedStarts {
  const pools = poolsFor(state, groups, instantMs);
  const poolOf = new Map(pools.flatMap((pool) => pool.places.map((place) => [place, pool] as const)));
  const slotsOf = new Map<Host, Place[]>();
  for (const place of poolOf.keys()) if (place.device === null) slotsOf.set(place.host, [...(slotsOf.get(place.host) ?? []), place]);
  const byGroup = new Map<Group, readonly PlacePool[]>();
  const capped = new Map<string, number[]>();

  const loadOf = ({ host, device, models }: Place, { model }: Group): number => {
    if (model === null || models.has(model)) return 0;
    const tier = host.memory.has(model) ? 'memory' : host.disk.has(model) ? 'disk' : 'store';
    return loadMs(state.costs, { model, tier, product: device?.facts.product ?? productOf(host) });
  };
  const ready = (place: Place, group: Group): number => place.freeMs + loadOf(place, group);

  const one = (found: readonly PlacePool[], group: Group): Place | null => {
    let best: Place | null = null;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const { any, holding } of found) {
      const holder = group.model === null ? null : (holding.get(group.model)?.first() ?? null);
      for (const place of [holder, any.first()]) {
        if (place === null) continue;
        const atMs = place.freeMs + loadOf(place, group) * (1 + worthLoads);
        if (atMs >= bestMs) continue;
        best = place;
        bestMs = atMs;
      }
    }
    return best;
  };

  const several = (found: readonly PlacePool[], group: Group): readonly Place[] | null => {
    const fabrics = new Map<string, Place[]>();
    for (const { places } of found)
      for (const place of places) {
        const name = `${place.host.facts.id}|${place.device?.facts.fabric}`;
        const known = fabrics.get(name);
        if (known === undefined) fabrics.set(name, [place]);
        else known.push(place);
      }
    let best: readonly Place[] | null = null;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const places of fabrics.values()) {
      if (places.length < group.gpus) continue;
      const chosen = places.sort((a, b) => ready(a, group) - ready(b, group)).slice(0, group.gpus);
      const atMs = ready(chosen.at(-1) as Place, group);
      if (atMs >= bestMs) continue;
      best = chosen;
      bestMs = atMs;
    }
    return best;
  };

  const hold = (place: Place, { model, vramMib }: Group): number => {
    if (model === null) return 0;
    const { device, models } = place;
    if (models.has(model)) {
      models.delete(model);
      models.add(model);
      return 0;
    }
    const left = device === null ? [] : leaving(state, device, { models, model, vramMib });
    for (const each of left) models.delete(each);
    models.add(model);
    const pool = poolOf.get(place) as PlacePool;
    for (const each of device === null ? (slotsOf.get(place.host) ?? []) : [place]) holderHeap(pool, model).add(each);
    return unloadMs(state.costs, left);
  };

  return {
    take({ entry, group }) {
      const found = byGroup.get(group) ?? pools.filter((pool) => pool.serves(group));
      byGroup.set(group, found);
      const [single] = group.gpus > 1 ? [] : [one(found, group)];
      const places = group.gpus > 1 ? several(found, group) : single === undefined || single === null ? null : [single];
      if (places === null) return null;
      const { task } = entry;
      const ends = capped.get(task.workspace) ?? endsOfCapped(state, task.workspace, instantMs);
      if (ends !== null) capped.set(task.workspace, ends);
      const [first] = places as [Place];
      const product = first.device?.facts.product ?? productOf(first.host);
      const placesMs = Math.max(...places.map((place) => place.freeMs));
      const free = Math.max(placesMs, ends?.[0] ?? 0);
      const startMs = free + Math.max(...places.map((place) => loadOf(place, group) + hold(place, group)));
      const together = first.host.facts.runsBatches === false || task.batch === null ? 1 : Math.min(task.batchMost, group.count);
      const endMs = startMs + batchMs(state.costs, { task, product, count: together }) / together;
      // Who is held up by its cap takes a place only then: until then others have it.
      if (free <= placesMs) for (const place of places) place.freeMs = endMs;
      if (ends !== null) {
        ends[0] = endMs;
        ends.sort((a, b) => a - b);
      }
      return { startMs, tookMs: (endMs - free) * places.length };
    },
  };
}

/** When each of as many tasks as a workspace may run will have ended, soonest first; null where it has no cap. */
function endsOfCapped(state: State, workspace: string, instantMs: number): number[] | null {
  const cap = state.shares.get(workspace)?.cap ?? null;
  if (cap === null || cap <= 0) return null;
  const ends: number[] = [];
  for (const [id, attempt] of state.attempts) {
    const { workspace: its } = [attempt.task, ...attempt.batch].find((task) => task.id === id) as Demand;
    if (its === workspace) ends.push(endsAt(attempt, instantMs));
  }
  while (ends.length < cap) ends.push(instantMs);
  return ends.sort((a, b) => a - b);
}

function holderHeap({ holding }: PlacePool, model: string): PlaceHeap {
  const heap = holding.get(model) ?? createPlaceHeap(({ models }) => models.has(model));
  holding.set(model, heap);
  return heap;
}

/** The places that serve any of the groups and are not left to others by all of them. */
function poolsFor(state: State, groups: readonly Group[], instantMs: number): PlacePool[] {
  const pools = new Map<DevicePool | SlotPool, PlacePool>();
  const poolFor = (pool: DevicePool | SlotPool): PlacePool | null => {
    const found = pools.get(pool);
    if (found !== undefined) return found;
    const serve = (group: Group): boolean => ('byFree' in pool ? servesOnSlots(pool, group) : group.gpus > 0 && serves(state, pool, group));
    const made = { serves: serve, places: [], any: createPlaceHeap(), holding: new Map() };
    if (!groups.some(serve)) return null;
    pools.set(pool, made);
    return made;
  };
  const add = (pool: PlacePool, place: Place): void => {
    pool.places.push(place);
    pool.any.add(place);
    for (const model of place.models) holderHeap(pool, model).add(place);
  };
  const onSlots = groups.some(({ gpus }) => gpus === 0);
  for (const host of state.fleet.hosts.values()) {
    if (host.facts.draining || groups.every((group) => isAvoided(group, host))) continue;
    const slots = onSlots && host.slotPool !== null ? poolFor(host.slotPool) : null;
    if (slots !== null) {
      const models = new Set(host.memory);
      const busy = [...host.running].filter(({ devices }) => devices.length === 0);
      for (let slot = 0; slot < host.facts.slots; slot++) {
        const attempt = busy[slot];
        add(slots, { host, device: null, models, freeMs: attempt === undefined ? instantMs : endsAt(attempt, instantMs) });
      }
    }
    for (const device of onSlots ? [] : host.devices) {
      const pool = device.pool === null ? null : poolFor(device.pool);
      const freeMs = device.attempt === null ? instantMs : endsAt(device.attempt, instantMs);
      if (pool !== null) add(pool, { host, device, models: new Set(device.models), freeMs });
    }
  }
  return [...pools.values()];
}

type Leaving = { readonly models: ReadonlySet<string>; readonly model: string; readonly vramMib: number };

/** Models that leave a device so that another fits, used longest ago first. */
function leaving({ costs }: State, { facts }: Device, { models, model, vramMib }: Leaving): string[] {
  const mib = (id: string): number => costs.models.get(id)?.vramMib ?? 0;
  let free = facts.vramMib - vramMib - mib(model);
  for (const each of models) free -= mib(each);
  const left: string[] = [];
  for (const each of models) {
    if (free >= 0) break;
    left.push(each);
    free += mib(each);
  }
  return left;
}
