import { type BuildResult, type Problem, type Progress, toProblem } from '@filmwright/contracts';
import type { Offer, Plan, PlanInput } from '@filmwright/core';
import type { Log } from '@filmwright/process';
import type { BuildRecord, Records } from '@filmwright/records';
import { createResultCache } from './result-cache.ts';
import { digestOf, PlannerFault, settlePlan } from './settle-plan.ts';

/** What drives builds: the ledger, the planner, a clock in milliseconds that never goes back, and a log. */
export type Driving = {
  readonly records: Records;
  readonly plan: (input: PlanInput) => Plan;
  readonly nowMs: () => number;
  readonly log: Log;
};

/** One build while this process drives it. */
export type BuildDriver = {
  readonly id: string;
  /** The instant of `nowMs` at which this process took it up. */
  readonly startedMs: number;
  /** Notes that a task finished; true if this build waits for it. */
  readonly noteFinished: (key: string) => boolean;
  /** Reads what changed, plans on and stores it, as far as that is due; true when the build has ended. */
  readonly step: (offer: Offer) => Promise<boolean>;
  /** The instant of `nowMs` at which the next step has something to do. */
  readonly dueMs: () => number;
  /** Ends the build without a plan. */
  readonly fail: (problem: Problem) => Promise<void>;
};

/** All live tasks are read again so often; what finished is told at once. */
const rereadMs = 500;
/** Progress alone is stored so often at most. */
const progressMs = 200;
/** What there is to see of the shots is stored so often at most. */
const shotsMs = 500;
/** Planning, reading or storing that took this long is followed by so many times as much rest: a long film must not take the whole process. */
const noticeableMs = 50;
const restFactor = 3;

const noProgress: Progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } };

/** Starts driving a build; everything it knows is read from the ledger, so that a restart goes on where a crash stopped. */
export function driveBuild(build: BuildRecord, { records, plan, nowMs, log }: Driving): BuildDriver {
  const buildId = build.id;
  const cache = createResultCache({ build, records });
  const finished = new Set<string>();
  let live: ReadonlySet<string> = new Set();
  let plannedOffer: string | null = null;
  let saved: { readonly rows: string; readonly progress: string } | null = null;
  let held: Plan | null = null;
  let savedPackage: string | null = null;
  let savedShots: string | null = null;
  let nextShotsMs = 0;
  let progress = noProgress;
  let nextReadMs = 0;
  let nextPlanMs = 0;
  let nextSaveMs = 0;

  const readChanges = async (): Promise<boolean> => {
    const startedMs = nowMs();
    const all = startedMs >= nextReadMs;
    const keys = all ? live : [...finished];
    finished.clear();
    const changed = await cache.refresh(keys);
    if (all) nextReadMs = nowMs() + Math.max(rereadMs, restAfter(nowMs() - startedMs));
    return changed;
  };

  /** Stores a plan: new tasks at once, a mere change of progress when its time has come. */
  const store = async (made: Plan): Promise<void> => {
    const startedMs = nowMs();
    const rows = rowsOf(made);
    const ready = made.ready.filter((task) => !cache.isSubmitted(task.key));
    const now = { rows: digestOf(JSON.stringify(rows)), progress: JSON.stringify(made.progress) };
    held = null;
    if (ready.length === 0 && saved !== null) {
      if (saved.rows === now.rows && saved.progress === now.progress) return;
      if (startedMs < nextSaveMs) {
        held = made;
        return;
      }
    }
    await records.savePlan({ buildId, rows, ready, progress: made.progress });
    cache.noteSubmitted(ready.map((task) => task.key));
    saved = now;
    const costMs = nowMs() - startedMs;
    nextSaveMs = nowMs() + Math.max(progressMs, restAfter(costMs));
    if (ready.length > 0) log('info', 'tasks added', { buildId, added: ready.length, tasks: rows.length, ms: Math.round(costMs) });
  };

  const storePackage = async ({ webPackage }: Plan): Promise<void> => {
    if (webPackage === null) return;
    const digest = digestOf(JSON.stringify(webPackage));
    if (digest !== savedPackage) await records.savePackage(buildId, webPackage);
    savedPackage = digest;
  };

  const storeShots = async (made: Plan): Promise<void> => {
    const startedMs = nowMs();
    if (made.shots === null || (made.end === null && startedMs < nextShotsMs)) return;
    const shots = made.shots();
    const digest = digestOf(JSON.stringify(shots));
    if (digest !== savedShots) await records.saveShots(buildId, shots);
    savedShots = digest;
    nextShotsMs = nowMs() + Math.max(shotsMs, restAfter(nowMs() - startedMs));
  };

  const end = async (
    state: 'succeeded' | 'failed',
    how: { readonly result: BuildResult | null; readonly problem: Problem | null },
  ): Promise<void> => {
    await records.endBuild({ buildId, state, result: how.result, problem: how.problem, progress });
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
    live = new Set(made.rows.flatMap(({ key }) => (key === null || cache.isDone(key) ? [] : [key])));
    nextPlanMs = nowMs() + restAfter(nowMs() - startedMs);
    await storePackage(made);
    await storeShots(made);
    if (made.end === null) {
      await store(made);
      return false;
    }
    const rows = rowsOf(made);
    if (saved?.rows !== digestOf(JSON.stringify(rows))) await records.savePlan({ buildId, rows, ready: [], progress });
    await end(made.end.state, made.end);
    return true;
  };

  return {
    id: buildId,
    startedMs: nowMs(),
    noteFinished(key) {
      if (live.has(key)) finished.add(key);
      return live.has(key);
    },
    dueMs() {
      if (plannedOffer === null || finished.size > 0) return nextPlanMs;
      return Math.max(nextPlanMs, held === null ? nextReadMs : Math.min(nextReadMs, nextSaveMs));
    },
    async step(offer) {
      if (nowMs() < nextPlanMs) return false;
      const offered = JSON.stringify(offer);
      const changed = await readChanges();
      if (!changed && offered === plannedOffer) {
        if (held !== null && nowMs() >= nextSaveMs) await store(held);
        return false;
      }
      // Set only after success: a step that broke off is done again as a whole.
      plannedOffer = null;
      try {
        const ended = await planOn(offer);
        plannedOffer = offered;
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

function restAfter(costMs: number): number {
  return costMs < noticeableMs ? 0 : restFactor * costMs;
}

/** A plan's rows as the ledger keeps them. */
function rowsOf(made: Plan): Parameters<Records['savePlan']>[0]['rows'] {
  return made.rows.map(({ address, kind, key, estimateMs, reused }) => ({ address, kind, key, estimateMs, reused }));
}
