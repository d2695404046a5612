import type { BuildCourse } from '@filmwright/contracts';

type Attempt = BuildCourse['attempts'][number];
/** A bar of the picture of a build's course, in shares (0 to 1) of its time. */
export type CourseBar = { readonly from: number; readonly until: number; readonly attempt: Attempt };
/** What one runner did, one thing at a time. */
export type CourseLane = { readonly runner: string; readonly bars: readonly CourseBar[] };

/** Lanes of a build's course: each runner has as many as it did things at once. `nowMs` ends what runs. */
export function lanesOf({ attempts, startedAt, endedAt }: BuildCourse, nowMs: number): readonly CourseLane[] {
  const startMs = Date.parse(startedAt);
  const endMs = endedAt === null ? nowMs : Date.parse(endedAt);
  const share = (ms: number): number => (endMs <= startMs ? 0 : Math.min(1, Math.max(0, (ms - startMs) / (endMs - startMs))));
  const lanes: { readonly runner: string; readonly bars: CourseBar[]; freeMs: number }[] = [];
  for (const attempt of attempts) {
    const fromMs = Date.parse(attempt.startedAt);
    const untilMs = attempt.endedAt === null ? endMs : Date.parse(attempt.endedAt);
    const found = lanes.find(({ runner, freeMs }) => runner === attempt.runner && freeMs <= fromMs + 1);
    const lane = found ?? { runner: attempt.runner, bars: [], freeMs: 0 };
    if (found === undefined) lanes.push(lane);
    lane.freeMs = untilMs;
    lane.bars.push({ from: share(fromMs), until: share(untilMs), attempt });
  }
  return lanes.sort((a, b) => (a.runner < b.runner ? -1 : a.runner > b.runner ? 1 : 0)).map(({ runner, bars }) => ({ runner, bars }));
}
