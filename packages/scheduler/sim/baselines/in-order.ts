import type { Decision, Demand } from '../../src/demand.ts';
import type { Policy } from '../policy.ts';
import { createFleetView, type FleetView, type SeenDevice, type SeenRunner } from './fleet-view.ts';

/** Where a task goes: its devices, or a runner's slot; null lets it and those behind it in its line wait. */
export type Place = { readonly runner: SeenRunner; readonly devices: readonly SeenDevice[]; readonly reason: string } | null;

/** Chooses among what is idle for a task that stands first in its line. */
export type Choose = (asked: { readonly view: FleetView; readonly task: Demand; readonly nowMs: number }) => Place;

const firstOf = (line: ReadonlyMap<string, Demand>, asked: { readonly view: FleetView; readonly nowMs: number }): Demand | undefined => {
  for (const task of line.values()) if (task.readyMs <= asked.nowMs && asked.view.underCap(task.workspace)) return task;
  return undefined;
};

/**
 * Serves tasks in the order in which they came. A task that finds no place holds up those that need the same kind of
 * place; others go on. Tasks over their workspace's cap, or resting after a failure, are passed over.
 */
export const createInOrder = (named: { readonly name: string; readonly lines?: 'by-model'; readonly choose: Choose }): Policy => {
  const view = createFleetView({ linesByModel: named.lines === 'by-model' });
  return {
    name: named.name,
    step: (changes, nowMs) => {
      view.apply(changes);
      const decisions: Decision[] = [];
      const heads = new Map<string, Demand>();
      const advance = (key: string): void => {
        const next = firstOf(view.lines.get(key)?.tasks ?? new Map(), { view, nowMs });
        if (next === undefined) heads.delete(key);
        else heads.set(key, next);
      };
      for (const key of view.lines.keys()) advance(key);
      while (heads.size > 0 && (view.idle.length > 0 || view.withSlots.length > 0)) {
        let first: readonly [string, Demand] | undefined;
        for (const entry of heads) if (first === undefined || entry[1].submittedMs < first[1].submittedMs) first = entry;
        if (first === undefined) break;
        const [key, task] = first;
        const place = view.underCap(task.workspace) ? named.choose({ view, task, nowMs }) : null;
        if (place === null) {
          if (view.underCap(task.workspace)) heads.delete(key);
          else advance(key);
          continue;
        }
        decisions.push(view.grant({ task, ...place, nowMs }));
        advance(key);
      }
      return decisions;
    },
  };
};

/** All sets of idle devices of one runner and fabric that are as many as the task wants; one set a fabric. */
const gangs = (view: FleetView, task: Demand): readonly (readonly SeenDevice[])[] => {
  const byFabric = new Map<string, SeenDevice[]>();
  for (const device of view.idle) {
    if (!view.fits(task, device) || !view.allows(task, device.runner)) continue;
    const key = `${device.runner.facts.id}|${device.facts.fabric}`;
    const list = byFabric.get(key);
    if (list === undefined) byFabric.set(key, [device]);
    else if (list.length < task.gpus) list.push(device);
  }
  return [...byFabric.values()].filter((list) => list.length === task.gpus);
};

/** Places that are idle and can take the task now, none left out. */
export const placesFor = (
  view: FleetView,
  task: Demand,
): readonly { readonly runner: SeenRunner; readonly devices: readonly SeenDevice[] }[] => {
  if (task.gpus === 0) {
    const places = [];
    for (const runner of view.withSlots) if (view.allows(task, runner)) places.push({ runner, devices: [] });
    return places;
  }
  if (task.gpus === 1) {
    const places = [];
    for (const device of view.idle)
      if (view.fits(task, device) && view.allows(task, device.runner)) places.push({ runner: device.runner, devices: [device] });
    return places;
  }
  return gangs(view, task).map((devices) => ({ runner: (devices[0] as SeenDevice).runner, devices }));
};
