import type { Estimate, Stage } from '@filmwright/contracts';
import type { Plan, PlanRow } from './plan-build.ts';

/** What is left to do of a plan: work as if one task ran after the other, and time until the end where `slots` tasks run at once. Of the work, `gpuMs` are those of GPUs, each by itself. Tasks that were done for other builds cost nothing. */
export function estimateFilm(plan: Plan, slots: number): Omit<Estimate, 'cost'> {
  const shots = plan.shots?.() ?? null;
  const left = plan.rows.filter((row) => !row.reused);
  const workMs = sum(left.map(({ estimateMs }) => estimateMs));
  return {
    durationMs: shots === null ? 0 : Math.round((shots.frames * 1000) / shots.fps),
    frames: shots?.frames ?? 0,
    exact: shots?.shots.every(({ timed }) => timed) ?? false,
    tasks: { total: plan.rows.length, reused: plan.rows.length - left.length },
    workMs: Math.round(workMs),
    gpuMs: Math.round(sum(left.map(({ estimateMs, gpus = 0 }) => estimateMs * gpus))),
    slotMs: Math.round(sum(left.map(({ estimateMs, gpus = 0 }) => (gpus === 0 ? estimateMs : 0)))),
    wallMs: Math.round(Math.max(workMs / Math.max(1, slots), longestWayMs(left))),
    issues: plan.end?.result?.issues ?? plan.end?.problem?.issues ?? [],
  };
}

/** However many run at once, the longest task of a stage has to end before the next stage can. */
function longestWayMs(rows: readonly PlanRow[]): number {
  const longest = new Map<Stage, number>();
  for (const { stage, estimateMs } of rows) longest.set(stage, Math.max(longest.get(stage) ?? 0, estimateMs));
  return sum([...longest.values()]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
