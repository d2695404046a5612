import type { PlanRow } from './plan-build.ts';
import type { PlannedTask } from './planner.ts';

/** A planned task as a row of its build. */
export function rowOf({ address, kind, stage, shot, key, estimateMs, result, gpus }: PlannedTask): PlanRow {
  const reused = result?.state === 'done' && result.reused;
  return { address, kind, stage, shot, key, estimateMs, reused, ...(gpus !== undefined && { gpus }) };
}
