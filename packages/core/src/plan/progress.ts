import { type Progress, type Stage, stages } from '@filmwright/contracts';
import type { PlannedTask } from './planner.ts';

/** How far a build is, by estimated work; `slots` is how many tasks run at once. Tasks made before this build count as done at once. */
export function progressOf(tasks: readonly PlannedTask[], slots: number): Progress {
  let total = 0;
  let done = 0;
  let measuredMs = 0;
  let measuredEstimateMs = 0;
  let run = 0;
  let reused = 0;
  let current: PlannedTask | undefined;
  for (const task of tasks) {
    total += task.estimateMs;
    const { result } = task;
    if (result?.state === 'done') {
      done += task.estimateMs;
      if (result.reused) reused++;
      else {
        run++;
        measuredMs += result.wallMs ?? 0;
        measuredEstimateMs += task.estimateMs;
      }
    } else if (result?.state === 'leased') {
      done += (task.estimateMs * result.percent) / 100;
      if (current === undefined || rank(task.stage) >= rank(current.stage)) current = task;
    }
  }
  const waiting = current ?? tasks.find((task) => task.result?.state !== 'done');
  const pace = measuredEstimateMs > 500 ? measuredMs / measuredEstimateMs : null;
  const leftMs = pace === null ? null : Math.round(((total - done) * pace) / Math.max(1, slots));
  return {
    stage: waiting?.stage ?? 'finish',
    shot: waiting?.shot ?? null,
    percent: total === 0 ? 0 : Math.min(100, Math.round((done / total) * 1000) / 10),
    leftMs,
    tasks: { total: tasks.length, done: run + reused, run, reused },
  };
}

function rank(stage: Stage): number {
  return stages.indexOf(stage);
}
