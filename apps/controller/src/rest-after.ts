const noticeableMs = 50;
const restFactor = 3;

/** Milliseconds to rest after work that took `costMs`: planning, reading or storing that can be noticed is followed by three times as much rest, so that a long film does not take the whole process. */
export function restAfter(costMs: number): number {
  return costMs < noticeableMs ? 0 : restFactor * costMs;
}
