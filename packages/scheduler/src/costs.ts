import type { Demand, LearnedTime, ModelFacts, Tier } from './demand.ts';
import { slotProduct } from './fleet.ts';

/** What was learned of times. Means move by `weight` with each attempt, faster while few are known. */
export type Costs = {
  readonly runs: Map<string, Mean>;
  /** Found over guessed, of a capability and device: for sizes that never ran. */
  readonly ratios: Map<string, Mean>;
  readonly loads: Map<string, Mean>;
  /** What each further task adds to a batch, as a part of its own time. */
  readonly batches: Map<string, Mean>;
  readonly models: Map<string, ModelFacts>;
  /** Names of what moved and was not taken by `takeLearned` yet. */
  readonly moved: Set<string>;
};
type Means = 'runs' | 'ratios' | 'loads' | 'batches';
type Mean = { value: number; count: number };

const weight = 0.2;
/** A guess that is far off is believed to be off by no more than this, until its own size has run. */
const ratioBounds = [0.05, 20] as const;

/** Costs of which nothing was learned. */
export function createCosts(): Costs {
  return { runs: new Map(), ratios: new Map(), loads: new Map(), batches: new Map(), models: new Map(), moved: new Set() };
}

/** What is known of a product, and of all slots together where it is that of a class of machines. */
function generalOf(product: string): string | null {
  return product.startsWith(`${slotProduct} `) ? slotProduct : null;
}

function bounded(ratio: number): number {
  return Math.min(ratioBounds[1], Math.max(ratioBounds[0], ratio));
}

/**
 * Milliseconds of the work alone on a device of this product (`slot` for processors, `slot CLASS` for those of a class). What never ran on a class is taken
 * from all slots, by how much longer the class was found to take for other sizes.
 */
export function runMs(costs: Costs, { task, product }: { readonly task: Demand; readonly product: string }): number {
  return msOf(runRate(costs, { task, product }), task);
}

/** What tasks of one capability, model and size take on a product: known from such, or so many times their estimate. */
export type RunRate = { readonly ms: number } | { readonly times: number };

/** Milliseconds of a task by its rate. */
export function msOf(rate: RunRate, { estimateMs }: Pick<Demand, 'estimateMs'>): number {
  return 'ms' in rate ? rate.ms : estimateMs * rate.times;
}

/** As `runMs`, of all such tasks. */
export function runRate(costs: Costs, { task, product }: { readonly task: Demand; readonly product: string }): RunRate {
  const known = costs.runs.get(runKey(task, product));
  if (known !== undefined) return { ms: known.value };
  const ratio = costs.ratios.get(`${task.capability}|${product}`)?.value;
  const general = generalOf(product);
  if (general === null) return { times: bounded(ratio ?? 1) };
  const ofAll = costs.ratios.get(`${task.capability}|${general}`)?.value;
  const runs = costs.runs.get(runKey(task, general));
  if (runs === undefined) return { times: bounded(ratio ?? ofAll ?? 1) };
  return { ms: runs.value * (ratio === undefined || ofAll === undefined || ofAll <= 0 ? 1 : bounded(ratio / ofAll)) };
}

/** Milliseconds of so many tasks as one batch; as if one after the other until a batch has run. */
export function batchMs(
  costs: Costs,
  { task, product, count }: { readonly task: Demand; readonly product: string; readonly count: number },
): number {
  const part = (costs.batches.get(runKey(task, product)) ?? costs.batches.get(runKey(task, generalOf(product) ?? product)))?.value ?? 1;
  return runMs(costs, { task, product }) * (1 + part * (count - 1));
}

/** Milliseconds until a model can start from where its weights are. What was neither learned nor measured from memory is taken to be as from the disk: no saving is promised that nobody saw. */
export function loadMs(
  costs: Costs,
  { model, tier, product }: { readonly model: string; readonly tier: Tier; readonly product: string },
): number {
  if (tier === 'none' || tier === 'resident') return 0;
  const known = costs.loads.get(`${model}|${tier}|${product}`) ?? costs.loads.get(`${model}|${tier}|${generalOf(product) ?? product}`);
  if (known !== undefined) return known.value;
  const facts = costs.models.get(model);
  if (facts === undefined) return tier === 'memory' ? loadMs(costs, { model, tier: 'disk', product }) : 0;
  return tier === 'memory' ? facts.warmMs : tier === 'disk' ? facts.coldMs : facts.fetchMs + facts.coldMs;
}

/** Milliseconds until the memory of models is free that must leave a device, one after another. */
export function unloadMs(costs: Costs, models: readonly string[]): number {
  return models.reduce((sum, model) => sum + (costs.models.get(model)?.unloadMs ?? 0), 0);
}

/** Learns from a finished attempt. */
export function noteAttempt(
  costs: Costs,
  ended: { readonly task: Demand; readonly product: string; readonly tier: Tier; readonly ranMs: number; readonly loadMs: number },
): void {
  const { task, tier } = ended;
  for (const product of learning(ended.product)) {
    move(costs, { of: 'runs', key: runKey(task, product), found: ended.ranMs });
    if (task.estimateMs > 0) move(costs, { of: 'ratios', key: `${task.capability}|${product}`, found: ended.ranMs / task.estimateMs });
    if (task.model !== null && (tier === 'memory' || tier === 'disk' || tier === 'store'))
      move(costs, { of: 'loads', key: `${task.model}|${tier}|${product}`, found: ended.loadMs });
  }
}

/** What is found on slots of a class is found of all slots too. */
function learning(product: string): readonly string[] {
  const general = generalOf(product);
  return general === null ? [product] : [product, general];
}

/** Learns from a finished batch of `count` tasks; without a time of one alone there is nothing to compare with. */
export function noteBatch(
  costs: Costs,
  ended: { readonly task: Demand; readonly product: string; readonly ranMs: number; readonly count: number },
): void {
  const alone = costs.runs.get(runKey(ended.task, ended.product))?.value ?? ended.task.estimateMs;
  if (alone <= 0) return;
  const part = (ended.ranMs / alone - 1) / (ended.count - 1);
  for (const product of learning(ended.product))
    move(costs, { of: 'batches', key: runKey(ended.task, product), found: Math.min(1, Math.max(0, part)) });
}

/** Takes up a time that was found by a scheduler before; what was found since is kept. */
export function noteLearned(costs: Costs, { name, ms, count }: LearnedTime): void {
  const means = meansOf(costs, name);
  const key = name.slice(name.indexOf(' ') + 1);
  if (means !== null && !means.has(key)) means.set(key, { value: ms, count });
}

/** What was found since it was taken last, to be told to the next scheduler by changes. */
export function takeLearned({ costs }: { readonly costs: Costs }): readonly LearnedTime[] {
  const times = [...costs.moved].flatMap((name) => {
    const mean = meansOf(costs, name)?.get(name.slice(name.indexOf(' ') + 1));
    return mean === undefined ? [] : [{ name, ms: mean.value, count: mean.count }];
  });
  costs.moved.clear();
  return times;
}

function meansOf(costs: Costs, name: string): Map<string, Mean> | null {
  const of = name.slice(0, name.indexOf(' '));
  return of === 'runs' || of === 'ratios' || of === 'loads' || of === 'batches' ? costs[of] : null;
}

function move(costs: Costs, { of, key, found }: { readonly of: Means; readonly key: string; readonly found: number }): void {
  costs.moved.add(`${of} ${key}`);
  const means = costs[of];
  const mean = means.get(key);
  if (mean === undefined) {
    means.set(key, { value: found, count: 1 });
    return;
  }
  mean.count++;
  mean.value += (found - mean.value) * Math.max(weight, 1 / mean.count);
}

function runKey(task: Demand, product: string): string {
  return `${task.capability}|${task.model ?? ''}|${task.size}|${product}`;
}
