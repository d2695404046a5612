import { createLimiter, limiterDelayFrames } from './limiter.ts';
import { readMix } from './read-mix.ts';

/** Gain before the limiter and the true peak behind it, in decibels. */
export type Setting = { readonly gainDb: number; readonly limitDb: number };

export type LevelledMixOptions = Setting & {
  readonly mixPath: string;
  /** Frames to give: a longer mix is cut, a shorter one goes on in silence. */
  readonly frames: number;
};

/** A written mix behind gain and limiter, in its place in time; the limiter's delay is taken out again. */
export async function* levelledMix({ mixPath, frames, gainDb, limitDb }: LevelledMixOptions): AsyncGenerator<Float32Array> {
  const limiter = createLimiter({ gain: decibels(gainDb), ceiling: decibels(limitDb) });
  let skipped = limiterDelayFrames;
  let given = 0;
  const limited = (block: Float32Array): Float32Array => {
    const out = limiter.process(block);
    const dropped = Math.min(skipped, out.length / 2);
    skipped -= dropped;
    const kept = out.subarray(2 * dropped, 2 * (dropped + Math.min(out.length / 2 - dropped, frames - given)));
    given += kept.length / 2;
    return kept;
  };
  for await (const block of readMix(mixPath)) {
    yield limited(block);
    if (given === frames) return;
  }
  while (given < frames) yield limited(new Float32Array(2 * Math.min(48_000, frames - given + limiterDelayFrames)));
}

/** The factor of a level in decibels. */
export const decibels = (db: number): number => 10 ** (db / 20);
