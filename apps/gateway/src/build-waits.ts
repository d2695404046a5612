import type { Build, BuildWait } from '@filmwright/contracts';
import { plainReason } from '@filmwright/core/wait/plain-reason';
import type { BuildWaitFacts, OverviewStore } from '@filmwright/records';
import { keptAnswer } from './kept-answer.ts';

/** Tells of builds what waits, each looked at most once a second however many follow it, and more seldom where that takes long. */
export type BuildWaits = { readonly tell: (build: Build, workspaceId: string) => Promise<Build> };

const trustMs = 900;
const mostKnown = 1000;
const mostReasons = 5;
const others = 'others go before it';

export function createBuildWaits(overview: Pick<OverviewStore, 'buildWait'>): BuildWaits {
  const known = new Map<string, () => Promise<BuildWaitFacts | null>>();
  const look = (buildId: string, workspaceId: string): Promise<BuildWaitFacts | null> => {
    const before = known.get(buildId);
    if (before !== undefined) return before();
    if (known.size >= mostKnown) known.clear();
    // What cannot be told is no reason to refuse what can.
    const ask = keptAnswer(() => overview.buildWait({ workspaceId, buildId }).catch(() => null), { trustMs });
    known.set(buildId, ask);
    return ask();
  };
  return {
    async tell(build, workspaceId) {
      if (build.endedAt !== null) {
        known.delete(build.id);
        return build;
      }
      const facts = await look(build.id, workspaceId);
      return facts === null ? build : { ...build, waiting: describeWait(facts, { leftMs: build.progress.leftMs, nowMs: Date.now() }) };
    },
  };
}

/** The waits of all tasks as one: reasons in plain words, those of tasks behind tasks of the same film left out. Instants are whole seconds. */
export function describeWait(
  { reasons, running, leftMs, slots }: BuildWaitFacts,
  { leftMs: foreseenMs, nowMs }: { readonly leftMs: number | null; readonly nowMs: number },
): BuildWait {
  const heads = reasons.filter(({ reason }) => reason !== others);
  const behind = reasons.filter(({ reason }) => reason === others);
  // Where one of its own tasks comes first, the rest stands behind that one.
  const told = heads.length > 0 ? heads : behind.slice(0, 1);
  const rest = heads.length > 0 ? behind : behind.slice(1);
  const starts = told.flatMap(({ expectedStartAt }) => (expectedStartAt === null ? [] : [Date.parse(expectedStartAt)]));
  const startMs = starts.length === 0 ? null : Math.max(nowMs, Math.min(...starts));
  const isStuck =
    told.some(({ expectedStartAt }) => expectedStartAt === null) || rest.some(({ expectedStartAt }) => expectedStartAt === null);
  const restMs = foreseenMs ?? leftMs / Math.max(1, slots);
  const endMs = isStuck || startMs === null ? null : (running > 0 ? nowMs : startMs) + restMs;
  const left = rest.reduce((sum, { tasks }) => sum + tasks, 0);
  const last = told.length - 1;
  return {
    tasks: reasons.reduce((sum, { tasks }) => sum + tasks, 0),
    running,
    reasons: told.slice(0, mostReasons).map(({ reason, tasks, position, expectedStartAt }, at) => ({
      reason: reason === others ? before(position) : plainReason(reason),
      tasks: at === Math.min(last, mostReasons - 1) ? tasks + left : tasks,
      expectedStartAt: expectedStartAt === null ? null : wholeSecond(Math.max(nowMs, Date.parse(expectedStartAt))),
    })),
    expectedStartAt: startMs === null ? null : wholeSecond(startMs),
    expectedEndAt: endMs === null ? null : wholeSecond(endMs),
  };
}

function before(position: number): string {
  return position === 1 ? '1 task of another film goes before it' : `${position} tasks of other films go before it`;
}

/** Said to the second, so that looks at nearly the same time say the same. */
function wholeSecond(ms: number): string {
  return new Date(1000 * Math.round(ms / 1000)).toISOString();
}
