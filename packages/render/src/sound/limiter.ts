import { reach, truePeaks } from './true-peak.ts';

export type Limiter = {
  /** Takes interleaved stereo and gives as many frames, `limiterDelayFrames` late; those in front are silence. */
  process(stereo: Float32Array): Float32Array;
};

/** Frames over which the gain goes down before a peak: 3 ms. */
const attackFrames = 144;
/** Share of its way back to 1 that the gain goes with each frame: half of it in 60 ms. */
const back = 1 - 0.5 ** (1 / (0.06 * 48_000));

/** How late the limiter answers, in frames. */
export const limiterDelayFrames = attackFrames + reach;

/**
 * A limiter of true peaks for 48 kHz stereo: both sides share one gain, which is the smallest that any peak of the next 3 ms asks for, let back slowly
 * and averaged over 3 ms, so that it never moves in steps and has reached its goal when the peak comes.
 */
export function createLimiter({ gain, ceiling }: { readonly gain: number; readonly ceiling: number }): Limiter {
  const smallest = new SlidingMinimum(attackFrames + 1);
  // Frames not yet given out; the newest `reach` of them have no peak yet.
  let waiting = new Float32Array(2 * (limiterDelayFrames + reach));
  const recent = new Float64Array(attackFrames).fill(1);
  let state = { before: 0, held: 1, recentAt: 0, recentSum: attackFrames };

  return {
    process(stereo) {
      const frames = stereo.length / 2;
      const work = new Float32Array(waiting.length + stereo.length);
      work.set(waiting);
      for (let at = 0; at < stereo.length; at += 1) work[waiting.length + at] = (stereo[at] as number) * gain;
      const from = waiting.length / 2 - reach;
      const peaks = new Float32Array(frames);
      truePeaks({ stereo: work, from, until: from + frames }, { floor: ceiling, peaks });
      const out = new Float32Array(stereo.length);
      const firstOut = from - attackFrames;
      let { before, held, recentAt, recentSum } = state;
      for (let at = 0; at < frames; at += 1) {
        const peak = peaks[at] as number;
        // A peak between two frames concerns both.
        const level = Math.max(peak, before);
        before = peak;
        const wanted = smallest.next(level > ceiling ? ceiling / level : 1);
        held = Math.min(wanted, held + (1 - held) * back);
        recentSum += held - (recent[recentAt] as number);
        recent[recentAt] = held;
        recentAt = recentAt + 1 === attackFrames ? 0 : recentAt + 1;
        const applied = recentSum / attackFrames;
        out[2 * at] = (work[2 * (firstOut + at)] as number) * applied;
        out[2 * at + 1] = (work[2 * (firstOut + at) + 1] as number) * applied;
      }
      state = { before, held, recentAt, recentSum };
      waiting = work.slice(stereo.length);
      return out;
    },
  };
}

/** The smallest of the last `length` values, found in constant time per value by keeping only those that can still become the smallest. */
class SlidingMinimum {
  readonly #values: Float64Array;
  readonly #ends: Float64Array;
  readonly #length: number;
  #head = 0;
  #kept = 0;
  #count = 0;

  constructor(length: number) {
    this.#values = new Float64Array(length + 1);
    this.#ends = new Float64Array(length + 1);
    this.#length = length;
  }

  next(value: number): number {
    const size = this.#values.length;
    if (this.#kept > 0 && (this.#ends[this.#head] as number) <= this.#count) {
      this.#head = this.#head + 1 === size ? 0 : this.#head + 1;
      this.#kept -= 1;
    }
    let tail = this.#head + this.#kept;
    if (tail >= size) tail -= size;
    for (; this.#kept > 0; this.#kept -= 1) {
      const last = tail === 0 ? size - 1 : tail - 1;
      if ((this.#values[last] as number) < value) break;
      tail = last;
    }
    this.#values[tail] = value;
    this.#ends[tail] = this.#count + this.#length;
    this.#kept += 1;
    this.#count += 1;
    return this.#values[this.#head] as number;
  }
}
