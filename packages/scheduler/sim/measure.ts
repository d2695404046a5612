import type { Outcome } from './simulate.ts';

/** The middle and the tail of a set of durations; 0 where it is empty. */
export type Spread = {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  readonly mostMs: number;
};

/** Figures of a run. Parts are between 0 and 1. */
export type Measures = {
  readonly policy: string;
  readonly tasks: number;
  readonly left: number;
  /** Of the tasks that have a deadline; null where none has. */
  readonly deadlinesMet: number | null;
  /** Loading and fetching over all time that devices and slots were held. */
  readonly swapShare: number;
  readonly swaps: number;
  /** Held over there, of GPUs where the fleet has any. */
  readonly utilisation: number;
  readonly wait: Spread;
  readonly latency: Spread;
  /** How far off expected starts were, sooner or later, as they were told first; of `told` tasks. */
  readonly off: Spread & { readonly told: number };
  readonly byWorkspace: readonly {
    readonly workspace: string;
    readonly tasks: number;
    readonly wait: Spread;
    readonly deadlinesMet: number | null;
    readonly share: number | null;
    readonly backlogMs: number;
  }[];
  /** The least share of a workspace; null where none was backlogged long enough. */
  readonly leastShare: number | null;
  readonly preemptions: number;
  readonly surprises: number;
  /** Runs that were lost or failed, and the part of held time that came to nothing. */
  readonly broken: number;
  readonly cost: number;
  readonly endMs: number;
  readonly steps: number;
  /** Null where steps were not timed. */
  readonly stepP99Ms: number | null;
};

/** Spread of durations by nearest rank. */
export const spreadOf = (durations: readonly number[]): Spread => {
  const sorted = Float64Array.from(durations).sort();
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  const sum = sorted.reduce((total, value) => total + value, 0);
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), meanMs: sorted.length === 0 ? 0 : sum / sorted.length, mostMs: at(1) };
};

const metOf = (tasks: Outcome['tasks']): number | null => {
  let due = 0;
  let met = 0;
  for (const { deadlineMs, doneMs } of tasks) {
    if (deadlineMs === null) continue;
    due += 1;
    if (doneMs <= deadlineMs) met += 1;
  }
  return due === 0 ? null : met / due;
};

/** What a run comes to. Tasks that were left count as nothing but `left`; `stepMs` are durations of its steps where they were taken. */
export const measure = (outcome: Outcome, stepMs: readonly number[] = []): Measures => {
  const { tasks, runs, presences, scenario } = outcome;
  const onGpu = scenario.runners.some((runner) => runner.devices.length > 0);
  let heldMs = 0;
  let loadMs = 0;
  let gpuMs = 0;
  let swaps = 0;
  let broken = 0;
  for (const run of runs) {
    heldMs += (run.endMs - run.grantedMs) * run.held;
    loadMs += (run.workMs - run.grantedMs) * run.held;
    if (run.onGpu === onGpu) gpuMs += (run.endMs - run.grantedMs) * run.held;
    if (run.tier !== 'none' && run.tier !== 'resident') swaps += 1;
    if (run.outcome === 'lost' || run.outcome === 'failed') broken += 1;
  }
  let thereMs = 0;
  let cost = 0;
  for (const { pool, units, fromMs, toMs, onGpu: hasGpu } of presences) {
    const here = Math.min(toMs, outcome.endMs) - fromMs;
    if (here <= 0) continue;
    if (hasGpu === onGpu) thereMs += here * units;
    cost += (here / 3_600_000) * (scenario.costPerHour[pool] ?? 0);
  }
  const shares = new Map(outcome.shares.map((share) => [share.workspace, share]));
  const grouped = new Map(scenario.workspaces.map(({ id }) => [id, [] as (typeof tasks)[number][]]));
  for (const task of tasks) grouped.get(task.workspace)?.push(task);
  const byWorkspace = scenario.workspaces.map(({ id }) => {
    const own = grouped.get(id) ?? [];
    const share = shares.get(id);
    return {
      workspace: id,
      tasks: own.length,
      wait: spreadOf(own.map((task) => task.waitMs)),
      deadlinesMet: metOf(own),
      share: share?.ratio ?? null,
      backlogMs: share?.backlogMs ?? 0,
    };
  });
  const off = tasks.flatMap(({ offMs }) => (offMs === null ? [] : [Math.abs(offMs)]));
  const known = byWorkspace.flatMap(({ share }) => (share === null ? [] : [share]));
  return {
    policy: outcome.policy,
    tasks: tasks.length,
    left: outcome.left,
    deadlinesMet: metOf(tasks),
    swapShare: heldMs === 0 ? 0 : loadMs / heldMs,
    swaps,
    utilisation: thereMs === 0 ? 0 : gpuMs / thereMs,
    wait: spreadOf(tasks.map((task) => task.waitMs)),
    latency: spreadOf(tasks.map((task) => task.doneMs - task.readyMs)),
    off: { ...spreadOf(off), told: off.length },
    byWorkspace,
    leastShare: known.length === 0 ? null : Math.min(...known),
    preemptions: outcome.preemptions,
    surprises: outcome.surprises,
    broken,
    cost,
    endMs: outcome.endMs,
    steps: outcome.steps,
    stepP99Ms: stepMs.length === 0 ? null : spreadOf(stepMs).p99Ms,
  };
};
