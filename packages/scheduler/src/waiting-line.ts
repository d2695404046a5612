import type { Demand } from './demand.ts';

/** Waiting tasks of one workspace that ask for the same, soonest due first. */
export type WaitingLine = {
  readonly workspace: string;
  readonly inTime: Queue;
  /** Their deadlines cannot be met any more; first come, first served. */
  readonly late: Queue;
  /** Those of them with a deadline, latest start soonest. */
  readonly dated: Queue;
  /** Work of all that wait, in milliseconds. */
  workMs: number;
  count: number;
  /** Of those the ones with a deadline. */
  datedCount: number;
};
/** From `head` on; what is before it was taken. */
type Queue = { items: Entry[]; head: number };

/** A waiting task: when it is due, and what is thought of its work. Those that came to wait later have higher numbers; `gone` marks one that was taken out. */
export type Entry = { readonly task: Demand; readonly dueMs: number; readonly workMs: number; readonly number: number; gone: boolean };

type Order = (a: Entry, b: Entry) => number;

export function createLine(workspace: string): WaitingLine {
  return {
    workspace,
    inTime: { items: [], head: 0 },
    late: { items: [], head: 0 },
    dated: { items: [], head: 0 },
    workMs: 0,
    count: 0,
    datedCount: 0,
  };
}

/** Soonest due first, then by the order within the build, then the longest. */
export function comparePlaces(a: Entry, b: Entry): number {
  return a.dueMs - b.dueMs || a.task.order - b.task.order || b.workMs - a.workMs || (a.task.id < b.task.id ? -1 : 1);
}

export function addToLine(line: WaitingLine, entry: Entry): void {
  insert(line.inTime, entry, comparePlaces);
  if (entry.task.deadlineMs !== null) {
    insert(line.dated, entry, compareStarts);
    line.datedCount++;
  }
  line.workMs += entry.workMs;
  line.count++;
}

/** When an entry must begin to be done when it is due. */
export function latestStartMs({ dueMs, workMs }: Entry): number {
  return dueMs - workMs;
}

function compareStarts(a: Entry, b: Entry): number {
  return latestStartMs(a) - latestStartMs(b) || comparePlaces(a, b);
}

/** Of those whose deadline can still be met the one that must begin soonest, or null. */
export function firstToBegin({ dated }: WaitingLine, instantMs: number): Entry | null {
  for (;;) {
    const first = firstOf(dated);
    if (first === null || latestStartMs(first) >= instantMs) return first;
    dated.head++;
  }
}

/** Those with a deadline that must begin by an instant, `most` at most. */
export function headToBegin({ dated }: WaitingLine, { byMs, most }: { readonly byMs: number; readonly most: number }): Entry[] {
  return headOf(dated, most).filter((entry) => latestStartMs(entry) <= byMs);
}

/** Takes an entry out, wherever it stands. */
export function takeFromLine(line: WaitingLine, entry: Entry): void {
  if (entry.gone) return;
  entry.gone = true;
  line.workMs -= entry.workMs;
  line.count--;
  if (entry.task.deadlineMs !== null) line.datedCount--;
}

/** Sets aside those whose deadline the work alone would miss if it began now: they would make others late in vain. */
export function setLateAside(line: WaitingLine, instantMs: number): void {
  for (let first = firstOf(line.inTime); first !== null; first = firstOf(line.inTime)) {
    if (first.task.deadlineMs === null || instantMs + first.workMs <= first.task.deadlineMs) return;
    line.inTime.head++;
    line.late.items.push(first);
  }
}

/** The first that can be in time, or null. */
export function firstInTime(line: WaitingLine): Entry | null {
  return firstOf(line.inTime);
}

/** The first of the late ones, or null. */
export function firstLate(line: WaitingLine): Entry | null {
  return firstOf(line.late);
}

/** The first `most` that can be in time, in order. */
export function headOfLine(line: WaitingLine, most: number): Entry[] {
  return headOf(line.inTime, most);
}

/** All that wait, in the order in which they are taken: those in time, then the late. */
export function allOfLine(line: WaitingLine): Entry[] {
  return [...headOf(line.inTime, Number.POSITIVE_INFINITY), ...headOf(line.late, Number.POSITIVE_INFINITY)];
}

function headOf({ items, head }: Queue, most: number): Entry[] {
  const found: Entry[] = [];
  for (let at = head; at < items.length && found.length < most; at++) {
    const entry = items[at] as Entry;
    if (!entry.gone) found.push(entry);
  }
  return found;
}

function insert(queue: Queue, entry: Entry, compare: Order): void {
  const { items } = queue;
  let low = queue.head;
  let high = items.length;
  // Most that come are due last.
  if (high > low && compare(items[high - 1] as Entry, entry) <= 0) low = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(items[middle] as Entry, entry) <= 0) low = middle + 1;
    else high = middle;
  }
  if (low === items.length) items.push(entry);
  else items.splice(low, 0, entry);
}

function firstOf(queue: Queue): Entry | null {
  while (queue.head < queue.items.length && (queue.items[queue.head] as Entry).gone) queue.head++;
  if (queue.head > 1024 && queue.head * 2 > queue.items.length) {
    queue.items = queue.items.slice(queue.head);
    queue.head = 0;
  }
  return queue.items[queue.head] ?? null;
}
