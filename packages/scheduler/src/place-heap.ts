import type { Place } from './expected-starts.ts';

/** Places by when they are free, the first of them found without looking through all; times may grow meanwhile, and what it is no longer for is passed over. */
export type PlaceHeap = { add(place: Place): void; first(): Place | null };

type Item = { atMs: number; readonly place: Place };

/** An empty heap of the places for which `stays` holds. */
export function createPlaceHeap(stays: (place: Place) => boolean = () => true): PlaceHeap {
  const items: Item[] = [];
  const sink = (from: number): void => {
    const item = items[from] as Item;
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= items.length) break;
      const right = left + 1;
      const least = right < items.length && (items[right] as Item).atMs < (items[left] as Item).atMs ? right : left;
      if ((items[least] as Item).atMs >= item.atMs) break;
      items[at] = items[least] as Item;
      at = least;
    }
    items[at] = item;
  };
  return {
    add(place) {
      let at = items.length;
      const item = { atMs: place.freeMs, place };
      items.push(item);
      while (at > 0) {
        const above = (at - 1) >> 1;
        if ((items[above] as Item).atMs <= item.atMs) break;
        items[at] = items[above] as Item;
        at = above;
      }
      items[at] = item;
    },
    first() {
      for (;;) {
        const [top] = items;
        if (top === undefined) return null;
        const gone = !stays(top.place);
        if (!gone && top.atMs >= top.place.freeMs) return top.place;
        if (gone) {
          const last = items.pop() as Item;
          if (items.length === 0) return null;
          if (last !== top) items[0] = last;
        } else top.atMs = top.place.freeMs;
        sink(0);
      }
    },
  };
}
