import { type BuildResult, type Problem, type Progress, toProblem } from '@filmwright/contracts';
import type { Offer } from '@filmwright/core/plan/merge-offers';
import { type ChosenToolchain, keepChosen } from '@filmwright/core/plan/model-toolchains';
import type { Plan, PlanInput } from '@filmwright/core/plan/plan-build';
import { poolsFor } from '@filmwright/core/plan/pool-models';
import type { Log } from '@filmwright/process';
import type { BuildRecord, Records } from '@filmwright/records';
import { createPlanStorage } from './plan-storage.ts';
import { restAfter } from './rest-after.ts';
import { createResultCache } from './result-cache.ts';
import type { Gathering } from './schedule/gathering.ts';
import { PlannerFault, settlePlan } from './settle-plan.ts';

/** What drives builds: the ledger, the planner, a clock in milliseconds that never goes back, and a log. */
export type Driving = {
  readonly records: Records;
  readonly plan: (input: PlanInput) => Plan;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly turn?: number;
  /** What was chosen for a build's tasks by whoever drove it before; nothing when left out. */
  readonly chosenToolchains?: (buildId: string) => Promise<readonly ChosenToolchain[]>;
  /** All live tasks of a build are read again so often, in milliseconds; each half a second when left out. */
  readonly rereadMs?: () => number;
  /** Told what is there of what a build's tasks to come will read; nobody is when left out. */
  readonly gathering?: Pick<Gathering, 'set' | 'drop'>;
};

/** One build while this process drives it. */
export type BuildDriver = {
  readonly id: string;
  /** The instant of `nowMs` at which this process took it up. */
  readonly startedMs: number;
  /** Notes that tasks finished; true if this build waits for one of them. */
  readonly noteFinished: (keys: readonly string[]) => boolean;
  /** Reads what changed, plans on and stores it, as far as that is due; true when the build has ended. */
  readonly step: (offer: Offer) => Promise<boolean>;
  /** The instant of `nowMs` at which the next step has something to do. */
  readonly dueMs: () => number;
  /** Ends the build without a plan. */
  readonly fail: (problem: Problem) => Promise<void>;
};

/** What finished is told at once; how far tasks are, and what nobody told, is read. */
export const leastRereadMs = 500;
const noProgress: Progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } };

/** Starts driving a build; everything it knows is read from the ledger, so that a restart goes on where a crash stopped. */
export function driveBuild(
  build: BuildRecord,
  { records, plan, nowMs, log, turn, gathering, chosenToolchains, rereadMs = () => leastRereadMs }: Driving,
): BuildDriver {
  const buildId = build.id;
  const cache = createResultCache({ build, records });
  const held = turn === undefined ? {} : { turn };
  const storage = createPlanStorage(buildId, { records, cache, nowMs, log, ...held });
  const finished = new Set<string>();
  let live: ReadonlySet<string> = new Set();
  /** A film stays with the devices that it was begun on; what was drawn elsewhere has other bytes. */
  let chosen: ReadonlyMap<string, ChosenToolchain> | null = null;
  let plannedOffer: string | null = null;
  let progress = noProgress;
  let nextReadMs = 0;
  let nextPlanMs = 0;

  const readChanges = async (): Promise<boolean> => {
    const startedMs = nowMs();
    const all = startedMs >= nextReadMs;
    const keys = all ? live : [...finished];
    finished.clear();
    const changed = await cache.refresh(keys);
    if (all) nextReadMs = nowMs() + Math.max(rereadMs(), restAfter(nowMs() - startedMs));
    return changed;
  };

  const end = async (
    state: 'succeeded' | 'failed',
    how: { readonly result: BuildResult | null; readonly problem: Problem | null },
  ): Promise<void> => {
    gathering?.drop(buildId);
    await records.endBuild({ buildId, state, result: how.result, problem: how.problem, progress, ...held });
    log(state === 'failed' ? 'warn' : 'info', `build ${state}`, {
      buildId,
      ...progress.tasks,
      ...(how.problem ? { problem: how.problem } : {}),
    });
  };

  const planOn = async (offer: Offer): Promise<boolean> => {
    const startedMs = nowMs();
    const made = await settlePlan({ build, offer, cache, plan });
    progress = made.progress;
    chosen = new Map([...(chosen ?? []), ...byModel(made.chosen ?? [])]);
    live = new Set(made.rows.flatMap(({ key }) => (key === null || cache.isDone(key) ? [] : [key])));
    nextPlanMs = nowMs() + restAfter(nowMs() - startedMs);
    await storage.storeViews(made);
    if (made.end === null) {
      await storage.store(made);
      gathering?.set({ buildId, workspaceId: build.workspaceId }, made.coming ?? []);
      return false;
    }
    await storage.storeLast(made);
    await end(made.end.state, made.end);
    return true;
  };

  return {
    id: buildId,
    startedMs: nowMs(),
    noteFinished(keys) {
      const waited = keys.filter((key) => live.has(key));
      for (const key of waited) finished.add(key);
      return waited.length > 0;
    },
    dueMs() {
      if (plannedOffer === null || finished.size > 0) return nextPlanMs;
      return Math.max(nextPlanMs, Math.min(nextReadMs, storage.dueMs()));
    },
    async step(offered) {
      if (nowMs() < nextPlanMs) return false;
      // For a build without a plan nobody has chosen anything.
      chosen ??= new Map(build.state === 'planning' ? [] : byModel((await chosenToolchains?.(buildId)) ?? []));
      const offer = keepChosen(allowedTo(build, offered), [...chosen.values()]);
      const offeredText = JSON.stringify(offer);
      const changed = await readChanges();
      if (!changed && offeredText === plannedOffer) {
        await storage.storeHeld();
        return false;
      }
      // Set only after success: a step that broke off is done again as a whole.
      plannedOffer = null;
      try {
        const ended = await planOn(offer);
        plannedOffer = offeredText;
        return ended;
      } catch (error) {
        if (!(error instanceof PlannerFault)) throw error;
        log('error', 'the planner failed', { buildId, stack: error.cause instanceof Error ? error.cause.stack : String(error.cause) });
        await end('failed', { result: null, problem: toProblem(error) });
        return true;
      }
    },
    fail: (problem) => end('failed', { result: null, problem }),
  };
}

function allowedTo(build: BuildRecord, { pools = [], ...offer }: Offer): Offer {
  const here = poolsFor(build, pools);
  return here.length === 0 ? offer : { ...offer, pools: here };
}

function byModel(chosen: readonly ChosenToolchain[]): readonly (readonly [string, ChosenToolchain])[] {
  return chosen.map((one) => [`${one.kind} ${one.model}`, one]);
}
