import type { Decision, ModelFacts, Tier } from '../src/demand.ts';
import { keepIn } from './weights.ts';
import type { World, WorldRunner } from './world.ts';

/** Memory in which weights lie that were read from the disk, as files do on a real machine. Nobody is told what it holds. */
export type SpareMemory = {
  /** Oldest use first. */
  readonly models: Set<string>;
  /** What the runner was told to read and has not begun, one model at a time. */
  readonly told: Set<string>;
  reading: { readonly model: string; readonly endMs: number } | null;
  /** What it took on to read, when, and how much of it that was. */
  readonly notes: Map<string, { readonly atMs: number; readonly mib: number }>;
  /** Until when loads of what runs there keep its disk. */
  diskUntilMs: number;
};

/** As real runners do: nothing is read twice within so long, and all of it together is no more than there is to spare. */
const keptMs = 600_000;
/** As real runners do: half of the disk is left to what runs. */
const readFactor = 2;

export const createSpareMemory = (): SpareMemory => ({
  models: new Set(),
  told: new Set(),
  reading: null,
  notes: new Map(),
  diskUntilMs: 0,
});

/** The machine is off: its memory is empty, and nothing goes on. */
export const clearSpare = ({ spare }: WorldRunner): void => {
  spare.models.clear();
  spare.told.clear();
  spare.notes.clear();
  spare.reading = null;
};

/** From where weights really come that are said to lie on the disk. */
export const sourceOf = (load: { readonly runner: WorldRunner; readonly model: string | null; readonly tier: Tier }): Tier =>
  load.model !== null && load.tier === 'disk' && load.runner.spare.models.has(load.model) ? 'memory' : load.tier;

/** What was loaded lies in spare memory from then on. Loads have the disk for themselves; one of the very weights that are being read leaves nothing to read. */
export const passLoad = (
  world: World,
  load: { readonly runner: WorldRunner; readonly model: string | null; readonly source: Tier; readonly loadMs: number },
): void => {
  const { runner, model, source, loadMs } = load;
  const { spare } = runner;
  if (model === null || source === 'resident') return;
  keepIn(world, { held: spare.models, mostMib: runner.first.spareMib ?? 0, model });
  if (source !== 'disk') return;
  const untilMs = Math.max(spare.diskUntilMs, world.nowMs + loadMs);
  const longerMs = untilMs - Math.max(spare.diskUntilMs, world.nowMs);
  spare.diskUntilMs = untilMs;
  if (spare.reading === null) return;
  if (spare.reading.model === model) {
    spare.reading = null;
    readNext(world, runner);
    return;
  }
  if (longerMs <= 0) return;
  readUntil(world, { runner, model: spare.reading.model, endMs: spare.reading.endMs + longerMs });
};

/** Tells a runner to read weights, or throws where there is no such runner or model; one that is silent or went does nothing. */
export const carryOutRead = (world: World, decision: Extract<Decision, { type: 'read-weights' }>): void => {
  const runner = world.runners.get(decision.runner);
  if (runner === undefined || !world.models.has(decision.model))
    throw new Error(
      `At ${world.nowMs} ms a decision cannot be carried out: runner or model is not known. Decision: ${JSON.stringify(decision)}.`,
    );
  if (runner.state === 'away' || runner.state === 'silent') return;
  runner.spare.told.add(decision.model);
  readNext(world, runner);
};

/** Weights were read: the next time they are loaded they come from memory, unless others took their place. */
export const settleRead = (world: World, read: { readonly runner: string; readonly endMs: number }): void => {
  const runner = world.runners.get(read.runner);
  if (runner?.spare.reading?.endMs !== read.endMs) return;
  const { model } = runner.spare.reading;
  runner.spare.reading = null;
  world.weightsRead += 1;
  keepIn(world, { held: runner.spare.models, mostMib: runner.first.spareMib ?? 0, model });
  readNext(world, runner);
};

const readNext = (world: World, runner: WorldRunner): void => {
  const { spare } = runner;
  while (spare.reading === null) {
    const [id] = spare.told;
    const model = id === undefined ? undefined : world.models.get(id);
    if (model === undefined) return;
    spare.told.delete(model.id);
    if (!takesOn(world, { runner, model })) continue;
    const endMs = Math.max(world.nowMs, spare.diskUntilMs) + readFactor * Math.max(0, model.coldMs - model.warmMs);
    readUntil(world, { runner, model: model.id, endMs });
  }
};

const readUntil = (world: World, reading: { readonly runner: WorldRunner; readonly model: string; readonly endMs: number }): void => {
  const { runner, model, endMs } = reading;
  runner.spare.reading = { model, endMs };
  world.events.put(endMs, { type: 'weights-read', runner: runner.first.id, endMs });
};

/** Notes that it is read, also where it turns out not to fit: it is looked at again only when the note is old. */
const takesOn = (world: World, { runner, model }: { readonly runner: WorldRunner; readonly model: ModelFacts }): boolean => {
  const { notes } = runner.spare;
  for (const [id, { atMs }] of notes) if (world.nowMs - atMs >= keptMs) notes.delete(id);
  if (notes.has(model.id)) return false;
  let freeMib = runner.first.spareMib ?? 0;
  for (const { mib } of notes.values()) freeMib -= mib;
  const fits = runner.onDisk.has(model.id) && model.hostMib <= freeMib;
  notes.set(model.id, { atMs: world.nowMs, mib: fits ? model.hostMib : 0 });
  return fits;
};
