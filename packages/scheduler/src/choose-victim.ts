import type { Device } from './fleet.ts';
import { type Floor, forecastOf } from './floor.ts';
import { forecast, loadOf } from './forecast.ts';
import type { Group } from './group.ts';
import { isKept } from './is-kept.ts';
import { rateAt } from './rate.ts';
import type { State } from './state.ts';

/** An idle device that may load another model. `wanted`: tasks wait for what it holds; `harmed` of them would be late without it. */
export type Victim = { readonly device: Device; readonly loadMs: number; readonly wanted: boolean; readonly harmed: number };

/** So many idle devices of a kind are looked at for one that has the weights near. */
const looked = 16;

/** The idle device that is missed least: one with room, then one for whose models nothing waits and little comes, then the one that harms fewest. */
export function chooseVictim(floor: Floor, group: Group): Victim | null {
  const { pool, state } = floor;
  let best: (Victim & { readonly worth: number }) | null = null;
  for (const [model, devices] of pool.idleBy) {
    const device = nearest(floor, devices, group);
    if (device === null) continue;
    const loadMs = loadOf(state, device, group.model).ms;
    const evicted = evictionsFor(state, device, group);
    const waiting = floor.groups.filter((other) => other.model !== null && evicted.includes(other.model));
    const wanted = model !== '' && waiting.length > 0;
    const harmed = wanted ? waiting.reduce((sum, other) => sum + harmOf(floor, other), 0) : 0;
    const worth = evicted.reduce((sum, each) => sum + worthOf(floor, each), 0);
    if (best === null || harmed < best.harmed || (harmed === best.harmed && worth + loadMs / 1e6 < best.worth))
      best = { device, loadMs, wanted, harmed, worth: worth + loadMs / 1e6 };
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

/** How many tasks of a group would be late with one holder fewer. */
function harmOf(floor: Floor, group: Group): number {
  const now = forecastOf(floor, group).missed.length;
  return forecast(floor.state, group, { ...floor, without: 1 }).missed.length - now;
}

/** Milliseconds of loading per second that giving up a holder of a model may cost: how often its tasks come to each holder, and how long it loads. */
function worthOf({ state, instantMs }: Floor, model: string): number {
  const holders = Math.max(1, state.fleet.holders.get(model)?.size ?? 0);
  const facts = state.costs.models.get(model);
  return (rateAt(state.rates, { id: model, instantMs }) / holders) * 1000 * (facts?.coldMs ?? 1);
}

function nearest({ state, instantMs }: Floor, devices: ReadonlySet<Device>, group: Group): Device | null {
  let best: Device | null = null;
  let bestMs = Number.POSITIVE_INFINITY;
  let seen = 0;
  for (const device of devices) {
    if (++seen > looked) break;
    const { ms } = loadOf(state, device, group.model);
    const endMs = instantMs + ms + group.workMs / group.count;
    if (ms < bestMs && !isKept(device, { endMs, task: '' })) {
      best = device;
      bestMs = ms;
    }
  }
  return best;
}
