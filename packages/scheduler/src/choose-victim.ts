import { isAvoided } from './avoid-tried.ts';
import { loadMs, unloadMs } from './costs.ts';
import type { Tier } from './demand.ts';
import type { Device } from './fleet.ts';
import { type Floor, harmOf } from './floor.ts';
import { loadOf } from './forecast.ts';
import type { Group } from './group.ts';
import { isKept } from './is-kept.ts';
import { rateAt } from './rate.ts';
import type { State } from './state.ts';

/** An idle device that may load another model, in `loadMs` with the unloading of what must leave for it, from where its weights are nearest (`tier`). `wanted`: tasks wait for what it holds; `harmed` of them would be late without it. `comers`: tasks per millisecond that come to it for what it would unload; `reloads`: milliseconds per millisecond that they would spend on loading it again. */
export type Victim = {
  readonly device: Device;
  readonly loadMs: number;
  readonly tier: Tier;
  readonly wanted: boolean;
  readonly harmed: number;
  readonly comers: number;
  readonly reloads: number;
};

/** So many idle devices of a kind are looked at for one that has the weights near. */
const looked = 16;

/** The idle device that is missed least: one with room, then one for whose models nothing waits and little comes, then the one that harms fewest. */
export function chooseVictim(floor: Floor, group: Group): Victim | null {
  const { pool, state } = floor;
  let best: Victim | null = null;
  for (const [model, devices] of pool.idleBy) {
    const device = nearest(floor, devices, group);
    if (device === null) continue;
    const evicted = evictionsFor(state, device, group);
    const { tier, ms } = loadOf(state, device, group.model);
    const waiting = floor.groups.filter((other) => other.model !== null && evicted.includes(other.model));
    const wanted = model !== '' && waiting.length > 0;
    const harmed = wanted ? waiting.reduce((sum, other) => sum + harmOf(floor, other), 0) : 0;
    const comers = evicted.reduce((sum, each) => sum + comersOf(floor, each), 0);
    const reloads = evicted.reduce((sum, each) => sum + comersOf(floor, each) * reloadMs(floor, { device, model: each }), 0);
    const found = { device, loadMs: unloadMs(state.costs, evicted) + ms, tier, wanted, harmed, comers, reloads };
    if (best === null || isMissedLess(found, best)) best = found;
  }
  return best;
}

/** Models that must leave a device so that a group's tasks fit, used longest ago first. */
export function evictionsFor(state: State, device: Device, group: Group): string[] {
  const mib = (model: string): number => state.costs.models.get(model)?.vramMib ?? 0;
  const own = group.model === null || device.models.has(group.model) ? 0 : mib(group.model);
  let free = device.facts.vramMib - own - group.vramMib;
  for (const model of device.models) free -= mib(model);
  const evict: string[] = [];
  for (const model of device.models) {
    if (free >= 0) break;
    if (model === group.model) continue;
    evict.push(model);
    free += mib(model);
  }
  return evict;
}

/** Tasks of a model that come in a millisecond, for each device that holds it. */
function comersOf({ state, instantMs }: Floor, model: string): number {
  return rateAt(state.rates, { id: model, instantMs }) / Math.max(1, state.fleet.holders.get(model)?.size ?? 0);
}

/** How long it takes to load a model again once it was unloaded: from the host's memory if that may hold it, else from the disk. */
function reloadMs({ state }: Floor, { device, model }: { readonly device: Device; readonly model: string }): number {
  const { hostMib } = device.host.facts;
  const tier = hostMib > 0 && hostMib >= (state.costs.models.get(model)?.hostMib ?? 0) ? 'memory' : 'disk';
  return loadMs(state.costs, { model, tier, product: device.facts.product });
}

function isMissedLess(a: Victim, b: Victim): boolean {
  if (a.harmed !== b.harmed) return a.harmed < b.harmed;
  return a.comers === b.comers ? a.loadMs < b.loadMs : a.comers < b.comers;
}

function nearest({ state, instantMs }: Floor, devices: ReadonlySet<Device>, group: Group): Device | null {
  let best: Device | null = null;
  let bestMs = Number.POSITIVE_INFINITY;
  let bestTier: Tier = 'none';
  let seen = 0;
  for (const device of devices) {
    if (isAvoided(group, device.host)) continue;
    if (++seen > looked) break;
    const { ms, tier } = loadOf(state, device, group.model);
    const endMs = instantMs + ms + group.workMs / group.count;
    const isNearer = ms < bestMs || (ms === bestMs && tier === 'memory' && bestTier !== 'memory');
    if (isNearer && !isKept([device], { endMs, group: group.key })) {
      best = device;
      bestMs = ms;
      bestTier = tier;
    }
  }
  return best;
}
