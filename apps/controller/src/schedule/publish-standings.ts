import type { BuildStanding, ScheduleStore, TaskId } from '@filmwright/records';
import { aboutToBegin, type State, standings } from '@filmwright/scheduler';
import { idOf } from './demand-of.ts';
import type { FleetView } from './fleet-view.ts';

/** Publishes where waiting tasks stand, once a second while any wait, and once more when none does. */
export type StandingsPress = {
  readonly publish: (state: State) => Promise<void>;
  /** Why a task waited when that was published last; undefined for one that did not wait then. */
  readonly reasonOf: (task: TaskId) => string | undefined;
};

type Pressing = { readonly records: Pick<ScheduleStore, 'saveStandings'>; readonly view: FleetView; readonly nowMs: () => number };

const publishMs = 1000;
/** What takes long is done more seldom, so that it takes no more than a tenth of the time. */
const restFactor = 10;

export function createStandingsPress({ records, view, nowMs }: Pressing): StandingsPress {
  let nextMs = nowMs();
  let published = true;
  let reasons: ReadonlyMap<string, string> = new Map();
  return {
    reasonOf: (task) => reasons.get(idOf(task)),
    async publish(state) {
      if (nowMs() < nextMs || (view.waiting() === 0 && !published)) return;
      const startMs = nowMs();
      const found = standingsOf({ state, view, instantMs: startMs });
      await records.saveStandings(found);
      reasons = new Map(found.flatMap((build) => build.tasks.map((task) => noteOf({ build, task, before: reasons }))));
      published = view.waiting() > 0;
      nextMs = nowMs() + Math.max(publishMs, restFactor * (nowMs() - startMs));
    },
  };
}

type Note = {
  readonly build: BuildStanding;
  readonly task: BuildStanding['tasks'][number];
  readonly before: ReadonlyMap<string, string>;
};

/** What a task waits for; one that is about to begin waited for what was said before. */
function noteOf({ build: { workspaceId }, task: { key, reason }, before }: Note): readonly [id: string, reason: string] {
  const id = idOf({ workspaceId, key });
  return [id, reason === aboutToBegin ? (before.get(id) ?? reason) : reason];
}

/** The standings of each build with waiting tasks, those that start soonest first. */
function standingsOf({
  state,
  view,
  instantMs,
}: {
  readonly state: State;
  readonly view: FleetView;
  readonly instantMs: number;
}): readonly BuildStanding[] {
  const wallMs = Date.now();
  const builds = new Map<
    string,
    { readonly workspaceId: string; readonly buildId: string; readonly tasks: BuildStanding['tasks'][number][] }
  >();
  for (const standing of standings(state, instantMs)) {
    const task = view.waitingTask(standing);
    if (task === null) continue;
    const { workspaceId, buildId, key } = task;
    const build = builds.get(buildId) ?? { workspaceId, buildId, tasks: [] };
    builds.set(buildId, build);
    const { position, expectedStartMs, reason } = standing;
    const expectedStartAt = expectedStartMs === null ? null : new Date(wallMs + expectedStartMs - instantMs).toISOString();
    build.tasks.push({ key, position, expectedStartAt, reason });
  }
  return [...builds.values()];
}
