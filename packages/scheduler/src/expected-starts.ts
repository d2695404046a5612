import { endsAt } from './attempts.ts';
import { isAvoided } from './avoid-tried.ts';
import { batchMs, loadMs, msOf, type RunRate, runRate, unloadMs } from './costs.ts';
import type { Demand, Tier } from './demand.ts';
import { type Device, type DevicePool, type Host, productOf, type SlotPool, tierIn } from './fleet.ts';
import { serves } from './forecast.ts';
import type { Group } from './group.ts';
import { createPlaceHeap, type PlaceHeap } from './place-heap.ts';
import { servesOnSlots } from './place-slots.ts';
import type { State } from './state.ts';
import type { Waiting } from './turn-order.ts';

/** A device or slot as it will be: when it is free, and with which models. Slots of a host share theirs. */
export type Place = {
  readonly pool: PlacePool;
  readonly host: Host;
  readonly device: Device | null;
  readonly product: string;
  readonly models: Set<string>;
  /** The slots of its host, or the device alone: what one loads all of them hold. */
  readonly sharing: Place[];
  freeMs: number;
};

/** Places that any task finds alike but for what they hold. */
type PlacePool = {
  readonly serves: (group: Group) => boolean;
  readonly places: Place[];
  readonly products: Set<string>;
  readonly any: PlaceHeap;
  readonly holding: Map<string, PlaceHeap>;
};

/** A pool as a group finds it: those that hold its model, and what loading it takes on others at least. */
type Reach = { readonly pool: PlacePool; readonly holding: PlaceHeap | null; readonly leastMs: number };

/** What loading a model takes on a product, from each place where its weights may be. */
type Loads = { readonly memory: number; readonly disk: number; readonly store: number };

/** When tasks that have their turn one after the other start: what runs and what goes before them is looked through, and what loading takes. */
export type ExpectedStarts = {
  /** When the first place that serves a group is free; Infinity where none does. */
  firstMs(group: Group): number;
  /** When the work of a task begins, its model loaded, in milliseconds; null where no place serves it. What it takes of devices counts for those after it. */
  take(waiting: Waiting): { readonly startMs: number; readonly endMs: number; readonly tookMs: number } | null;
};

/** Loading another model must be worth so many times what it takes: places go on with what they hold. */
const worthLoads = 1;

/** The places of all that serve some groups, which stand in one line, as they are now. It is asked for each task that waits: what it looks up again and again is kept. */
export function openStarts(state: State, groups: readonly Group[], instantMs: number): ExpectedStarts {
  const pools = poolsFor(state, groups, instantMs);
  const reaches = new Map<Group, readonly Reach[]>();
  const capped = endsOfCapped(state, instantMs);

  const loads = new Map<string, Map<string, Loads>>();
  const loadsOf = (model: string, product: string): Loads => {
    const byProduct = loads.get(model) ?? new Map<string, Loads>();
    const known = byProduct.get(product);
    if (known !== undefined) return known;
    const ms = (tier: Tier): number => loadMs(state.costs, { model, tier, product });
    const found = { memory: ms('memory'), disk: ms('disk'), store: ms('store') };
    loads.set(model, byProduct.set(product, found));
    return found;
  };

  const reachOf = (group: Group): readonly Reach[] => {
    const known = reaches.get(group);
    if (known !== undefined) return known;
    const { model } = group;
    const found = pools
      .filter((pool) => pool.serves(group))
      .map((pool): Reach => {
        if (model === null) return { pool, holding: null, leastMs: 0 };
        const leastMs = Math.min(...[...pool.products].flatMap((product) => Object.values(loadsOf(model, product))));
        return { pool, holding: holderHeap(pool, model), leastMs };
      });
    reaches.set(group, found);
    return found;
  };

  const loadOf = ({ host, product, models }: Place, { model }: Group): number => {
    if (model === null || models.has(model)) return 0;
    return loadsOf(model, product)[tierIn(host, model)];
  };
  const ready = (place: Place, group: Group): number => place.freeMs + loadOf(place, group);

  const one = (found: readonly Reach[], group: Group): Place | null => {
    let best: Place | null = null;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const { holding } of found) {
      if (holding === null || holding.firstMs() >= bestMs) continue;
      best = holding.first();
      bestMs = holding.firstMs();
    }
    for (const { pool, leastMs } of found) {
      if (pool.any.firstMs() + leastMs * (1 + worthLoads) >= bestMs) continue;
      const place = pool.any.first() as Place;
      const atMs = place.freeMs + loadOf(place, group) * (1 + worthLoads);
      if (atMs >= bestMs) continue;
      best = place;
      bestMs = atMs;
    }
    return best;
  };

  const several = (found: readonly Reach[], group: Group): readonly Place[] | null => {
    const fabrics = new Map<string, Place[]>();
    for (const { pool } of found)
      for (const place of pool.places) {
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

  /** What loading takes where the model is not held, and unloading others for it; from then on it is held there. */
  const hold = (place: Place, group: Group): number => {
    const { model, vramMib } = group;
    if (model === null) return 0;
    const { pool, device, models, sharing } = place;
    if (models.delete(model)) {
      models.add(model);
      return 0;
    }
    const toLoadMs = loadOf(place, group);
    const left = device === null ? none : leaving(state, device, { models, model, vramMib });
    for (const each of left) {
      models.delete(each);
      for (const shared of sharing) pool.holding.get(each)?.drop(shared);
    }
    models.add(model);
    const heap = holderHeap(pool, model);
    for (const each of sharing) heap.add(each);
    return toLoadMs + unloadMs(state.costs, left);
  };

  const occupy = (place: Place, untilMs: number): void => {
    place.freeMs = untilMs;
    const { any, holding } = place.pool;
    any.moved(place);
    for (const model of place.models) holding.get(model)?.moved(place);
  };

  /** By the group, which has capability and model, the size and the product. */
  const rates = new Map<Group, Map<string, Map<string, RunRate>>>();
  const rateOf = (task: Demand, { group, product }: { readonly group: Group; readonly product: string }): RunRate => {
    const bySize = rates.get(group) ?? new Map<string, Map<string, RunRate>>();
    const byProduct = bySize.get(task.size) ?? new Map<string, RunRate>();
    const known = byProduct.get(product);
    if (known !== undefined) return known;
    const rate = runRate(state.costs, { task, product });
    rates.set(group, bySize.set(task.size, byProduct.set(product, rate)));
    return rate;
  };

  return {
    firstMs(group) {
      const place = group.gpus > 1 ? several(reachOf(group), group)?.at(-1) : one(reachOf(group), group);
      return place?.freeMs ?? Number.POSITIVE_INFINITY;
    },
    take({ entry, group }) {
      const found = reachOf(group);
      const single = group.gpus > 1 ? null : one(found, group);
      const gang = group.gpus > 1 ? several(found, group) : null;
      const first = single ?? gang?.[0];
      if (first === undefined || first === null) return null;
      const { task } = entry;
      const ends = capped.get(task.workspace);
      const placesMs = gang === null ? first.freeMs : Math.max(...gang.map((place) => place.freeMs));
      const freeMs = Math.max(placesMs, ends?.[0] ?? 0);
      const startMs = freeMs + (gang === null ? hold(first, group) : Math.max(...gang.map((place) => hold(place, group))));
      const together = first.host.facts.runsBatches === false || task.batch === null ? 1 : Math.min(task.batchMost, group.count);
      const workMs =
        together === 1
          ? msOf(rateOf(task, { group, product: first.product }), task)
          : batchMs(state.costs, { task, product: first.product, count: together }) / together;
      const endMs = startMs + workMs;
      // Who is held up by its cap takes a place only then: until then others have it.
      if (freeMs <= placesMs) for (const place of gang ?? [first]) occupy(place, endMs);
      if (ends !== undefined) {
        ends[0] = endMs;
        ends.sort((a, b) => a - b);
      }
      return { startMs, endMs, tookMs: (endMs - freeMs) * (gang?.length ?? 1) };
    },
  };
}

const none: readonly string[] = [];

/** Of workspaces with a cap, when each of as many of their tasks as may run will have ended, soonest first. */
function endsOfCapped({ shares, attempts }: State, instantMs: number): ReadonlyMap<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { id, cap } of shares.values()) if (cap !== null && cap > 0) found.set(id, []);
  if (found.size > 0)
    for (const [id, attempt] of attempts) {
      const { workspace } = attempt.task.id === id ? attempt.task : (attempt.batch.find((task) => task.id === id) as Demand);
      found.get(workspace)?.push(endsAt(attempt, instantMs));
    }
  for (const [id, ends] of found) {
    const cap = shares.get(id)?.cap ?? 0;
    while (ends.length < cap) ends.push(instantMs);
    // Of more than may run, as after a cap was lowered, the first to end make no room yet.
    ends.sort((a, b) => a - b).splice(0, ends.length - cap);
  }
  return found;
}

function holderHeap({ holding }: PlacePool, model: string): PlaceHeap {
  const heap = holding.get(model) ?? createPlaceHeap();
  holding.set(model, heap);
  return heap;
}

/** The places that serve any of the groups and are not left to others by all of them. */
function poolsFor(state: State, groups: readonly Group[], instantMs: number): PlacePool[] {
  const pools = new Map<DevicePool | SlotPool, PlacePool | null>();
  const poolFor = (pool: DevicePool | SlotPool): PlacePool | null => {
    const found = pools.get(pool);
    if (found !== undefined) return found;
    const serve = (group: Group): boolean => ('byFree' in pool ? servesOnSlots(pool, group) : group.gpus > 0 && serves(state, pool, group));
    const made = groups.some(serve)
      ? { serves: serve, places: [], products: new Set<string>(), any: createPlaceHeap(), holding: new Map() }
      : null;
    pools.set(pool, made);
    return made;
  };
  const add = (place: Place): void => {
    const { pool, models, sharing } = place;
    sharing.push(place);
    pool.places.push(place);
    pool.products.add(place.product);
    pool.any.add(place);
    for (const model of models) holderHeap(pool, model).add(place);
  };
  const onSlots = groups.some(({ gpus }) => gpus === 0);
  for (const host of state.fleet.hosts.values()) {
    if (host.facts.draining || groups.every((group) => isAvoided(group, host))) continue;
    const slots = onSlots && host.slotPool !== null ? poolFor(host.slotPool) : null;
    if (slots !== null) {
      const shared = { pool: slots, host, device: null, product: productOf(host), models: new Set(host.slotModels), sharing: [] };
      const busy = [...host.running].filter(({ devices }) => devices.length === 0);
      for (let slot = 0; slot < host.facts.slots; slot++) {
        const attempt = busy[slot];
        add({ ...shared, freeMs: attempt === undefined ? instantMs : endsAt(attempt, instantMs) });
      }
    }
    for (const device of onSlots ? [] : host.devices) {
      const pool = device.pool === null ? null : poolFor(device.pool);
      if (pool === null) continue;
      const { product } = device.facts;
      const freeMs = device.attempt === null ? instantMs : endsAt(device.attempt, instantMs);
      add({ pool, host, device, product, models: new Set(device.models), sharing: [], freeMs });
    }
  }
  return [...pools.values()].filter((pool) => pool !== null);
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
