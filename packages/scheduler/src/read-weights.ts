import { loadMs } from './costs.ts';
import type { Decision } from './demand.ts';
import { type Host, slotProduct } from './fleet.ts';
import { rateAt } from './rate.ts';
import type { State } from './state.ts';

/** So many runners are looked at in one step, in turn, and so many models for each. */
const hostsLooked = 16;
const modelsLooked = 24;
/** What comes within so long is taken to be loaded soon. */
const aheadMs = 120_000;
/** What was read is taken to stay in memory so long, as nobody tells when it leaves. */
const keptMs = 600_000;
/** Reading at half of the disk's speed leaves it to what runs. */
const readFactor = 2;
/** What saves less, or is less likely to be loaded, is not worth a word. */
const leastMs = 100;
const leastLoads = 0.1;

type Wanted = { readonly model: string; readonly waiting: number; readonly loads: number };

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
    const found = best(state, { host, wanted, instantMs });
    if (found === null) continue;
    const { model, waiting, savesMs } = found;
    host.read.set(model, instantMs);
    host.readUntilMs = instantMs + readFactor * found.diskMs;
    const waits = waiting === 0 ? 'more of it is expected' : `${waiting} tasks wait for it`;
    const reason = `${waits}; loading it from memory saves ${(savesMs / 1000).toFixed(1)} s`;
    decisions.push({ type: 'stage', runner: host.facts.id, model, to: 'memory', reason });
  }
  return decisions;
}

/** What is likely to be loaded, most first. */
function wantedModels(state: State, instantMs: number): readonly Wanted[] {
  const waiting = new Map<string, number>();
  for (const { model, count } of state.groups.values())
    if (model !== null && count > 0) waiting.set(model, (waiting.get(model) ?? 0) + count);
  const found: Wanted[] = [];
  for (const model of new Set([...waiting.keys(), ...state.rates.keys()])) {
    const count = waiting.get(model) ?? 0;
    const { holders, warm } = state.fleet;
    const held = (holders.get(model)?.size ?? 0) + (warm.get(model)?.size ?? 0);
    const loads = (count + rateAt(state.rates, { id: model, instantMs }) * aheadMs) / (1 + held);
    if (loads >= leastLoads) found.push({ model, waiting: count, loads });
  }
  return found.sort((a, b) => b.loads - a.loads || (a.model < b.model ? -1 : 1)).slice(0, modelsLooked);
}

type Looking = { readonly host: Host; readonly wanted: readonly Wanted[]; readonly instantMs: number };
type Found = Wanted & { readonly diskMs: number; readonly savesMs: number };

function best(state: State, { host, wanted, instantMs }: Looking): Found | null {
  const product = host.devices[0]?.facts.product ?? slotProduct;
  let found: Found | null = null;
  for (const one of wanted) {
    const { model } = one;
    if (!host.disk.has(model) || host.memory.has(model) || host.devices.some((device) => device.models.has(model))) continue;
    if (instantMs < (host.read.get(model) ?? Number.NEGATIVE_INFINITY) + keptMs) continue;
    // Without figures nothing is known of what it saves.
    const facts = state.costs.models.get(model);
    if (facts === undefined || facts.hostMib > (host.facts.spareMib ?? 0)) continue;
    const diskMs = loadMs(state.costs, { model, tier: 'disk', product });
    const savesMs = diskMs - loadMs(state.costs, { model, tier: 'memory', product });
    if (savesMs < leastMs || (found !== null && one.loads * savesMs <= found.loads * found.savesMs)) continue;
    found = { ...one, diskMs, savesMs };
  }
  return found;
}
