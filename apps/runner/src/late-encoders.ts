import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withPathLock } from '@filmwright/blobs';
import { type EncoderProbe, toProblem } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import type { RunnerConfig } from './read-config.ts';

/** Hardware encoders that are tried once a runner is at work: a platform's own starts with the platform, for which people wait. */
export type LateEncoders = {
  /** What was found so far; it counts as told then. */
  readonly encoders: () => readonly EncoderProbe[];
  /** Aborted, while nothing runs, once one was found to work that was not told yet. */
  readonly news: () => AbortSignal;
};
export type TryingLate = {
  /** How often is looked whether nothing runs. */
  readonly everyMs: number;
  readonly isIdle: () => boolean;
  readonly probe: () => Promise<readonly EncoderProbe[]>;
  /** Nothing is tried any more. */
  readonly signal: AbortSignal;
  readonly log: Log;
};

/**
 * Tries them while nothing runs, and tells of them likewise: who offers anew takes nothing until all that it runs has ended. A trial beside which something
 * ran, which may have had the time or memory that an encoder lacked, counts for nothing; the next one is twice as long after it.
 */
export function createLateEncoders({ everyMs, isIdle, probe, signal, log }: TryingLate): LateEncoders {
  let found: readonly EncoderProbe[] | null = null;
  let isTold = false;
  let untold = new AbortController();
  let waitMs = everyMs;
  const look = async (): Promise<void> => {
    if (signal.aborted) return;
    if (found === null && isIdle()) {
      const tried = await probe();
      if (isIdle() || tried.every(({ works }) => works)) found = tried;
      else waitMs *= 2;
    }
    if (found?.some(({ works }) => works) === false || isTold) return;
    if (found !== null && isIdle()) untold.abort();
    else lookLater();
  };
  const lookLater = (): void => {
    setTimeout(() => {
      look().catch((error) => log('warn', 'hardware encoders could not be tried', { problem: toProblem(error) }));
    }, waitMs).unref();
  };
  lookLater();
  return {
    encoders() {
      if (untold.signal.aborted) untold = new AbortController();
      if (found !== null) isTold = true;
      return found ?? [];
    },
    news: () => untold.signal,
  };
}

const lookEveryMs = 5000;

/** Those of a platform's own runner; null of one that joined from elsewhere, which tries them before. */
export function lateEncodersOf(config: RunnerConfig, watching: Pick<TryingLate, 'isIdle' | 'signal' | 'log'>): LateEncoders | null {
  if (config.join !== null || config.drillsOnly !== null) return null;
  const probe = async (): Promise<readonly EncoderProbe[]> => {
    const { findFfmpeg } = await import('@filmwright/render/ffmpeg/find-ffmpeg');
    const { probeEncoders } = await import('./probe-encoders.ts');
    const folder = join(config.home, 'cache');
    const { ffmpeg } = await findFfmpeg({ keptIn: folder });
    await mkdir(folder, { recursive: true });
    // A GPU encodes few films at once, and the platform's runners start together.
    return withPathLock(join(folder, 'encoders.lock'), () => probeEncoders(ffmpeg));
  };
  return createLateEncoders({ ...watching, everyMs: lookEveryMs, probe });
}
