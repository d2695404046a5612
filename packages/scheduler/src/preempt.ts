import { bordersOf, canPreempt, endsAt } from './attempts.ts';
import { type Decision, type Demand, priorities } from './demand.ts';
import type { Attempt } from './fleet.ts';
import { serves } from './forecast.ts';
import { type Group, patienceMs } from './group.ts';
import { type Pick, pickEntry } from './pick-line.ts';
import { servesOnSlots } from './place-slots.ts';
import type { State } from './state.ts';
import { turnsOf } from './turns.ts';
import { latestStartMs } from './waiting-line.ts';

/** So many running attempts whose places would do are looked at for each group. */
const looked = 512;
/** So many of all are looked at where nothing leads to those that would do. */
const mostSeen = 4096;

/**
 * Asks for a place back at the next border of a less pressing task, where a pressing one would be late otherwise; of GPUs only from one that holds its model. Who is
 * ahead of what it is owed asks for none: the place would not be given to it.
 */
export function preempt(state: State, instantMs: number): Decision[] {
  const decisions: Decision[] = [];
  if (state.bordered === 0) return decisions;
  const groups = [...state.groups.values()].filter((group) => !group.alone && hasPlaces(state, group));
  const turns = {
    gpu: turnsOf(state, { groups: groups.filter(({ gpus }) => gpus > 0), resource: 'gpu' }),
    slot: turnsOf(state, { groups: groups.filter(({ gpus }) => gpus === 0), resource: 'slot' }),
  };
  for (const group of groups) {
    for (const priority of priorities) {
      const pick = pickEntry(turns[group.gpus > 0 ? 'gpu' : 'slot'], group, priority);
      if (pick === null || pick.late || pick.ahead > 0 || group.gpus > 1 || (priority === 'bulk' && pick.level > 0)) continue;
      const { entry } = pick;
      const victim = victimFor(state, { group, pick, instantMs });
      if (victim === null) continue;
      victim.preempted = true;
      victim.expectedEndMs = Math.min(victim.expectedEndMs, instantMs + bordersOf(victim));
      for (const { id, priority: less } of [victim.task, ...victim.batch]) {
        if (state.attempts.get(id) !== victim) continue;
        const late = entry.task.deadlineMs !== null ? 'be late' : `wait longer than ${patienceMs[priority] / 1000} s`;
        const why = pick.level === 0 ? 'must begin now to be in time' : `is ${priority} and would ${late}`;
        const reason = `${entry.task.id} ${why}; ${id} is ${less} and goes on later`;
        decisions.push({ type: 'preempt', task: id, runner: victim.host.facts.id, for: entry.task.id, reason });
      }
    }
  }
  return decisions;
}

/** Whether any place may serve a group. */
function hasPlaces(state: State, group: Group): boolean {
  const { slotPools, devicePools } = state.fleet;
  if (group.gpus === 0) return [...slotPools.values()].some((pool) => servesOnSlots(pool, group));
  return [...devicePools.values()].some((pool) => serves(state, pool, group));
}

type Wanted = { readonly group: Group; readonly pick: Pick; readonly instantMs: number };

/** What gives way to a task: what is less pressing, and to one that must begin now also what has no deadline. */
function givesWay(task: Demand, { entry, level }: Pick): boolean {
  if (priorities.indexOf(task.priority) > priorities.indexOf(entry.task.priority)) return true;
  return level === 0 && task.deadlineMs === null;
}

/** What would be at a border soonest, of what may give way; null where none is in time, or no place is to be asked for. */
function victimFor(state: State, { group, pick, instantMs }: Wanted): Attempt | null {
  const latestMs = latestStartMs(pick.entry);
  let best: Attempt | null = null;
  let left = looked;
  for (const attempt of running(state, group)) {
    if (left-- === 0) break;
    // A place that is asked for already, or free in time anyway, needs no other.
    if (endsAt(attempt, instantMs) <= latestMs) return null;
    if (attempt.preempted || !canPreempt(attempt) || instantMs + bordersOf(attempt) > latestMs) continue;
    if (![attempt.task, ...attempt.batch].every((task) => givesWay(task, pick))) continue;
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
