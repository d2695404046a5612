import { loadMs } from './costs.ts';
import type { Decision } from './demand.ts';
import { type Host, productOf } from './fleet.ts';
import { serves } from './forecast.ts';
import type { Group } from './group.ts';
import { servesOnSlots } from './place-slots.ts';
import { rateAt } from './rate.ts';
import type { State } from './state.ts';

/** So many runners are looked at in one step, in turn, and so many models for each. */
const hostsLooked = 16;
const modelsLooked = 24;
/** What comes within so long is taken to be loaded soon. */
const aheadMs = 120_000;
/** What was read is taken to stay in memory so long: not all runners tell when it leaves. */
const keptMs = 600_000;
/** Reading at half of the disk's speed leaves it to what runs. */
const readFactor = 2;
/** What saves less, or is less likely to be loaded, is not worth a word. */
const leastMs = 100;
const leastLoads = 0.1;

/** A model that may be loaded soon, and how many loads of it are expected of a runner that does not hold it. */
type Wanted = {
  readonly model: string;
  readonly groups: readonly Group[];
  readonly waiting: number;
  readonly loads: number;
};

/** Tells runners to read weights from their disks into memory that they have to spare, where they are likely to be loaded soon. */
export function readWeights(state: State, instantMs: number): Decision[] {
  const { reading } = state.fleet;
  if (reading.size === 0) return [];
  const wanted = wantedModels(state, instantMs);
  if (wanted.length === 0) return [];
  const decisions: Decision[] = [];
  let left = hostsLooked;
  for (const host of [...reading]) {
    if (left-- === 0) break;
    // Behind the others: each has its turn.
    reading.delete(host);
    reading.add(host);
    if (host.facts.draining || instantMs < host.readUntilMs) continue;
    for (const [model, { atMs }] of host.read) if (instantMs >= atMs + keptMs) host.read.delete(model);
    const found = best(state, { host, wanted });
    if (found === null) continue;
    const { model, waiting, savesMs, mib } = found;
    host.read.set(model, { atMs: instantMs, mib });
    host.readUntilMs = instantMs + readFactor * found.diskMs;
    const waits = waiting === 0 ? 'more of it is expected' : `${waiting} tasks wait for it`;
    const reason = `${waits}; loading it from memory saves ${(savesMs / 1000).toFixed(1)} s`;
    decisions.push({
      type: 'read-weights',
      runner: host.facts.id,
      model,
      reason,
    });
  }
  return decisions;
}

/** What is likely to be loaded, most first. */
function wantedModels(state: State, instantMs: number): readonly Wanted[] {
  const groups = new Map<string, Group[]>();
  for (const group of state.groups.values()) {
    if (group.model === null || group.count === 0) continue;
    const known = groups.get(group.model);
    if (known === undefined) groups.set(group.model, [group]);
    else known.push(group);
  }
  const found: Wanted[] = [];
  const { holders, slotHolders } = state.fleet;
  for (const model of new Set([...groups.keys(), ...state.rates.keys()])) {
    const waits = groups.get(model) ?? [];
    const waiting = waits.reduce((sum, { count }) => sum + count, 0);
    const held = (holders.get(model)?.size ?? 0) + (slotHolders.get(model)?.size ?? 0);
    const loads = (waiting + rateAt(state.rates, { id: model, instantMs }) * aheadMs) / (1 + held);
    if (loads >= leastLoads) found.push({ model, groups: waits, waiting, loads });
  }
  return found.sort((a, b) => b.loads - a.loads || (a.model < b.model ? -1 : 1)).slice(0, modelsLooked);
}

type Found = Wanted & {
  readonly mib: number;
  readonly diskMs: number;
  readonly savesMs: number;
};

function best(state: State, { host, wanted }: { readonly host: Host; readonly wanted: readonly Wanted[] }): Found | null {
  const product = productOf(host, host.devices);
  let freeMib = host.facts.spareMib ?? 0;
  for (const { mib } of host.read.values()) freeMib -= mib;
  let found: Found | null = null;
  for (const one of wanted) {
    const { model } = one;
    if (!host.disk.has(model) || host.read.has(model) || host.memory.has(model) || host.slotModels.has(model)) continue;
    if (host.devices.some((device) => device.models.has(model))) continue;
    // Without figures nothing is known of what it saves.
    const facts = state.costs.models.get(model);
    if (facts === undefined || facts.hostMib > freeMib) continue;
    const diskMs = loadMs(state.costs, { model, tier: 'disk', product });
    const savesMs = diskMs - loadMs(state.costs, { model, tier: 'memory', product });
    if (savesMs < leastMs || (found !== null && one.loads * savesMs <= found.loads * found.savesMs)) continue;
    if (!canLoad(state, host, one)) continue;
    found = { ...one, mib: facts.hostMib, diskMs, savesMs };
  }
  return found;
}

/** Whether a runner could be given what waits for a model or, where nothing does, has a place where its weights fit. */
function canLoad(state: State, host: Host, { model, groups }: Wanted): boolean {
  if (groups.length > 0)
    return groups.some((group) => {
      if (host.slotPool !== null && servesOnSlots(host.slotPool, group)) return true;
      return group.gpus > 0 && host.devices.some(({ pool }) => pool !== null && serves(state, pool, group));
    });
  const vramMib = state.costs.models.get(model)?.vramMib ?? 0;
  return host.slotPool !== null || host.devices.some(({ facts }) => facts.vramMib >= vramMib);
}
