/** Taps on each side of the place between two samples; a place needs the samples from `reach - 1` before to `reach` after. */
export const reach = 8;
const phases = 3;
/** Places are worked out only beside samples above this share of the level asked for: sound does not rise to twice its neighbours between them. */
const nearShare = 0.5;

const taps = interpolators();

export type StereoRange = { readonly stereo: Float32Array; readonly from: number; readonly until: number };

/**
 * Writes for every frame `from` <= n < `until` the highest level of either channel from n up to n + 1, as four-fold oversampling shows it
 * (ITU-R BS.1770-4, annex 2); levels well below `floor` are those of the samples. `stereo` must reach `reach` frames beyond both ends.
 */
export function truePeaks({ stereo, from, until }: StereoRange, { floor, peaks }: { floor: number; peaks: Float32Array }): void {
  const near = floor * nearShare;
  let level = sampled(stereo, from);
  for (let n = from; n < until; n += 1) {
    const next = sampled(stereo, n + 1);
    peaks[n - from] = level > near || next > near ? between(stereo, { n, level }) : level;
    level = next;
  }
}

function sampled(stereo: Float32Array, n: number): number {
  const left = Math.abs(stereo[2 * n] as number);
  const right = Math.abs(stereo[2 * n + 1] as number);
  return Math.max(left, right);
}

function between(stereo: Float32Array, { n, level }: { n: number; level: number }): number {
  let peak = level;
  const first = 2 * (n - reach + 1);
  for (let tap = 0; tap < taps.length; tap += 2 * reach) {
    let left = 0;
    let right = 0;
    for (let at = 0; at < 2 * reach; at += 1) {
      const weight = taps[tap + at] as number;
      left += weight * (stereo[first + 2 * at] as number);
      right += weight * (stereo[first + 2 * at + 1] as number);
    }
    peak = Math.max(peak, Math.abs(left), Math.abs(right));
  }
  return peak;
}

/** Sines over their argument under a Kaiser window (beta 7), for a quarter, a half and three quarters between two samples. */
function interpolators(): Float64Array {
  const made = new Float64Array(phases * 2 * reach);
  for (let phase = 0; phase < phases; phase += 1) {
    let sum = 0;
    for (let at = 0; at < 2 * reach; at += 1) {
      const distance = at - (reach - 1) - (phase + 1) / (phases + 1);
      const weight = (Math.sin(Math.PI * distance) / (Math.PI * distance)) * kaiser(distance / reach, 7);
      made[phase * 2 * reach + at] = weight;
      sum += weight;
    }
    for (let at = 0; at < 2 * reach; at += 1) made[phase * 2 * reach + at] = (made[phase * 2 * reach + at] as number) / sum;
  }
  return made;
}

function kaiser(x: number, beta: number): number {
  return bessel(beta * Math.sqrt(Math.max(0, 1 - x * x))) / bessel(beta);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 40; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** Keeps the highest true peak of 48 kHz stereo while it passes by. */
export type TruePeakMeter = { add(stereo: Float32Array): void; peak(): number };

/** A meter of the highest true peak as a factor of full scale; peaks below `floor` are those of the samples. */
export function createTruePeakMeter(floor: number): TruePeakMeter {
  let kept = new Float32Array(4 * reach);
  let highest = 0;
  return {
    add(stereo) {
      const work = new Float32Array(kept.length + stereo.length);
      work.set(kept);
      work.set(stereo, kept.length);
      const frames = stereo.length / 2;
      const peaks = new Float32Array(frames);
      truePeaks({ stereo: work, from: reach, until: reach + frames }, { floor, peaks });
      for (const peak of peaks) if (peak > highest) highest = peak;
      kept = work.slice(work.length - 4 * reach);
    },
    peak: () => highest,
  };
}
