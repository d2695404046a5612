import { createHeap } from '@filmwright/scheduler/heap';

/** What is due when, of many of which most are not due: looking at it takes as long as what is due, not as what is there. */
export type Agenda<Item> = {
  /** Puts an item down for an instant, in place of the one that it was put down for. */
  readonly put: (item: Item, atMs: number) => void;
  readonly drop: (item: Item) => void;
  /** Takes away what is due at an instant and gives it, the longest due first. */
  readonly takeDue: (atMs: number) => readonly Item[];
  /** Infinity while nothing is put down. */
  readonly nextMs: () => number;
};

type Entry<Item> = { readonly item: Item; readonly atMs: number };

export function createAgenda<Item>(): Agenda<Item> {
  const entries = new Map<Item, Entry<Item>>();
  /** With entries that others took the place of, which are passed over. */
  const heap = createHeap<Entry<Item>>((one, other) => one.atMs < other.atMs);
  const first = (): Entry<Item> | undefined => {
    for (let entry = heap.first(); entry !== undefined; entry = heap.first()) {
      if (entries.get(entry.item) === entry) return entry;
      heap.pop();
    }
    return undefined;
  };
  return {
    put(item, atMs) {
      if (entries.get(item)?.atMs === atMs) return;
      const entry = { item, atMs };
      entries.set(item, entry);
      heap.push(entry);
    },
    drop: (item) => void entries.delete(item),
    takeDue(atMs) {
      const due: Item[] = [];
      for (let entry = first(); entry !== undefined && entry.atMs <= atMs; entry = first()) {
        heap.pop();
        entries.delete(entry.item);
        due.push(entry.item);
      }
      return due;
    },
    nextMs: () => first()?.atMs ?? Number.POSITIVE_INFINITY,
  };
}
