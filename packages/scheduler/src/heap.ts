/** A heap of which the one that goes before all others is found without looking through all. */
export type Heap<T> = { push(item: T): void; first(): T | undefined; pop(): T | undefined };

/** An empty heap. */
export function createHeap<T>(goesBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const sink = (item: T): void => {
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && goesBefore(items[child + 1] as T, items[child] as T)) child++;
      if (!goesBefore(items[child] as T, item)) break;
      items[at] = items[child] as T;
      at = child;
    }
    items[at] = item;
  };
  return {
    push(item) {
      let at = items.push(item) - 1;
      for (let above = (at - 1) >> 1; at > 0 && goesBefore(item, items[above] as T); above = (at - 1) >> 1) {
        items[at] = items[above] as T;
        at = above;
      }
      items[at] = item;
    },
    first: () => items[0],
    pop() {
      const [first] = items;
      const last = items.pop();
      if (last !== undefined && items.length > 0) sink(last);
      return first;
    },
  };
}
