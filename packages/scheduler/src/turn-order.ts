import { type Group, linesOf } from './group.ts';
import { headStartOf, type Share } from './shares.ts';
import type { State } from './state.ts';
import { laterOf, nearMsOf, type Round, roundOf, turnsOf } from './turns.ts';
import { allOfLine, comparePlaces, type Entry, latestStartMs } from './waiting-line.ts';

/** A waiting task with its group. */
export type Waiting = { readonly entry: Entry; readonly group: Group };

/** Tasks as they would have their turn if nothing else came. */
export type TurnOrder = {
  /** The next one, or null where all had their turn. */
  next(): Waiting | null;
  /** What the last one is charged, and when it starts: what must begin by then goes before others. */
  took(ms: number, startMs: number): void;
};

type Task = Waiting & { readonly level: Round; readonly late: boolean; taken: boolean };

/** What waits of a workspace, the most pressing first, and what of it has a deadline, by when it must begin; with its account as if all that had its turn had been granted. */
type Queue = {
  readonly share: Share;
  readonly tasks: Task[];
  readonly dated: Task[];
  head: number;
  datedHead: number;
  left: number;
  usedMs: number;
  earlyMs: number;
};

type Turn = { readonly task: Task; readonly round: Round; readonly level: Round; readonly ahead: number; readonly early: boolean };

/** What waits in some groups by now; what comes to the state later changes nothing of it. */
export function openTurns(state: State, groups: readonly Group[], instantMs: number): TurnOrder {
  const resource = groups.some(({ gpus }) => gpus > 0) ? 'gpu' : 'slot';
  const turns = turnsOf(state, { groups, resource });
  const windowMs = state.windows[resource];
  const headStartMs = headStartOf(windowMs);
  const near = new Map(groups.map((group) => [group, nearMsOf(turns, group)]));
  const queues = queuesOf(state, groups, resource);
  let frontMs = instantMs;
  let last: { readonly queue: Queue; readonly early: boolean } | null = null;

  const turnOf = (queue: Queue, openMs: number, bottom: Round): Turn => {
    const first = headOf(queue);
    const dated = turns.mixed ? datedHeadOf(queue, frontMs) : null;
    const begins = dated !== null && latestStartMs(dated.entry) <= frontMs + (near.get(dated.group) ?? 0);
    const task = begins ? dated : first;
    const level = begins ? 0 : first.level;
    const ahead = Math.max(0, queue.usedMs / queue.share.weight - openMs);
    const early = ahead > 0 && level <= roundOf.interactive && queue.earlyMs / queue.share.weight < headStartMs;
    return { task, level, early, ahead: early ? 0 : ahead, round: ahead > 0 && !early ? laterOf(level, bottom) : level };
  };

  return {
    next() {
      let floorMs = Number.POSITIVE_INFINITY;
      for (const { usedMs, share } of queues) floorMs = Math.min(floorMs, usedMs / share.weight);
      const openMs = floorMs + windowMs;
      let bottom: Round = 0;
      for (const { usedMs, share, tasks } of queues)
        if (usedMs / share.weight <= openMs) bottom = laterOf(bottom, (tasks.at(-1) as Task).level);
      let best: { readonly queue: Queue; readonly turn: Turn } | null = null;
      for (const queue of queues) {
        const turn = turnOf(queue, openMs, bottom);
        if (best === null || isBefore(turn, best.turn)) best = { queue, turn };
      }
      if (best === null) return null;
      const { queue, turn } = best;
      turn.task.taken = true;
      last = { queue, early: turn.early };
      if (--queue.left === 0) queues.splice(queues.indexOf(queue), 1);
      return turn.task;
    },
    took(ms, startMs) {
      frontMs = Math.max(frontMs, startMs);
      if (last === null) return;
      last.queue.usedMs += ms;
      if (last.early) last.queue.earlyMs += ms;
    },
  };
}

function queuesOf(state: State, groups: readonly Group[], resource: 'gpu' | 'slot'): Queue[] {
  const queues = new Map<string, Queue>();
  for (const group of groups)
    for (const [priority, line] of linesOf(group)) {
      const share = state.shares.get(line.workspace) as Share;
      const empty = { share, tasks: [], dated: [], head: 0, datedHead: 0, left: 0 };
      const queue = queues.get(line.workspace) ?? { ...empty, usedMs: share.used[resource], earlyMs: share.early[resource] };
      queues.set(line.workspace, queue);
      for (const entry of allOfLine(line)) {
        const { deadlineMs, gpus } = entry.task;
        const late = gpus > 0 && deadlineMs !== null && latestStartMs(entry) < state.instantMs;
        const task = { entry, group, level: roundOf[priority], late, taken: false };
        queue.tasks.push(task);
        if (deadlineMs !== null && !late) queue.dated.push(task);
      }
    }
  for (const queue of queues.values()) {
    queue.left = queue.tasks.length;
    queue.tasks.sort((a, b) => a.level - b.level || Number(a.late) - Number(b.late) || comparePlaces(a.entry, b.entry));
    queue.dated.sort((a, b) => latestStartMs(a.entry) - latestStartMs(b.entry));
  }
  return [...queues.values()];
}

function headOf(queue: Queue): Task {
  while ((queue.tasks[queue.head] as Task).taken) queue.head++;
  return queue.tasks[queue.head] as Task;
}

/** Of those whose deadline can still be met at an instant the one that must begin soonest. */
function datedHeadOf(queue: Queue, instantMs: number): Task | null {
  for (; queue.datedHead < queue.dated.length; queue.datedHead++) {
    const task = queue.dated[queue.datedHead] as Task;
    if (!task.taken && latestStartMs(task.entry) >= instantMs) return task;
  }
  return null;
}

/** As `comesFirst`, of what would be. */
function isBefore(a: Turn, b: Turn): boolean {
  if (a.round !== b.round) return a.round < b.round;
  if (a.ahead !== b.ahead) return a.ahead < b.ahead;
  if (a.level !== b.level) return a.level < b.level;
  if (a.task.late !== b.task.late) return b.task.late;
  if (a.level === 0) return latestStartMs(a.task.entry) < latestStartMs(b.task.entry);
  return comparePlaces(a.task.entry, b.task.entry) < 0;
}
