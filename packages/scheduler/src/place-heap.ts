import type { Place } from './expected-starts.ts';

/** Places by when they are free, the first of them found without looking through all. What it is no longer for is passed over. */
export type PlaceHeap = {
  add(place: Place): void;
  /** When the first is free; Infinity where there is none. */
  firstMs(): number;
  first(): Place | null;
  /** A place is free later than before. */
  moved(place: Place): void;
  /** The heap is for a place no longer, until that is added again. */
  drop(place: Place): void;
};

/** An empty heap. */
export function createPlaceHeap(): PlaceHeap {
  // Beside each other, so that times are compared without looking at places.
  const places: Place[] = [];
  const times: number[] = [];
  const dropped = new Set<Place>();
  /** Whether the top is where it belongs. */
  let isKnown = true;

  const put = (at: number, from: { readonly place: Place; readonly atMs: number }): void => {
    places[at] = from.place;
    times[at] = from.atMs;
  };

  /** Sets the top anew, and lets it sink to its place. */
  const sink = (place: Place, atMs: number): void => {
    const count = times.length;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= count) break;
      const right = left + 1;
      const least = right < count && (times[right] as number) < (times[left] as number) ? right : left;
      const leastMs = times[least] as number;
      if (leastMs >= atMs) break;
      times[at] = leastMs;
      places[at] = places[least] as Place;
      at = least;
    }
    put(at, { place, atMs });
  };

  const settle = (): void => {
    while (!isKnown && places.length > 0) {
      const top = places[0] as Place;
      if (dropped.size > 0 && dropped.has(top)) {
        const last = places.pop() as Place;
        const lastMs = times.pop() as number;
        if (places.length > 0) sink(last, lastMs);
      } else if ((times[0] as number) < top.freeMs) sink(top, top.freeMs);
      else break;
    }
    isKnown = true;
  };

  return {
    add(place) {
      dropped.delete(place);
      const atMs = place.freeMs;
      let at = places.length;
      put(at, { place, atMs });
      while (at > 0) {
        const above = (at - 1) >> 1;
        if ((times[above] as number) <= atMs) break;
        put(at, { place: places[above] as Place, atMs: times[above] as number });
        at = above;
      }
      put(at, { place, atMs });
    },
    firstMs() {
      if (!isKnown) settle();
      return times.length === 0 ? Number.POSITIVE_INFINITY : (times[0] as number);
    },
    first() {
      if (!isKnown) settle();
      return places[0] ?? null;
    },
    moved(place) {
      if (places[0] === place) isKnown = false;
    },
    drop(place) {
      dropped.add(place);
      if (places[0] === place) isKnown = false;
    },
  };
}
