import type { PlanRow } from './plan-build.ts';
import type { PlannedTask } from './planner.ts';

/** A planned task as a row of its build. */
export function rowOf({ address, kind, stage, shot, key, estimateMs, result }: PlannedTask): PlanRow {
  return { address, kind, stage, shot, key, estimateMs, reused: result?.state === 'done' && result.reused };
}
