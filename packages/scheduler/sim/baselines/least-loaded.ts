import type { Decision, Demand } from '../../src/demand.ts';
import type { PolicyMaker } from '../policy.ts';
import { createFleetView, type FleetView, type SeenDevice, type SeenRunner } from './fleet-view.ts';

/** A row of tasks before one GPU, or before all the slots of a runner. */
type Row = { readonly runner: SeenRunner; readonly device: SeenDevice | null; readonly tasks: Set<string>; pendingMs: number };

type Assigned = { readonly task: Demand; readonly rows: readonly Row[] };

const rowsOf = (view: FleetView): Row[] => {
  const rows: Row[] = [];
  for (const runner of view.runners.values()) {
    for (const device of runner.devices) rows.push({ runner, device, tasks: new Set(), pendingMs: 0 });
    if (runner.facts.slots > 0) rows.push({ runner, device: null, tasks: new Set(), pendingMs: 0 });
  }
  return rows;
};

/** The rows with the least work that are together what the task wants; undefined where the fleet has none. */
const leastLoaded = (view: FleetView, asked: { readonly task: Demand; readonly rows: readonly Row[] }): readonly Row[] | undefined => {
  const { task, rows } = asked;
  let best: Row | undefined;
  const byFabric = new Map<string, Row[]>();
  for (const row of rows) {
    if ((row.device === null) !== (task.gpus === 0) || !view.allows(task, row.runner)) continue;
    if (row.device !== null && !view.fits(task, row.device)) continue;
    if (task.gpus <= 1) {
      if (best === undefined || row.pendingMs < best.pendingMs) best = row;
      continue;
    }
    const key = `${row.runner.facts.id}|${row.device?.facts.fabric}`;
    byFabric.set(key, [...(byFabric.get(key) ?? []), row]);
  }
  if (task.gpus <= 1) return best === undefined ? undefined : [best];
  let gang: readonly Row[] | undefined;
  let leastMs = Number.POSITIVE_INFINITY;
  for (const list of byFabric.values()) {
    if (list.length < task.gpus) continue;
    const chosen = list.sort((left, right) => left.pendingMs - right.pendingMs).slice(0, task.gpus);
    const pendingMs = chosen.at(-1)?.pendingMs ?? 0;
    if (pendingMs >= leastMs) continue;
    leastMs = pendingMs;
    gang = chosen;
  }
  return gang;
};

/**
 * Sends every task, as it comes, to the GPU (or the runner's slots) before which the least estimated work stands, and
 * serves each row in order; swaps are not looked at. When the fleet changes, all that waits is sent anew.
 */
export const createLeastLoaded: PolicyMaker = () => {
  const view = createFleetView();
  let rows: Row[] = [];
  const fleet = new Map<string, boolean>();
  /** Told and not sent anywhere yet: new, or the fleet has no place for it. */
  const unsent = new Map<string, Demand>();
  const assigned = new Map<string, Assigned>();
  const running = new Map<string, Assigned>();
  const unload = ({ task, rows: taken }: Assigned): void => {
    for (const row of taken)
      row.pendingMs = Math.max(0, row.pendingMs - task.estimateMs / (row.device === null ? row.runner.facts.slots : 1));
  };
  const assign = (task: Demand): void => {
    const chosen = leastLoaded(view, { task, rows });
    if (chosen === undefined) return;
    unsent.delete(task.id);
    assigned.set(task.id, { task, rows: chosen });
    for (const row of chosen) {
      row.tasks.add(task.id);
      row.pendingMs += task.estimateMs / (row.device === null ? row.runner.facts.slots : 1);
    }
  };
  const drop = (id: string): void => {
    const place = assigned.get(id);
    unsent.delete(id);
    if (place === undefined) return;
    assigned.delete(id);
    for (const row of place.rows) row.tasks.delete(id);
    unload(place);
  };
  const startable = (asked: { readonly row: Row; readonly nowMs: number }): Assigned | undefined => {
    for (const id of asked.row.tasks) {
      const place = assigned.get(id);
      if (place === undefined || place.task.readyMs > asked.nowMs || !view.underCap(place.task.workspace)) continue;
      const first = place.rows.every((row) => row === asked.row || (isFree(row) && firstOf(row, asked.nowMs) === id));
      return first ? place : undefined;
    }
    return undefined;
  };
  const firstOf = (row: Row, nowMs: number): string | undefined => {
    for (const id of row.tasks) {
      const task = assigned.get(id)?.task;
      if (task !== undefined && task.readyMs <= nowMs && view.underCap(task.workspace)) return id;
    }
    return undefined;
  };
  const isFree = (row: Row): boolean => (row.device === null ? row.runner.slotPlace >= 0 : row.device.idlePlace >= 0);
  return {
    name: 'least-loaded',
    step: (changes, nowMs) => {
      view.apply(changes);
      let other = false;
      for (const change of changes) {
        if (change.type === 'task') unsent.set(change.task.id, change.task);
        if (change.type === 'withdrawn') drop(change.task);
        if (change.type === 'gone') other = fleet.delete(change.runner) || other;
        if (change.type === 'runner' && fleet.get(change.runner.id) !== change.runner.draining) {
          fleet.set(change.runner.id, change.runner.draining);
          other = true;
        }
        if (change.type !== 'ended') continue;
        const place = running.get(change.task);
        if (place !== undefined) unload(place);
        running.delete(change.task);
      }
      if (other) {
        rows = rowsOf(view);
        assigned.clear();
        for (const line of view.lines.values()) for (const task of line.tasks.values()) unsent.set(task.id, task);
      }
      for (const task of unsent.values()) assign(task);
      const decisions: Decision[] = [];
      for (const row of rows) {
        while (isFree(row)) {
          const place = startable({ row, nowMs });
          if (place === undefined) break;
          const { task } = place;
          assigned.delete(task.id);
          running.set(task.id, place);
          for (const held of place.rows) held.tasks.delete(task.id);
          const devices = place.rows.flatMap(({ device }) => (device === null ? [] : [device]));
          decisions.push(view.grant({ task, runner: row.runner, devices, nowMs, reason: 'first in the row with the least work' }));
        }
      }
      return decisions;
    },
  };
};
