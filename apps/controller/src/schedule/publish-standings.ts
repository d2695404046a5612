import { randomUUID } from 'node:crypto';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { BuildStanding, LineChange, ScheduleStore, TaskId } from '@filmwright/records';
import { behindReason, bringUp, type LineNow, type Lineup, lineUp, reasonNow, type Stand, type State } from '@filmwright/scheduler';
import { restAfter } from '../rest-after.ts';
import { idOf } from './demand-of.ts';
import type { FleetView } from './fleet-view.ts';

/**
 * Publishes once a second where waiting tasks stand, while any wait, and once more when none does. All is looked at anew each time, or where that takes long so
 * that it takes a seventh of the time at most; between, each second brings up what was published to who came and who went.
 */
export type StandingsPress = {
  /** Begins to publish where that is due, and goes on beside the steps that follow. Throws what publishing failed with before. */
  readonly publish: (state: State) => void;
  /** Why a task waited when that was published last; undefined for one that did not wait then. */
  readonly reasonOf: (task: TaskId) => string | undefined;
  /** Resolves once nothing is being published. */
  readonly settled: () => Promise<void>;
};

type Pressing = {
  readonly records: Pick<ScheduleStore, 'saveStandings' | 'bringUpStandings'>;
  readonly view: FleetView;
  readonly nowMs: () => number;
  /** Of the leader that publishes. */
  readonly epoch: number;
};

const publishMs = 1000;
const soonMs = 250;
/** So long at once; then whatever else this process has to do comes first. */
const sliceMs = 8;
/** The clock is looked at after so many. */
const sliceTasks = 100;

/** What was published last: of each line, and of each build with tasks that came since, the text of what it was brought up to. */
type Told = { readonly id: string; readonly lineup: Lineup; readonly lines: Map<number, string>; readonly came: Map<string, string> };

export function createStandingsPress({ records, view, nowMs, epoch }: Pressing): StandingsPress {
  let nextMs = nowMs();
  let nextUpMs = nextMs;
  /** How long looking at all took last, from its begin until it was written. */
  let lookMs = 0;
  let published = true;
  let told: Told | null = null;
  let looking: Promise<void> | null = null;
  let bringing: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;

  const look = async (state: State): Promise<void> => {
    const isAny = view.waiting() > 0;
    const startMs = nowMs();
    // What is soon told anew need not be brought up before.
    if (lookMs < soonMs) nextUpMs = Math.max(nextUpMs, startMs + soonMs);
    const { builds, lineup, tookMs } = await lookAt({ state, view, nowMs, before: told?.lineup ?? null });
    const savedMs = nowMs();
    const id = randomUUID();
    const lines = lineup.lines.map(changeOf);
    await records.saveStandings(builds, { id, lines, epoch });
    told = { id, lineup, lines: new Map(lines.map((line) => [line.line, JSON.stringify(line)])), came: new Map() };
    published = isAny;
    nextMs = nowMs() + Math.max(publishMs, 2 * restAfter(tookMs + nowMs() - savedMs));
    nextUpMs = startMs + publishMs;
    lookMs = nowMs() - startMs;
  };

  const bring = async (state: State, { id, lineup, lines, came }: Told): Promise<void> => {
    const { add, builds } = byBuild({ view, nowMs });
    for (const stand of bringUp(lineup, state, nowMs())) add(stand);
    const here = builds().map((build) => ({ ...build, tasks: build.tasks.slice() }));
    const there = new Set(here.map(({ buildId }) => buildId));
    const left = [...came.keys()].filter((buildId) => !there.has(buildId)).map((buildId) => ({ workspaceId: '', buildId, tasks: [] }));
    const changed = {
      lines: lineup.lines.map(changeOf).filter((line) => isNews(lines, line.line, JSON.stringify(line))),
      builds: [...here, ...left].filter(({ buildId, tasks }) => isNews(came, buildId, JSON.stringify(tasks))),
    };
    if (changed.lines.length + changed.builds.length > 0) await records.bringUpStandings({ id, ...changed });
  };

  const noted = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      failure = { error };
    });

  return {
    reasonOf: (task) => (told === null ? undefined : reasonNow(told.lineup, idOf(task))),
    publish(state) {
      if (failure !== null) throw failure.error;
      const isDue = nowMs() >= nextMs && (view.waiting() > 0 || published);
      if (isDue && looking === null) {
        looking = noted(look(state)).finally(() => {
          looking = null;
        });
      } else if (
        told !== null &&
        bringing === null &&
        nowMs() >= nextUpMs &&
        (looking !== null || lookMs >= soonMs || nextMs - nowMs() >= soonMs)
      ) {
        nextUpMs = Math.max(nextUpMs + publishMs, nowMs() + soonMs);
        bringing = noted(bring(state, told)).finally(() => {
          bringing = null;
        });
      }
    },
    async settled() {
      await looking;
      await bringing;
    },
  };
}

/** Notes the text of something; true where it is another than before. */
function isNews<Name>(texts: Map<Name, string>, name: Name, text: string): boolean {
  if (texts.get(name) === text) return false;
  texts.set(name, text);
  return true;
}

function changeOf({ number, gone, came, first }: LineNow): LineChange {
  return { line: number, gone, came, first };
}

type Times = { readonly view: FleetView; readonly nowMs: () => number };
type Written = ReturnType<BuildStanding['tasks']['slice']>[number];
type Waiting = { readonly key: string; readonly stand: Stand };

/** Stands of tasks that wait by their builds, as they are written: what is written of each is made when it is asked for, some at a time. */
function byBuild({ view, nowMs }: Times): { readonly add: (stand: Stand) => void; readonly builds: () => readonly BuildStanding[] } {
  const found = new Map<string, { readonly workspaceId: string; readonly buildId: string; readonly waiting: Waiting[] }>();
  const aheadMs = Date.now() - nowMs();
  const dates = new Map<number, string>();
  /** To the second: it is not known better, and many share one. */
  const dateOf = (instantMs: number): string => {
    const atS = Math.round((aheadMs + instantMs) / 1000);
    const known = dates.get(atS);
    if (known !== undefined) return known;
    const date = new Date(1000 * atS).toISOString();
    dates.set(atS, date);
    return date;
  };
  const written = ({ key, stand: { line, place, expectedStartMs, reason: said, stays } }: Waiting): Written => {
    const expectedStartAt = expectedStartMs === null ? null : dateOf(expectedStartMs);
    const reason = said === '' ? behindReason(Math.max(1, Math.ceil(place))) : said;
    if (line === null) return { key, position: place, expectedStartAt, reason };
    if (!stays) return { key, position: place, expectedStartAt, reason, line: line.number };
    return { key, position: place, expectedStartAt, reason, line: line.number, stays };
  };
  return {
    add(stand) {
      const task = view.waitingTask(stand.task.id);
      if (task === null) return;
      const { workspaceId, buildId, key } = task;
      const build = found.get(buildId);
      if (build === undefined) found.set(buildId, { workspaceId, buildId, waiting: [{ key, stand }] });
      else build.waiting.push({ key, stand });
    },
    builds: () =>
      [...found.values()].map(({ workspaceId, buildId, waiting }) => {
        const slice = (first?: number, end?: number) => waiting.slice(first, end).map(written);
        return { workspaceId, buildId, tasks: { length: waiting.length, slice } };
      }),
  };
}

type Found = {
  readonly builds: readonly BuildStanding[];
  readonly lineup: Lineup;
  /** Time of this process, without that of others between the slices. */
  readonly tookMs: number;
};

/** The standings of each build with waiting tasks, those that start soonest first. */
async function lookAt({ state, view, nowMs, before }: Times & { readonly state: State; readonly before: Lineup | null }): Promise<Found> {
  const { lineup, each } = lineUp(state, { instantMs: nowMs(), before });
  const { add, builds } = byBuild({ view, nowMs });
  let sinceMs = nowMs();
  let tookMs = 0;
  let count = 0;
  for (const stand of each) {
    if ((stand === null || ++count % sliceTasks === 0) && nowMs() - sinceMs >= sliceMs) {
      tookMs += nowMs() - sinceMs;
      await yieldToOthers();
      sinceMs = nowMs();
    }
    if (stand !== null) add(stand);
  }
  return { builds: builds(), lineup, tookMs: tookMs + nowMs() - sinceMs };
}
