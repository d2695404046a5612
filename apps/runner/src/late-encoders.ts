import { join } from 'node:path';
import { type EncoderProbe, toProblem } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import type { RunnerConfig } from './read-config.ts';

/** Hardware encoders that are tried once a runner is at work: a platform's own starts with the platform, for which people wait. */
export type LateEncoders = {
  /** What was found so far; it counts as told then. */
  readonly encoders: () => readonly EncoderProbe[];
  /** Aborted once one was found to work that was not told yet. */
  readonly news: () => AbortSignal;
};
export type TryingLate = {
  readonly afterMs: number;
  readonly probe: () => Promise<readonly EncoderProbe[]>;
  /** Nothing is tried any more. */
  readonly signal: AbortSignal;
  readonly log: Log;
};

/** Tries them once, so long from now. */
export function createLateEncoders({ afterMs, probe, signal, log }: TryingLate): LateEncoders {
  let found: readonly EncoderProbe[] = [];
  let untold = new AbortController();
  const run = async (): Promise<void> => {
    if (signal.aborted) return;
    try {
      found = await probe();
      if (found.some(({ works }) => works)) untold.abort();
    } catch (error) {
      log('warn', 'hardware encoders could not be tried', { problem: toProblem(error) });
    }
  };
  setTimeout(run, afterMs).unref();
  return {
    encoders() {
      if (untold.signal.aborted) untold = new AbortController();
      return found;
    },
    news: () => untold.signal,
  };
}

/** What is at work is past its start. */
const startMs = 5000;

/** Those of a platform's own runner; null of one that joined from elsewhere, which tries them before. */
export function lateEncodersOf(config: RunnerConfig, telling: Pick<TryingLate, 'signal' | 'log'>): LateEncoders | null {
  if (config.join !== null || config.drillsOnly !== null) return null;
  const probe = async (): Promise<readonly EncoderProbe[]> => {
    const { findFfmpeg } = await import('@filmwright/render/ffmpeg/find-ffmpeg');
    const { probeEncoders } = await import('./probe-encoders.ts');
    return probeEncoders((await findFfmpeg({ keptIn: join(config.home, 'cache') })).ffmpeg);
  };
  return createLateEncoders({ ...telling, afterMs: startMs, probe });
}
