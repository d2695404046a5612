import type { RowRun } from './run-batch.ts';

/** A batch at one moment: `percent` of its films; `leftMs` null until one of them has ended. */
export type BatchProgress = {
  readonly total: number;
  readonly ended: number;
  readonly percent: number;
  readonly leftMs: number | null;
  readonly running: readonly RowRun[];
};

/** What rows that were made tell of the pace: how many they are, and when the first and the last ended. */
export type Pace = { readonly made: number; readonly firstEndMs: number; readonly lastEndMs: number };

/** How far a batch is, from its rows that can be made. */
export function batchProgress(runs: readonly RowRun[], pace: Pace): BatchProgress {
  const good = runs.filter((run) => run.state !== 'invalid');
  const running = good.filter((run) => run.state === 'running');
  const waiting = good.filter((run) => run.state === 'waiting').length;
  const ended = good.length - running.length - waiting;
  const begun = running.reduce((sum, run) => sum + (run.progress?.percent ?? 0) / 100, 0);
  const percent = good.length === 0 ? 100 : (100 * (ended + begun)) / good.length;
  return { total: good.length, ended, percent, leftMs: timeLeft({ running, waiting, pace }), running };
}

/** So many films must have been made before the time between their ends tells a pace: at first they end in clusters. */
const enough = 3;

/**
 * The rows at work say themselves how long all runners need for what is left of them. Those that wait take as long as one film after another was made in, without
 * the first, which brings what all share; before that is known, as long as the rows at work still need, once the first film has ended.
 */
function timeLeft({
  running,
  waiting,
  pace,
}: {
  readonly running: readonly RowRun[];
  readonly waiting: number;
  readonly pace: Pace;
}): number | null {
  if (running.length + waiting === 0) return 0;
  const said = running.flatMap((run) => (run.progress?.leftMs == null ? [] : [run.progress.leftMs]));
  const sum = said.reduce((all, one) => all + one, 0);
  const { made, firstEndMs, lastEndMs } = pace;
  if (made === 0 || (made < enough && said.length === 0)) return null;
  const eachMs = made < enough ? sum / said.length : (lastEndMs - firstEndMs) / (made - 1);
  return sum + (running.length - said.length + waiting) * eachMs;
}
