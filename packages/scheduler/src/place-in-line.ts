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

/** A line as it was looked at, in which it is found before which of it a task has its turn that came since. */
export type Places = {
  /** Adds the next of the line. */
  readonly push: (entry: Entry) => void;
  /** The place before which a task has its turn; how many there are where it is behind all. */
  readonly find: (entry: Entry) => number;
};

const blockOf = 512;

/**
 * What came goes before the next of its own workspace that it goes before: that one's turn is the next that its workspace has. Where there is none, before the
 * first of others, behind its own, that it would go before in one workspace: who had nothing waiting is taken up at the side of the one that is owed most. A line
 * of 100,000 is looked through in some microseconds.
 */
export function openPlaces(goesBefore: GoesBefore): Places {
  const entries: Entry[] = [];
  const own = new Map<string, number[]>();
  const lastOf: Entry[] = [];
  return {
    push(entry) {
      const at = entries.push(entry) - 1;
      const of = own.get(entry.task.workspace);
      if (of === undefined) own.set(entry.task.workspace, [at]);
      else of.push(at);
      const block = Math.floor(at / blockOf);
      const last = lastOf[block];
      if (last === undefined || goesBefore(last, entry)) lastOf[block] = entry;
    },
    find(entry) {
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
    },
  };
}
