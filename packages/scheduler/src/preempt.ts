import { bordersOf, canPreempt } from './attempts.ts';
import { type Decision, type Demand, type Priority, priorities } from './demand.ts';
import type { Attempt } from './fleet.ts';
import { serves } from './forecast.ts';
import type { Group } from './group.ts';
import { pickEntry } from './pick-line.ts';
import { servesOnSlots } from './place-slots.ts';
import type { State } from './state.ts';
import type { Entry } from './waiting-line.ts';

/** So many running attempts whose places would do are looked at for each group. */
const looked = 512;
/** So many of all are looked at where nothing leads to those that would do. */
const mostSeen = 4096;

/** Asks for a place back at the next border of a less pressing task, where a pressing one would be late otherwise; of GPUs only from one that holds its model. */
export function preempt(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  if (state.bordered === 0) return decisions;
  for (const group of state.groups.values()) {
    if (group.alone) continue;
    for (const priority of priorities.slice(0, -1)) {
      const pick = pickEntry(state, group, { priority, resource: group.gpus > 0 ? 'gpu' : 'slot' });
      if (pick === null || pick.late || group.gpus > 1) continue;
      const { entry } = pick;
      const victim = victimFor(state, { group, entry, priority, instantMs });
      if (victim === null) continue;
      victim.preempted = true;
      victim.expectedEndMs = Math.min(victim.expectedEndMs, instantMs + bordersOf(victim));
      for (const { id, priority: less } of [victim.task, ...victim.batch]) {
        if (state.attempts.get(id) !== victim) continue;
        const reason = `${entry.task.id} is ${priority} and would be late; ${id} is ${less} and goes on later`;
        decisions.push({ type: 'preempt', task: id, runner: victim.host.facts.id, for: entry.task.id, reason });
      }
    }
  }
  return decisions;
}

/** When a place is free: what takes longer than expected is not about to end at any moment, but takes as much longer again. */
function endsAt({ expectedEndMs }: Attempt, instantMs: number): number {
  return expectedEndMs >= instantMs ? expectedEndMs : instantMs + (instantMs - expectedEndMs);
}

type Wanted = { readonly group: Group; readonly entry: Entry; readonly priority: Priority; readonly instantMs: number };

/** What would be at a border soonest, of what may give way; null where none is in time, or no place is to be asked for. */
function victimFor(state: State, { group, entry, priority, instantMs }: Wanted): Attempt | null {
  const latestMs = entry.dueMs - entry.workMs;
  let best: Attempt | null = null;
  let left = looked;
  for (const attempt of running(state, group)) {
    if (left-- === 0) break;
    // A place that is asked for already, or free in time anyway, needs no other.
    if (endsAt(attempt, instantMs) <= latestMs) return null;
    if (attempt.preempted || !canPreempt(attempt) || instantMs + bordersOf(attempt) > latestMs) continue;
    const isLess = (task: Demand): boolean => priorities.indexOf(task.priority) > priorities.indexOf(priority);
    if (!isLess(attempt.task) || !attempt.batch.every(isLess)) continue;
    if (best === null || bordersOf(attempt) < bordersOf(best)) best = attempt;
  }
  return best;
}

/** What runs where the group's tasks could run without a load. */
function* running(state: State, group: Group): Generator<Attempt> {
  if (group.gpus === 0) {
    for (const pool of state.fleet.slotPools.values()) {
      if (!servesOnSlots(pool, group)) continue;
      for (const hosts of pool.byFree)
        for (const host of hosts) for (const attempt of host.running) if (attempt.devices.length === 0) yield attempt;
    }
    return;
  }
  if (group.model !== null) {
    for (const { pool, attempt, host } of state.fleet.holders.get(group.model) ?? [])
      if (attempt?.devices.length === 1 && pool !== null && !host.facts.draining && serves(state, pool, group)) yield attempt;
    return;
  }
  let seen = 0;
  for (const attempt of state.attempts.values()) {
    if (++seen > mostSeen) return;
    const [device] = attempt.devices;
    const pool = device?.pool ?? null;
    if (attempt.devices.length === 1 && pool !== null && !attempt.host.facts.draining && serves(state, pool, group)) yield attempt;
  }
}
