import type { Demand, Priority } from '../src/demand.ts';
import { createRandom, type Random } from './random.ts';
import type { PlannedTask } from './scenario.ts';

/** Chances in proportion to 1 / rank ** exponent, adding up to 1. */
export const zipf = (ranks: number, exponent: number): readonly number[] => {
  const weights = Array.from({ length: ranks }, (_, index) => (index + 1) ** -exponent);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
};

/** Draws an index by chances that add up to 1. */
export const draw = (random: Random, chances: readonly number[]): number => {
  let left = random.next();
  for (const [index, chance] of chances.entries()) {
    left -= chance;
    if (left < 0) return index;
  }
  return chances.length - 1;
};

/** What is common to many tasks: what they ask for and how long they take, uniform between the two bounds. */
export type TaskKind = {
  readonly capability: string;
  readonly model: string | null;
  readonly size: string;
  readonly gpus: number;
  readonly vramMib: number;
  readonly leastMs: number;
  readonly mostMs: number;
  /** Deviation of the logarithm of the planner's estimate around the truth. */
  readonly estimateSpread: number;
  readonly priority: Priority;
  readonly bordersMs: number | null;
  readonly batchMost: number;
  /** Deadline after arrival, of the true duration; null has none. */
  readonly deadline: { readonly factor: number; readonly plusMs: number } | null;
};

/** A single GPU's work without borders, batches or deadline. */
export const plainKind: Omit<TaskKind, 'capability' | 'model' | 'leastMs' | 'mostMs'> = {
  size: 'all',
  gpus: 1,
  vramMib: 4096,
  estimateSpread: 0,
  priority: 'normal',
  bordersMs: null,
  batchMost: 1,
  deadline: null,
};

/** Mean duration of a kind. */
export const meanMsOf = (kind: Pick<TaskKind, 'leastMs' | 'mostMs'>): number => (kind.leastMs + kind.mostMs) / 2;

/** A task of a kind, its duration drawn. */
export const planTask = (
  random: Random,
  asked: {
    readonly kind: TaskKind;
    readonly id: string;
    readonly workspace: string;
    readonly build: string;
    readonly atMs: number;
    readonly order?: number;
  },
): PlannedTask => {
  const { kind, id, workspace, build, atMs } = asked;
  const trueMs = random.between(kind.leastMs, kind.mostMs);
  const demand: Demand = {
    id,
    workspace,
    build,
    capability: kind.capability,
    model: kind.model,
    size: kind.size,
    estimateMs: trueMs * random.factor(kind.estimateSpread),
    gpus: kind.gpus,
    vramMib: kind.vramMib,
    region: null,
    near: [],
    pool: null,
    priority: kind.priority,
    deadlineMs: kind.deadline === null ? null : atMs + trueMs * kind.deadline.factor + kind.deadline.plusMs,
    order: asked.order ?? 0,
    submittedMs: atMs,
    readyMs: atMs,
    bordersMs: kind.bordersMs,
    batch: kind.batchMost > 1 ? `${kind.capability}|${kind.model}|${kind.size}` : null,
    batchMost: kind.batchMost,
  };
  return { demand, trueMs };
};

/** Instants of arrivals: gaps of a mean, of a shape, and of a rate that follows the hour of the day. */
export type Arriving = {
  readonly meanGapMs: number;
  /** Of the Weibull distribution of gaps: 1 is Poisson, less comes in bursts. */
  readonly shape: number;
  /** Factor of the rate by hour, 24 numbers; null is 1 all day. */
  readonly hours: readonly number[] | null;
};

/** The next arrival after an instant. */
export const nextArrivalMs = (random: Random, asked: { readonly arriving: Arriving; readonly afterMs: number }): number => {
  const { arriving, afterMs } = asked;
  const rate = arriving.hours?.[Math.floor(afterMs / 3_600_000) % 24] ?? 1;
  const gap = arriving.shape === 1 ? random.exponential(arriving.meanGapMs) : random.weibull(arriving.meanGapMs, arriving.shape);
  return afterMs + gap / Math.max(1e-3, rate);
};

/** A stream of tasks: kinds and workspaces drawn by chances, until a count or an instant. */
export type Stream = {
  readonly seed: number;
  readonly label: string;
  readonly kinds: readonly TaskKind[];
  readonly kindChances: readonly number[];
  readonly workspaces: readonly string[];
  readonly workspaceChances: readonly number[];
  readonly arriving: Arriving;
  readonly fromMs: number;
  readonly most: number;
  readonly untilMs: number;
  /** Tasks that come at one instant and make up one build. */
  readonly perBuild: number;
};

/** The tasks of a stream in the order of their arrival, made as they are taken. */
export function* streamTasks(stream: Stream): Generator<PlannedTask> {
  const random = createRandom(stream.seed, stream.label);
  let atMs = stream.fromMs;
  for (let count = 0; count < stream.most; ) {
    atMs = nextArrivalMs(random, { arriving: stream.arriving, afterMs: atMs });
    if (atMs > stream.untilMs) return;
    const workspace = stream.workspaces[draw(random, stream.workspaceChances)] ?? '';
    for (let order = 0; order < stream.perBuild && count < stream.most; order += 1, count += 1) {
      const kind = stream.kinds[draw(random, stream.kindChances)] as TaskKind;
      yield planTask(random, { kind, id: `${stream.label}-${count}`, workspace, build: `${stream.label}-b${count - order}`, atMs, order });
    }
  }
}

/** Streams as one, ordered by arrival. */
export function* mergeTasks(sources: readonly Iterable<PlannedTask>[]): Generator<PlannedTask> {
  const open = sources.map((source) => source[Symbol.iterator]()).map((iterator) => ({ iterator, next: iterator.next() }));
  for (;;) {
    let first: (typeof open)[number] | undefined;
    for (const source of open) {
      if (source.next.done === true) continue;
      if (first === undefined || first.next.done === true || source.next.value.demand.submittedMs < first.next.value.demand.submittedMs)
        first = source;
    }
    if (first === undefined || first.next.done === true) return;
    yield first.next.value;
    first.next = first.iterator.next();
  }
}
