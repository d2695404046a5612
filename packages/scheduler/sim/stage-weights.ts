import type { Decision, Tier } from '../src/demand.ts';
import { keep } from './weights.ts';
import type { World, WorldRunner } from './world.ts';

/** Lets a runner bring weights nearer, as long as a load from there takes, or throws where there is no such model; one that brings others, or went, does nothing. */
export const carryOutStage = (world: World, decision: Extract<Decision, { type: 'stage' }>): void => {
  const runner = world.runners.get(decision.runner);
  const model = world.models.get(decision.model);
  if (runner === undefined || model === undefined)
    throw new Error(
      `At ${world.nowMs} ms a decision cannot be carried out: runner or model is not known. Decision: ${JSON.stringify(decision)}.`,
    );
  if (runner.state !== 'here' || runner.staging !== null) return;
  if (decision.to === 'memory' && !runner.onDisk.has(model.id)) return;
  const [freeMs, takesMs] = decision.to === 'memory' ? [runner.loadUntilMs.disk, model.coldMs] : [runner.loadUntilMs.store, model.fetchMs];
  const endMs = Math.max(world.nowMs, freeMs) + takesMs;
  runner.staging = { model: model.id, to: decision.to, endMs };
  world.events.put(endMs, { type: 'staged', runner: decision.runner, endMs });
};

/** Loads of what runs have the disk, or the way to the store, for themselves; one of the same weights makes bringing them in vain. */
export const passStage = (
  world: World,
  load: { readonly runner: WorldRunner; readonly model: string | null; readonly tier: Tier; readonly loadMs: number },
): void => {
  const { runner, model, tier, loadMs } = load;
  if (tier !== 'disk' && tier !== 'store') return;
  const untilMs = Math.max(runner.loadUntilMs[tier], world.nowMs + loadMs);
  const longerMs = untilMs - Math.max(runner.loadUntilMs[tier], world.nowMs);
  runner.loadUntilMs[tier] = untilMs;
  const { staging } = runner;
  if (staging === null) return;
  if (staging.model === model) {
    runner.staging = null;
    return;
  }
  if ((staging.to === 'memory') !== (tier === 'disk') || longerMs <= 0) return;
  staging.endMs += longerMs;
  world.events.put(staging.endMs, { type: 'staged', runner: runner.first.id, endMs: staging.endMs });
};

/** Weights were brought nearer: the runner tells so at the next step. */
export const settleStage = (world: World, staged: { readonly runner: string; readonly endMs: number }): void => {
  const runner = world.runners.get(staged.runner);
  if (runner?.staging?.endMs !== staged.endMs) return;
  const { model, to } = runner.staging;
  runner.staging = null;
  world.staged += 1;
  if (to === 'disk') runner.onDisk.add(model);
  else keep(world, { runner, model });
  world.altered.add(runner);
};
