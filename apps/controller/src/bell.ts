/** Wakes one waiter; a ring while nobody waits is kept for the next one. */
export type Bell = {
  readonly ring: () => void;
  /** Resolves at the next ring, a little after it so that rings that come together count as one, or after `waitMs`. */
  readonly wait: (waitMs: number) => Promise<void>;
  /** Resolves after `waitMs`, whatever rings. */
  readonly rest: (waitMs: number) => Promise<void>;
};

/** A bell that stops ringing when `signal` is aborted: every wait then ends at once. Rings within `gatherMs` after the first count as one. */
export function createBell(signal: AbortSignal, gatherMs = 5): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  const sleep = (waitMs: number, interruptible: boolean) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        wake = null;
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      if (interruptible) wake = done;
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(waitMs) {
      if (!rung && waitMs > 0) await sleep(waitMs, true);
      if (rung && gatherMs > 0) await sleep(gatherMs, false);
      rung = false;
    },
    rest: (waitMs) => sleep(waitMs, false),
  };
}
