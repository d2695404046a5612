import { loadMs } from './costs.ts';
import type { Decision } from './demand.ts';
import type { Device, Host } from './fleet.ts';
import { serves } from './forecast.ts';
import type { Group } from './group.ts';
import { rateAt } from './rate.ts';
import type { State } from './state.ts';

/** So many runners are looked at in one step, in turn, and so many models for each. */
const hostsLooked = 16;
const modelsLooked = 24;
/** What comes within so long is taken to be loaded soon. */
const aheadMs = 120_000;
/** Weights leave memory only for what is worth so many times as much. */
const worthMore = 1.5;

/** A hint that was given; a runner that did not follow it is given none for a while. */
export type Staged = { readonly model: string; readonly to: 'disk' | 'memory'; readonly untilMs: number };

/** A runner that did not do what it was told is asked again after so long. */
const distrustMs = 600_000;

/** Whether a runner does nothing of the kind now, and did what it was told last. */
function mayStage(state: State, host: Host, instantMs: number): boolean {
  const { facts } = host;
  if (facts.draining || facts.fetchesAhead !== true) return false;
  const last = state.staged.get(facts.id);
  if (last === undefined) return true;
  const followed =
    last.to === 'disk'
      ? host.disk.has(last.model)
      : host.memory.has(last.model) || host.devices.some(({ models }) => models.has(last.model));
  return instantMs >= last.untilMs + (followed ? 0 : distrustMs);
}

/** A model that may be loaded soon. `loads` is how many loads of it are expected of a runner that has it on none of its devices. */
type Wanted = { readonly model: string; readonly group: Group | null; readonly loads: number; readonly holders: number };

/** Tells runners to bring weights nearer that are likely to be loaded there soon: from the store to their disk, from there into their memory. */
export function stage(state: State, instantMs: number): Decision[] {
  const { staging } = state.fleet;
  if (staging.size === 0) return [];
  const wanted = wantedModels(state, instantMs);
  if (wanted.length === 0) return [];
  const decisions: Decision[] = [];
  for (const host of [...first(staging, hostsLooked)]) {
    // Behind the others: each has its turn.
    staging.delete(host);
    staging.add(host);
    if (!mayStage(state, host, instantMs)) continue;
    const found = best(state, { host, wanted });
    if (found === null) continue;
    state.staged.set(host.facts.id, { model: found.model, to: found.to, untilMs: instantMs + found.takesMs * 1.1 });
    decisions.push({ type: 'stage', runner: host.facts.id, model: found.model, to: found.to, reason: found.reason });
  }
  return decisions;
}

function* first<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}

/** What is likely to be loaded, most first: models with more waiting work than their devices do soon, and those of which much comes. */
function wantedModels(state: State, instantMs: number): readonly Wanted[] {
  const waiting = new Map<string, { group: Group; workMs: number }>();
  for (const group of state.groups.values()) {
    if (group.model === null || group.gpus !== 1 || group.count === 0) continue;
    const known = waiting.get(group.model);
    waiting.set(group.model, { group, workMs: (known?.workMs ?? 0) + group.workMs });
  }
  const found: Wanted[] = [];
  for (const model of new Set([...waiting.keys(), ...state.rates.keys()])) {
    const { group = null, workMs = 0 } = waiting.get(model) ?? {};
    const holders = state.fleet.holders.get(model)?.size ?? 0;
    const coldMs = Math.max(1, loadMs(state.costs, { model, tier: 'disk', product: '' }));
    const loads = (workMs / coldMs + rateAt(state.rates, { id: model, instantMs }) * aheadMs) / (1 + holders);
    if (loads > 0) found.push({ model, group, loads, holders });
  }
  return found.sort((a, b) => b.loads - a.loads || (a.model < b.model ? -1 : 1)).slice(0, modelsLooked);
}

type Found = { readonly model: string; readonly to: 'disk' | 'memory'; readonly takesMs: number; readonly reason: string };

function best(state: State, { host, wanted }: { readonly host: Host; readonly wanted: readonly Wanted[] }): Found | null {
  let found: (Found & { readonly worth: number }) | null = null;
  for (const one of wanted) {
    const { model } = one;
    if (host.memory.has(model) || host.devices.some((device) => device.models.has(model))) continue;
    if (!host.devices.some((device) => suits(state, { device, one }))) continue;
    const to = host.disk.has(model) ? 'memory' : 'disk';
    const { takesMs, savesMs } = gainOf(state, { host, model, to });
    const worth = one.loads * savesMs;
    if (savesMs <= 0 || (found !== null && worth <= found.worth)) continue;
    if (to === 'memory' && !hasRoom(state, { host, one, worth, wanted })) continue;
    const waits = one.group === null ? 'more of it is expected' : `${one.group.count} tasks wait for it`;
    const reason = `${waits}; loading it from ${to === 'memory' ? 'memory' : 'the disk'} saves ${(savesMs / 1000).toFixed(1)} s`;
    found = { model, to, takesMs, reason, worth };
  }
  return found;
}

type Bringing = { readonly host: Host; readonly model: string; readonly to: 'disk' | 'memory' };

function gainOf(state: State, { host, model, to }: Bringing): { readonly takesMs: number; readonly savesMs: number } {
  const product = host.devices[0]?.facts.product ?? '';
  const [memoryMs, diskMs, storeMs] = (['memory', 'disk', 'store'] as const).map((tier) =>
    loadMs(state.costs, { model, tier, product }),
  ) as [number, number, number];
  const savesMs = to === 'memory' ? diskMs - memoryMs : storeMs - diskMs;
  return { savesMs, takesMs: to === 'memory' ? diskMs : storeMs - diskMs };
}

function suits(state: State, { device, one }: { readonly device: Device; readonly one: Wanted }): boolean {
  const { pool } = device;
  if (pool === null) return false;
  return one.group === null ? (state.costs.models.get(one.model)?.vramMib ?? 0) <= pool.vramMib : serves(state, pool, one.group);
}

type Room = { readonly host: Host; readonly one: Wanted; readonly worth: number; readonly wanted: readonly Wanted[] };

/** Whether weights fit into a runner's memory, if need be in place of those used longest ago that are worth clearly less. */
function hasRoom(state: State, { host, one, worth, wanted }: Room): boolean {
  const mib = (model: string): number => state.costs.models.get(model)?.hostMib ?? 0;
  let free = host.facts.hostMib - mib(one.model);
  if (free < 0) return false;
  for (const model of host.memory) free -= mib(model);
  for (const model of host.memory) {
    if (free >= 0) return true;
    const loads = wanted.find((each) => each.model === model)?.loads ?? 0;
    if (loads * gainOf(state, { host, model, to: 'memory' }).savesMs * worthMore > worth) return false;
    free += mib(model);
  }
  return free >= 0;
}
