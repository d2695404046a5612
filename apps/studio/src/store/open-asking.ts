/** Asks anew when something changed. */
export type Asking = {
  /** Asks so many milliseconds from now at the latest; further changes never put that off. */
  readonly changed: (withinMs: number) => void;
  readonly close: () => void;
};

/** One question at a time, each put after a change; an answer that fails is none, and one that comes after the end is not told. */
export function openAsking<T>({ ask, heard }: { readonly ask: () => Promise<T>; readonly heard: (answer: T) => void }): Asking {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueMs = Number.POSITIVE_INFINITY;
  let isAsking = false;
  let isClosed = false;
  const arm = (): void => {
    clearTimeout(timer);
    if (!isAsking && !isClosed && dueMs < Number.POSITIVE_INFINITY)
      timer = setTimeout(() => void put(), Math.max(0, dueMs - performance.now()));
  };
  const put = async (): Promise<void> => {
    dueMs = Number.POSITIVE_INFINITY;
    isAsking = true;
    await ask().then(
      (answer) => isClosed || heard(answer),
      () => {},
    );
    isAsking = false;
    arm();
  };
  return {
    changed(withinMs) {
      dueMs = Math.min(dueMs, performance.now() + withinMs);
      arm();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
