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

/** A binary heap. */
export const createEventQueue = <Event>(): EventQueue<Event> => {
  const heap: Entry<Event>[] = [];
  let turn = 0;
  const rise = (entry: Entry<Event>): void => {
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = heap[parentPlace] as Entry<Event>;
      if (!before(entry, parent)) break;
      heap[place] = parent;
      place = parentPlace;
    }
    heap[place] = entry;
  };
  const sink = (entry: Entry<Event>): void => {
    let place = 0;
    for (;;) {
      let childPlace = place * 2 + 1;
      if (childPlace >= heap.length) break;
      const right = heap[childPlace + 1];
      if (right !== undefined && before(right, heap[childPlace] as Entry<Event>)) childPlace += 1;
      const child = heap[childPlace] as Entry<Event>;
      if (!before(child, entry)) break;
      heap[place] = child;
      place = childPlace;
    }
    heap[place] = entry;
  };
  return {
    put: (atMs, event) => {
      turn += 1;
      rise({ atMs, turn, event });
    },
    nextMs: () => heap[0]?.atMs ?? Number.POSITIVE_INFINITY,
    take: () => {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (first !== last) sink(last);
      return first;
    },
  };
};
