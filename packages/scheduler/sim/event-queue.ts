import { createHeap } from '../src/heap.ts';

/** What happens when, earliest first; what falls on one instant comes in the order in which it was put in. */
export type EventQueue<Event> = {
  put(atMs: number, event: Event): void;
  /** Infinity when nothing is left. */
  nextMs(): number;
  /** Takes the earliest; undefined when nothing is left. */
  take(): { readonly atMs: number; readonly event: Event } | undefined;
};

type Entry<Event> = { readonly atMs: number; readonly turn: number; readonly event: Event };

const before = <Event>(left: Entry<Event>, right: Entry<Event>): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.turn < right.turn);

export const createEventQueue = <Event>(): EventQueue<Event> => {
  const heap = createHeap<Entry<Event>>(before);
  let turn = 0;
  return {
    put: (atMs, event) => {
      turn += 1;
      heap.push({ atMs, turn, event });
    },
    nextMs: () => heap.first()?.atMs ?? Number.POSITIVE_INFINITY,
    take: heap.pop,
  };
};
