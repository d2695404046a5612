import { setTimeout as sleep } from 'node:timers/promises';
import { type SweepOptions, type SweepReport, sweepAssets } from './sweep-assets.ts';

export type KeepSwept = Omit<SweepOptions, 'dryRun' | 'everyMs' | 'signal'> & {
  readonly signal: AbortSignal;
  /** Time from the start to the first look whether a sweep is due, in milliseconds; ten minutes when left out. */
  readonly firstMs?: number;
  readonly onSwept: (report: SweepReport) => void;
  readonly onFailed: (error: unknown) => void;
};

const dayMs = 24 * 3_600_000;
/** After a start, and between looks whether a day has passed. */
const usualFirstMs = 10 * 60_000;
const betweenMs = 3_600_000;

/** Sweeps once a day, however often this process and its like are started anew, until `signal` is aborted. What fails is tried again within the hour. */
export async function keepSwept({ signal, firstMs = usualFirstMs, onSwept, onFailed, ...options }: KeepSwept): Promise<void> {
  for (let waitMs = firstMs; ; waitMs = betweenMs) {
    // Nobody's end waits for this.
    await sleep(waitMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    try {
      const report = await sweepAssets({ ...options, dryRun: false, everyMs: dayMs, signal });
      if (report !== null) onSwept(report);
    } catch (error) {
      onFailed(error);
    }
  }
}
