/** What some put and others wait for, in order. */
export type Channel<T> = {
  readonly put: (item: T) => void;
  /** Null once it is closed and empty. */
  readonly take: () => Promise<T | null>;
  readonly close: () => void;
};

export function createChannel<T>(): Channel<T> {
  const items: T[] = [];
  let waiting: (() => void)[] = [];
  let isClosed = false;
  const wake = (): void => {
    const all = waiting;
    waiting = [];
    for (const one of all) one();
  };
  return {
    put(item) {
      items.push(item);
      wake();
    },
    async take() {
      while (items.length === 0 && !isClosed)
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      return items.shift() ?? null;
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}
