import type { Demand, ModelFacts, RunnerFacts, WorkspaceFacts } from '../src/demand.ts';

/** A task as the world knows it: what is told of it, and what only comes out by running it. */
export type PlannedTask = {
  /** `submittedMs` is when it arrives; it is ready then, or once all of `after` are done. */
  readonly demand: Demand;
  /** Work on a device of speed 1, without loading and transfers. */
  readonly trueMs: number;
  /** Tasks that must be done before it is told. They come earlier in the scenario's order. */
  readonly after?: readonly string[];
  /** What it reads beside the outputs of `after`, and what it writes. */
  readonly inputMib?: number;
  readonly outputMib?: number;
};

/** What befalls the fleet, or a task, from outside. */
export type Incident =
  /** Falls silent; found out after the scenario's `detectMs`; comes back with its disk but empty memory after `downMs`. */
  | { readonly type: 'dies'; readonly atMs: number; readonly runner: string; readonly downMs: number }
  /** Takes no new task, leaves once empty, comes back after `downMs`. */
  | { readonly type: 'drains'; readonly atMs: number; readonly runner: string; readonly downMs: number }
  | { readonly type: 'withdrawn'; readonly atMs: number; readonly task: string }
  /** The leader falls over and a standby begins with a policy that knows nothing: it is told all that there is. */
  | { readonly type: 'takeover'; readonly atMs: number };

/** Links for inputs and outputs; a transfer gets the least of its runner's link and its part of the store's. */
export type Network = { readonly runnerMibPerS: number; readonly storeMibPerS: number };

/** A seeded world: what there is, what comes, and what befalls it. Times are milliseconds from 0, its beginning. */
export type Scenario = {
  readonly name: string;
  readonly about: string;
  readonly seed: number;
  readonly models: readonly ModelFacts[];
  readonly workspaces: readonly WorkspaceFacts[];
  readonly runners: readonly RunnerFacts[];
  /** Ordered by `submittedMs`; made anew by every call, so that a day of a large fleet needs no memory. */
  readonly tasks: () => Iterable<PlannedTask>;
  /** Some tasks come after others, so what is done is remembered. */
  readonly linked: boolean;
  readonly incidents: readonly Incident[];
  /** Steps happen on multiples of it. */
  readonly tickMs: number;
  /** While tasks wait and nothing happens, a step comes at least so often. */
  readonly restMs: number;
  /** From a decision until the runner begins, and from the end of the work until it is told. */
  readonly grantMs: number;
  readonly reportMs: number;
  /** From a hint until the runner hears it. */
  readonly hintMs: number;
  /** From the end of a task until those that come after it are planned and told. */
  readonly planMs: number;
  /** Deviation of the logarithm of a load's duration around the model's facts. */
  readonly loadSpread: number;
  /** Work of a product's device relative to `trueMs`; 1 where it is not named. */
  readonly speeds: Readonly<Record<string, number>>;
  /** What each further task adds to a batch, in its own time. */
  readonly batchPart: number;
  /** Part of the attempts that fail in the end, and are told anew after `retryMs`. */
  readonly failPart: number;
  readonly retryMs: number;
  readonly detectMs: number;
  /** So often it is asked when what waits is expected to start. */
  readonly tellMs: number;
  readonly network: Network | null;
  /** By pool: what a runner costs in each hour that it is there. */
  readonly costPerHour: Readonly<Record<string, number>>;
  /** No step after it; Infinity runs until everything is done. */
  readonly untilMs: number;
};

/** What most scenarios share; each overrides what it is about. */
export const plainWorld = {
  linked: false,
  incidents: [],
  tickMs: 100,
  restMs: 1000,
  grantMs: 0,
  reportMs: 0,
  hintMs: 0,
  planMs: 0,
  loadSpread: 0.05,
  speeds: {},
  batchPart: 0.7,
  failPart: 0,
  retryMs: 10_000,
  detectMs: 25_000,
  tellMs: 60_000,
  network: null,
  costPerHour: {},
  untilMs: Number.POSITIVE_INFINITY,
} as const satisfies Partial<Scenario>;
