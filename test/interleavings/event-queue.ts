type Queued = { readonly atMs: number; readonly order: number; readonly run: () => void };

/** Events by time, those of one time in the order in which they came; a binary heap. */
export function createEventQueue() {
  const heap: Queued[] = [];
  let order = 0;
  const before = (a: number, b: number): boolean => {
    const [one, other] = [heap[a] as Queued, heap[b] as Queued];
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  };
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b] as Queued, heap[a] as Queued];
  };
  return {
    push(atMs: number, run: () => void): void {
      order++;
      heap.push({ atMs, order, run });
      for (let place = heap.length - 1; place > 0 && before(place, (place - 1) >> 1); place = (place - 1) >> 1)
        swap(place, (place - 1) >> 1);
    },
    pop(): Queued | null {
      const [first] = heap;
      const last = heap.pop();
      if (first === undefined || last === undefined) return null;
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let place = 0; ; ) {
        let least = place;
        for (const child of [2 * place + 1, 2 * place + 2]) if (child < heap.length && before(child, least)) least = child;
        if (least === place) return first;
        swap(place, least);
        place = least;
      }
    },
  };
}
