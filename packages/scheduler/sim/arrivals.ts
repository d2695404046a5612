import type { Demand, Near } from '../src/demand.ts';
import type { PlannedTask } from './scenario.ts';
import { tell } from './waiting.ts';
import type { World } from './world.ts';

/** A task of the scenario is there; it is told once all that it comes after is done. */
export const arrive = (world: World, planned: PlannedTask): void => {
  const left = (planned.after ?? []).filter((id) => !world.done.has(id));
  if (left.length === 0) {
    ready(world, planned);
    return;
  }
  world.blocked.set(planned.demand.id, { planned, left: left.length });
  for (const id of left) {
    const list = world.dependents.get(id);
    if (list === undefined) world.dependents.set(id, [planned.demand.id]);
    else list.push(planned.demand.id);
  }
};

/** Runners that hold outputs of what the task comes after, those that hold most first. */
export const holdersOf = (world: World, planned: PlannedTask): readonly Near[] => {
  if (planned.after === undefined) return [];
  const heldMib = new Map<string, number>();
  for (const id of planned.after)
    for (const runner of world.holders.get(id) ?? []) heldMib.set(runner, (heldMib.get(runner) ?? 0) + (world.outputMib.get(id) ?? 0));
  return [...heldMib].sort((left, right) => right[1] - left[1]).map(([runner, mib]) => ({ runner, mib }));
};

/** Tells a task that can begin now to the policy. */
export const ready = (world: World, planned: PlannedTask): void => {
  const demand: Demand = { ...planned.demand, readyMs: world.nowMs, near: holdersOf(world, planned) };
  tell(world, {
    planned,
    demand,
    readyMs: world.nowMs,
    restMs: planned.trueMs,
    run: null,
    attempts: 0,
    firstWorkMs: null,
    heldMs: 0,
    toldMs: null,
    withdrawn: false,
    counted: false,
  });
};
