import { type Group, linesOf } from './group.ts';
import { headStartOf, type Resource, type Share, usage } from './shares.ts';
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

/** Tasks of one line that are alike but for their dates, those that have their turn first in front; `head`, at `at`, is the first that had none yet. */
type Run = {
  readonly group: Group;
  readonly entries: readonly Entry[];
  readonly level: Round;
  readonly late: boolean;
  at: number;
  head: Entry;
  /** Of the head; compared most often. */
  dueMs: number;
  order: number;
};

/**
 * What waits of a workspace, in runs of which the one that goes on is the last, and what of it has a deadline, by when it must begin; with its account as if all
 * that had its turn had been granted, and with its turn as it was looked at last.
 */
type Queue = {
  readonly share: Share;
  readonly runs: Run[];
  readonly dated: Waiting[];
  readonly at: number;
  /** The last of its rounds. */
  lastLevel: Round;
  datedHead: number;
  left: number;
  usedMs: number;
  /** Of that, what is per weight. */
  usageMs: number;
  earlyMs: number;
  turn: Turn | null;
};

type Turn = Waiting & {
  readonly round: Round;
  readonly level: Round;
  readonly late: boolean;
  readonly ahead: number;
  readonly early: boolean;
};

/** What waits in some groups by now; what comes to the state later changes nothing of it. */
export function openTurns(state: State, groups: readonly Group[], instantMs: number): TurnOrder {
  const resource = groups.some(({ gpus }) => gpus > 0) ? 'gpu' : 'slot';
  const turns = turnsOf(state, { groups, resource });
  const windowMs = state.windows[resource];
  const headStartMs = headStartOf(windowMs);
  const near = new Map(groups.map((group) => [group, nearMsOf(turns, group)]));
  const queues = queuesOf(state, groups, resource);
  /** Of those with a deadline, which may have their turn before what stands in front of them. */
  const taken = new Set<Entry>();
  /** Those of them that were looked at, whose turn is last first. */
  let order: Queue[] = [];
  let frontMs = instantMs;
  let floorMs = Number.NaN;
  let openMs = Number.NaN;
  let bottom: Round = 0;
  /** Whether another may be owed most, or what must begin may be more. */
  let [mayOwe, mayPress] = [true, false];
  let last: Queue | null = null;

  const turnOf = (queue: Queue): Turn => {
    const dated = turns.mixed ? datedHeadOf(queue, { taken, instantMs: frontMs }) : null;
    const begins = dated !== null && latestStartMs(dated.entry) <= frontMs + (near.get(dated.group) ?? 0);
    const first = headOf(queue, taken);
    const { entry, group, level, late } = begins ? { ...dated, level: 0 as Round, late: false } : first;
    const ahead = Math.max(0, queue.usageMs - openMs);
    const early = ahead > 0 && level <= roundOf.interactive && queue.earlyMs / queue.share.weight < headStartMs;
    return { entry, group, level, late, early, ahead: early ? 0 : ahead, round: ahead > 0 && !early ? laterOf(level, bottom) : level };
  };

  /** Looks who is owed most; true where that changes turns. */
  const look = (): boolean => {
    const [openBefore, bottomBefore] = [openMs, bottom];
    floorMs = Number.POSITIVE_INFINITY;
    for (const { usageMs } of queues) if (usageMs < floorMs) floorMs = usageMs;
    openMs = floorMs + windowMs;
    bottom = 0;
    for (const { usageMs, lastLevel } of queues) if (usageMs <= openMs) bottom = laterOf(bottom, lastLevel);
    mayOwe = false;
    return openMs !== openBefore || bottom !== bottomBefore;
  };

  /** Brings the order up to date: who had the last turn stands where the next one has it, and all others where they stood, unless something changed for them. */
  const arrange = (): void => {
    if (mayOwe && look()) {
      for (const queue of queues) queue.turn = turnOf(queue);
      order = queues.toSorted(lastTurnFirst);
    } else {
      if (mayPress) {
        for (const queue of order) if (queue.dated.length > 0) queue.turn = turnOf(queue);
        order.sort(lastTurnFirst);
      }
      if (last !== null && last.left > 0) {
        last.turn = turnOf(last);
        insert(order, last, lastTurnFirst);
      }
    }
    mayPress = false;
  };

  return {
    next() {
      arrange();
      last = order.pop() ?? null;
      if (last === null) return null;
      const turn = last.turn as Turn;
      if (turns.mixed && turn.entry.task.deadlineMs !== null) taken.add(turn.entry);
      else passHead(last);
      if (--last.left === 0) {
        queues.splice(queues.indexOf(last), 1);
        mayOwe = true;
      }
      return turn;
    },
    took(ms, startMs) {
      mayPress = turns.mixed && startMs > frontMs;
      frontMs = Math.max(frontMs, startMs);
      if (last === null) return;
      const beforeMs = last.usageMs;
      last.usedMs += ms;
      last.usageMs = last.usedMs / last.share.weight;
      if (last.turn?.early) last.earlyMs += ms;
      if (beforeMs <= floorMs || beforeMs <= openMs !== last.usageMs <= openMs) mayOwe = true;
    },
  };
}

function queuesOf(state: State, groups: readonly Group[], resource: Resource): Queue[] {
  const queues = new Map<string, Queue>();
  for (const group of groups)
    for (const [priority, line] of linesOf(group)) {
      const share = state.shares.get(line.workspace) as Share;
      const queue = queues.get(line.workspace) ?? openQueue(share, { at: queues.size, resource });
      queues.set(line.workspace, queue);
      const level = roundOf[priority];
      const all = allOfLine(line);
      const isLate = ({ task, dueMs, workMs }: Entry): boolean =>
        task.gpus > 0 && task.deadlineMs !== null && dueMs - workMs < state.instantMs;
      const late = line.datedCount === 0 ? [] : all.filter(isLate);
      const inTime = late.length === 0 ? all : all.filter((entry) => !isLate(entry));
      queue.runs.push(...runOf(inTime, { group, level, late: false }), ...runOf(late.sort(comparePlaces), { group, level, late: true }));
      if (line.datedCount > 0) for (const entry of inTime) if (entry.task.deadlineMs !== null) queue.dated.push({ entry, group });
      queue.lastLevel = laterOf(queue.lastLevel, level);
      queue.left += all.length;
    }
  for (const { runs, dated } of queues.values()) {
    runs.sort(lastRunFirst);
    dated.sort((a, b) => latestStartMs(a.entry) - latestStartMs(b.entry));
  }
  return [...queues.values()];
}

function runOf(entries: readonly Entry[], of: Pick<Run, 'group' | 'level' | 'late'>): Run[] {
  const [head] = entries;
  return head === undefined ? [] : [{ ...of, entries, at: 0, head, dueMs: head.dueMs, order: head.task.order }];
}

function openQueue(share: Share, { at, resource }: { readonly at: number; readonly resource: Resource }): Queue {
  const account = { usedMs: share.used[resource], usageMs: usage(share, resource), earlyMs: share.early[resource] };
  return { share, runs: [], dated: [], at, lastLevel: 0, datedHead: 0, left: 0, ...account, turn: null };
}

/** The first of what waits that had no turn yet. */
function headOf(queue: Queue, taken: ReadonlySet<Entry>): Waiting & Pick<Run, 'level' | 'late'> {
  for (;;) {
    const { group, head: entry, level, late } = queue.runs.at(-1) as Run;
    if (!taken.has(entry)) return { entry, group, level, late };
    passHead(queue);
  }
}

/** What stands in front had its turn. */
function passHead({ runs }: Queue): void {
  const run = runs.pop() as Run;
  const head = run.entries[++run.at];
  if (head === undefined) return;
  run.head = head;
  run.dueMs = head.dueMs;
  run.order = head.task.order;
  insert(runs, run, lastRunFirst);
}

type Datable = { readonly taken: ReadonlySet<Entry>; readonly instantMs: number };

/** Of those whose deadline can still be met at an instant the one that must begin soonest. */
function datedHeadOf(queue: Queue, { taken, instantMs }: Datable): Waiting | null {
  for (; queue.datedHead < queue.dated.length; queue.datedHead++) {
    const waiting = queue.dated[queue.datedHead] as Waiting;
    if (!taken.has(waiting.entry) && latestStartMs(waiting.entry) >= instantMs) return waiting;
  }
  return null;
}

/** Puts something in its place in a list that is in order. */
function insert<T>(list: T[], item: T, compare: (a: T, b: T) => number): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(list[middle] as T, item) <= 0) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, item);
}

function lastRunFirst(a: Run, b: Run): number {
  if (a.level !== b.level) return b.level - a.level;
  if (a.late !== b.late) return Number(b.late) - Number(a.late);
  return b.dueMs - a.dueMs || b.order - a.order || comparePlaces(b.head, a.head);
}

/** As `comesFirst`, of what would be, the other way round. */
function lastTurnFirst(one: Queue, other: Queue): number {
  const [a, b] = [other.turn as Turn, one.turn as Turn];
  if (a.round !== b.round) return a.round - b.round;
  if (a.ahead !== b.ahead) return a.ahead - b.ahead;
  if (a.level !== b.level) return a.level - b.level;
  if (a.late !== b.late) return Number(a.late) - Number(b.late);
  if (a.level === 0) return latestStartMs(a.entry) - latestStartMs(b.entry) || other.at - one.at;
  return comparePlaces(a.entry, b.entry);
}
