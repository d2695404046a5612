import { canPreempt } from './attempts.ts';
import { type Decision, type Priority, priorities } from './demand.ts';
import type { Attempt } from './fleet.ts';
import type { Group } from './group.ts';
import { pickEntry } from './pick-line.ts';
import type { State } from './state.ts';

/** So many running attempts are looked at for each group. */
const looked = 64;

/** Asks for a place back at the next border of a less pressing task, where a pressing one would be late otherwise; of GPUs only from one that holds its model. */
export function preempt(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  if (state.bordered === 0) return decisions;
  for (const group of state.groups.values()) {
    for (const priority of priorities.slice(0, -1)) {
      const pick = pickEntry(state, group, { priority, resource: group.gpus > 0 ? 'gpu' : 'slot' });
      if (pick === null || pick.late || group.gpus > 1) continue;
      const { entry } = pick;
      const placesMs = [...running(state, group)].map((attempt) => endsAt(attempt, instantMs));
      // A place that is asked for already, or free in time anyway, needs no other.
      if (placesMs.some((endMs) => endMs + entry.workMs <= entry.dueMs)) continue;
      const victim = soonestBorder(state, { group, priority, latestMs: entry.dueMs - entry.workMs - instantMs });
      if (victim === null) continue;
      victim.preempted = true;
      victim.expectedEndMs = Math.min(victim.expectedEndMs, instantMs + (victim.task.bordersMs ?? 0));
      const reason = `${entry.task.id} is ${priority} and would be late; ${victim.task.id} is ${victim.task.priority} and goes on later`;
      decisions.push({ type: 'preempt', task: victim.task.id, runner: victim.host.facts.id, for: entry.task.id, reason });
    }
  }
  return decisions;
}

/** When a place is free: what takes longer than expected is not about to end at any moment, but takes as much longer again. */
function endsAt({ expectedEndMs }: Attempt, instantMs: number): number {
  return expectedEndMs >= instantMs ? expectedEndMs : instantMs + (instantMs - expectedEndMs);
}

type Wanted = { readonly group: Group; readonly priority: Priority; readonly latestMs: number };

function soonestBorder(state: State, { group, priority, latestMs }: Wanted): Attempt | null {
  let best: Attempt | null = null;
  for (const attempt of running(state, group)) {
    const { bordersMs } = attempt.task;
    if (attempt.preempted || !canPreempt(attempt) || bordersMs === null || bordersMs > latestMs) continue;
    if (priorities.indexOf(attempt.task.priority) <= priorities.indexOf(priority)) continue;
    if (best === null || bordersMs < (best.task.bordersMs ?? 0)) best = attempt;
  }
  return best;
}

/** What runs where the group's tasks could run without a load. */
function* running(state: State, group: Group): Generator<Attempt> {
  let seen = 0;
  if (group.gpus === 1 && group.model !== null) {
    for (const device of state.fleet.holders.get(group.model) ?? []) {
      if (++seen > looked) return;
      if (device.attempt !== null && device.attempt.devices.length === 1) yield device.attempt;
    }
    return;
  }
  for (const attempt of state.attempts.values()) {
    if (++seen > looked) return;
    const { pool, region, capabilities } = attempt.host.facts;
    const suits = capabilities.includes(group.capability) && (group.pool ?? pool) === pool && (group.region ?? region) === region;
    if (suits && attempt.devices.length > 0 === group.gpus > 0) yield attempt;
  }
}
