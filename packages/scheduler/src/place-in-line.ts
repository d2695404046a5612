import { roundOf } from './turns.ts';
import { comparePlaces, type Entry } from './waiting-line.ts';

/** Whether a task goes before another of its workspace. */
export type GoesBefore = (a: Entry, b: Entry) => boolean;

/** By priority, those that can be in time at an instant before the late ones, then as in their line. */
export function goesBeforeAt(instantMs: number): GoesBefore {
  const isLate = ({ task, dueMs, workMs }: Entry): boolean => task.gpus > 0 && task.deadlineMs !== null && dueMs - workMs < instantMs;
  return (a, b) => {
    const [levelOfA, levelOfB] = [roundOf[a.task.priority], roundOf[b.task.priority]];
    if (levelOfA !== levelOfB) return levelOfA < levelOfB;
    const lateA = isLate(a);
    if (lateA !== isLate(b)) return !lateA;
    return comparePlaces(a, b) < 0;
  };
}

/** Finds before which of a line a task has its turn that came since the line was looked at; the length of the line where it is behind all. */
export type FindPlace = (entry: Entry) => number;

const blockOf = 512;

/**
 * Before the next of its own workspace that it goes before: that one's turn is the next that its workspace has. Where there is none, before the first of others,
 * behind its own, that it would go before in one workspace: who had nothing waiting is taken up at the side of the one that is owed most. It is looked through a
 * line of 100,000 in some microseconds.
 */
export function placeFinder(entries: readonly Entry[], goesBefore: GoesBefore): FindPlace {
  const own = new Map<string, number[]>();
  const lastOf: Entry[] = [];
  for (const [at, entry] of entries.entries()) {
    const of = own.get(entry.task.workspace);
    if (of === undefined) own.set(entry.task.workspace, [at]);
    else of.push(at);
    const block = Math.floor(at / blockOf);
    const last = lastOf[block];
    if (last === undefined || goesBefore(last, entry)) lastOf[block] = entry;
  }
  return (entry) => {
    const of = own.get(entry.task.workspace) ?? [];
    let [low, high] = [0, of.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (goesBefore(entry, entries[of[middle] as number] as Entry)) high = middle;
      else low = middle + 1;
    }
    const next = of[low];
    if (next !== undefined) return next;
    for (let at = (of.at(-1) ?? -1) + 1; at < entries.length; ) {
      if (at % blockOf === 0 && !goesBefore(entry, lastOf[at / blockOf] as Entry)) at += blockOf;
      else if (goesBefore(entry, entries[at] as Entry)) return at;
      else at++;
    }
    return entries.length;
  };
}
