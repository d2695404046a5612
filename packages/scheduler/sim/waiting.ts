import type { LiveTask, World } from './world.ts';

/** Whether a task counts for fairness: GPU tasks do, and all do where the fleet has no GPU. */
export const counts = (world: World, task: LiveTask): boolean => task.demand.gpus > 0 || !world.hasGpus;

/** Tells a task that is ready: it waits from now, or, after a failure, from its `readyMs`. */
export const tell = (world: World, task: LiveTask): void => {
  world.live.set(task.demand.id, task);
  world.changes.push({ type: 'task', task: task.demand });
  world.waiting += 1;
  const { readyMs } = task.demand;
  if (readyMs <= world.nowMs) countIn(world, task);
  else world.events.put(readyMs, { type: 'rested', task, readyMs });
};

/** Counts a task as waiting, ready as it is. */
export const countIn = (world: World, task: LiveTask): void => {
  if (!counts(world, task)) return;
  task.counted = true;
  world.fairness.waits({ workspace: task.demand.workspace, by: 1, atMs: world.nowMs });
};

/** A task waits no more: granted, or withdrawn. */
export const stopWaiting = (world: World, task: LiveTask): void => {
  world.waiting -= 1;
  if (task.counted) world.fairness.waits({ workspace: task.demand.workspace, by: -1, atMs: world.nowMs });
  task.counted = false;
};
