/** What takes long is asked more seldom, so that it takes no more than a twentieth of the time. */
const restFactor = 20;
/** One that took long since the database was away must not stand for minutes. */
const longestMs = 30_000;

export type Keeping = {
  /** An answer is taken to hold so long at least. */
  readonly trustMs: number;
  /** A clock that only counts on. */
  readonly nowMs?: () => number;
};

/** Asks anew once the answer is older than `trustMs`, and than twenty times what it took or half a minute; a failed answer is not kept. */
export function keptAnswer<T>(ask: () => Promise<T>, { trustMs, nowMs = () => performance.now() }: Keeping): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let untilMs = 0;
  return () => {
    if (answer !== null && nowMs() < untilMs) return answer;
    const startMs = nowMs();
    untilMs = Number.POSITIVE_INFINITY;
    answer = ask();
    answer.then(
      () => {
        untilMs = nowMs() + Math.max(trustMs, Math.min(longestMs, restFactor * (nowMs() - startMs)));
      },
      () => {
        untilMs = 0;
      },
    );
    return answer;
  };
}
