import { endsAt } from './attempts.ts';
import { runMs } from './costs.ts';
import type { Demand } from './demand.ts';
import type { ExpectedStarts } from './expected-starts.ts';
import { slotProduct } from './fleet.ts';
import { createGroup, dueMsOf, type Group, placeKey } from './group.ts';
import { createHeap } from './heap.ts';
import { goesBeforeAt } from './place-in-line.ts';
import type { State } from './state.ts';
import type { Waiting } from './turn-order.ts';

/** `after` is how many went before it since one that is there. */
type Expected = Waiting & { readonly readyMs: number; readonly after: number };

/** What will come to wait once others have ended, by how often that was so: it takes places before those of whom it has its turn. */
export type ExpectedFollowUps = {
  /** Gives places to what comes until one is free for a task, and goes before that; a pause may be made at each null. */
  before(waiting: Waiting): Iterable<null>;
  /** A task is expected to end. */
  ends(task: Demand, endMs: number): void;
};

type Looking = { readonly starts: ExpectedStarts; readonly groups: readonly Group[]; readonly instantMs: number };

/** What follows is followed in turn, so often at most, as nobody knows when a build is through. */
const mostAfter = 10;
/** So many are expected in one line for each task that waits or runs, and so many in all: where more came than were done lately, each would be followed by ever more. */
const mostEach = 8;
const mostExpected = 20_000;
/** A pause may be made after so many were given places. */
const pauseAfter = 200;

/** Where its inputs lie is not known, and of others like it nothing waits. */
const byItself = { near: [], bordersMs: null, batch: null, batchMost: 1 } as const;

/** What follows all that runs, in the places of one line. */
export function expectFollowUps(state: State, { starts, groups, instantMs }: Looking): ExpectedFollowUps {
  const { kinds } = state.followUps;
  if ([...kinds.values()].every(({ came }) => came.size === 0)) return { before: () => [], ends: () => {} };
  const goesBefore = goesBeforeAt(instantMs);
  const coming = createHeap<Expected>((a, b) => a.readyMs < b.readyMs);
  const there = createHeap<Expected>((a, b) => goesBefore(a.entry, b.entry));
  const known = new Map<string, Group | null>(groups.map((group) => [group.key, group]));
  const parts = new Map<string, number>();
  const most = Math.min(mostExpected, mostEach * (state.entries.size + state.attempts.size));
  let count = 0;

  /** The group of a kind; null where nothing of this line serves it. */
  const groupOf = (key: string, task: Demand): Group | null => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = createGroup(task);
    const group = starts.firstMs(made) === Number.POSITIVE_INFINITY ? null : made;
    known.set(key, group);
    return group;
  };

  const expect = (task: Demand, { group, ...when }: Omit<Expected, 'entry'>): void => {
    const workMs = runMs(state.costs, { task, product: state.products.get(group.placeKey) ?? slotProduct });
    coming.push({ entry: { task, workMs, dueMs: dueMsOf(task), number: 0, gone: false }, group, ...when });
    count++;
  };

  const follow = (task: Demand, { endMs, after }: { readonly endMs: number; readonly after: number }): void => {
    const kind = placeKey(task);
    const followed = kinds.get(kind);
    if (followed === undefined || after > mostAfter) return;
    for (const [key, { count: came, afterMs, like }] of followed.came) {
      const readyMs = endMs + afterMs;
      const { build, workspace, priority, deadlineMs, submittedMs } = task;
      const next: Demand = { ...like, ...byItself, id: '', build, workspace, priority, deadlineMs, submittedMs, readyMs };
      const group = groupOf(key, next);
      if (group === null) continue;
      // Of what comes every other time half a one is due each time.
      let part = (parts.get(`${kind}\n${key}`) ?? 0.5) + came / followed.done;
      for (; part >= 1 && count < most; part--) expect({ ...next, id: `follow-up ${count}` }, { group, readyMs, after });
      parts.set(`${kind}\n${key}`, part % 1);
    }
  };

  for (const [id, attempt] of state.attempts) {
    const task = attempt.task.id === id ? attempt.task : attempt.batch.find((one) => one.id === id);
    if (task !== undefined) follow(task, { endMs: endsAt(attempt, instantMs), after: 1 });
  }
  return {
    ends: (task, endMs) => follow(task, { endMs, after: 1 }),
    *before({ entry, group }) {
      for (let taken = 1; ; taken++) {
        if (taken % pauseAfter === 0) yield null;
        const freeMs = starts.firstMs(group);
        for (let next = coming.first(); next !== undefined && next.readyMs <= freeMs; next = coming.first())
          there.push(coming.pop() as Expected);
        const first = there.first();
        if (first === undefined || !goesBefore(first.entry, entry)) return;
        there.pop();
        const start = starts.take(first);
        if (start !== null) follow(first.entry.task, { endMs: start.endMs, after: first.after + 1 });
      }
    },
  };
}
