import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { BuildStanding, ScheduleStore, TaskId } from '@filmwright/records';
import { aboutToBegin, eachStanding, type State } from '@filmwright/scheduler';
import { restAfter } from '../rest-after.ts';
import { idOf } from './demand-of.ts';
import type { FleetView } from './fleet-view.ts';

/** Publishes where waiting tasks stand, once a second while any wait (more seldom where that takes long, so that it takes a quarter of the time at most), and once more when none does. */
export type StandingsPress = {
  /** Begins to publish where that is due, and goes on beside the steps that follow. Throws what publishing failed with before. */
  readonly publish: (state: State) => void;
  /** Why a task waited when that was published last; undefined for one that did not wait then. */
  readonly reasonOf: (task: TaskId) => string | undefined;
  /** Resolves once nothing is being published. */
  readonly settled: () => Promise<void>;
};

type Pressing = { readonly records: Pick<ScheduleStore, 'saveStandings'>; readonly view: FleetView; readonly nowMs: () => number };

const publishMs = 1000;
/** So long at once; then whatever else this process has to do comes first. */
const sliceMs = 8;
/** The clock is looked at after so many. */
const sliceTasks = 100;

export function createStandingsPress({ records, view, nowMs }: Pressing): StandingsPress {
  let nextMs = nowMs();
  let published = true;
  let reasons: ReadonlyMap<string, string> = new Map();
  let current: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;

  const press = async (state: State): Promise<void> => {
    const isAny = view.waiting() > 0;
    const found = await standingsOf({ state, view, nowMs, before: reasons });
    const savedMs = nowMs();
    await records.saveStandings(found.builds);
    reasons = found.reasons;
    published = isAny;
    nextMs = nowMs() + Math.max(publishMs, restAfter(found.tookMs + nowMs() - savedMs));
  };

  return {
    reasonOf: (task) => reasons.get(idOf(task)),
    publish(state) {
      if (failure !== null) throw failure.error;
      if (current !== null || nowMs() < nextMs || (view.waiting() === 0 && !published)) return;
      current = press(state)
        .catch((error: unknown) => {
          failure = { error };
        })
        .finally(() => {
          current = null;
        });
    },
    async settled() {
      await current;
    },
  };
}

type Found = {
  readonly builds: readonly BuildStanding[];
  /** By the names of tasks in the scheduler. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Time of this process, without that of others between the slices. */
  readonly tookMs: number;
};
type Finding = {
  readonly state: State;
  readonly view: FleetView;
  readonly nowMs: () => number;
  readonly before: ReadonlyMap<string, string>;
};

/** The standings of each build with waiting tasks, those that start soonest first. What a task that is about to begin waited for is what was said before. */
async function standingsOf({ state, view, nowMs, before }: Finding): Promise<Found> {
  const instantMs = nowMs();
  const wallMs = Date.now();
  const reasons = new Map<string, string>();
  const builds = new Map<
    string,
    { readonly workspaceId: string; readonly buildId: string; readonly tasks: BuildStanding['tasks'][number][] }
  >();
  let sinceMs = instantMs;
  let tookMs = 0;
  let count = 0;
  for (const standing of eachStanding(state, instantMs)) {
    if (++count % sliceTasks === 0 && nowMs() - sinceMs >= sliceMs) {
      tookMs += nowMs() - sinceMs;
      await yieldToOthers();
      sinceMs = nowMs();
    }
    const task = view.waitingTask(standing);
    if (task === null) continue;
    const { workspaceId, buildId, key } = task;
    let build = builds.get(buildId);
    if (build === undefined) {
      build = { workspaceId, buildId, tasks: [] };
      builds.set(buildId, build);
    }
    const { task: id, position, expectedStartMs, reason } = standing;
    const expectedStartAt = expectedStartMs === null ? null : new Date(wallMs + expectedStartMs - instantMs).toISOString();
    build.tasks.push({ key, position, expectedStartAt, reason });
    reasons.set(id, reason === aboutToBegin ? (before.get(id) ?? reason) : reason);
  }
  return { builds: [...builds.values()], reasons, tookMs: tookMs + nowMs() - sinceMs };
}
