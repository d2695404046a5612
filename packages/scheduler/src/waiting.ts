import { runMs } from './costs.ts';
import type { Demand } from './demand.ts';
import { slotProduct } from './fleet.ts';
import { addToGroup, createGroup, groupKey, placeKey, takeFromGroup } from './group.ts';
import { noteArrival } from './rate.ts';
import { lift } from './shares.ts';
import { type State, shareOf } from './state.ts';

/** A task waits, from its `readyMs` on; one of the same id that waited is replaced. */
export function wait(state: State, task: Demand, instantMs: number): void {
  stopWaiting(state, task.id);
  if (task.readyMs <= instantMs) queue(state, task, instantMs);
  else state.later.set(task.id, task);
}

/** Lets those join the line whose time has come. */
export function wakeLater(state: State, instantMs: number): void {
  for (const task of state.later.values()) {
    if (task.readyMs > instantMs) continue;
    state.later.delete(task.id);
    queue(state, task, instantMs);
  }
}

/** A task waits no longer: it is granted, or wanted by nobody. */
export function stopWaiting(state: State, id: string): void {
  state.later.delete(id);
  state.held.delete(id);
  const found = state.entries.get(id);
  if (found === undefined) return;
  state.entries.delete(id);
  takeFromGroup(found.group, found.entry);
  if (found.group.count === 0) state.groups.delete(found.group.key);
  shareOf(state, found.entry.task.workspace).waiting--;
}

function queue(state: State, task: Demand, instantMs: number): void {
  const key = groupKey(task);
  const group = state.groups.get(key) ?? createGroup(task);
  state.groups.set(key, group);
  const product = state.products.get(placeKey(task)) ?? slotProduct;
  const entry = addToGroup(group, { task, workMs: runMs(state.costs, { task, product }), number: ++state.queued });
  state.entries.set(task.id, { group, entry });
  if (task.model !== null) noteArrival(state.rates, { id: task.model, instantMs: task.readyMs });
  const share = shareOf(state, task.workspace);
  if (share.waiting === 0 && share.running === 0) lift(share, { shares: state.shares, instantMs });
  share.waiting++;
}
