/** A seeded source of numbers: the same seed and label give the same row of them on every machine. */
export type Random = {
  /** At least 0 and under 1. */
  next(): number;
  /** A whole number at least 0 and under `bound`. */
  below(bound: number): number;
  /** Between the two. */
  between(low: number, high: number): number;
  /** Exponentially distributed with this mean. */
  exponential(mean: number): number;
  /** Weibull distributed with this mean; a shape under 1 comes in bursts, 1 is exponential. */
  weibull(mean: number, shape: number): number;
  /** Normally distributed with mean 0 and deviation 1. */
  normal(): number;
  /** A factor around 1: lognormal with this deviation of the logarithm, its median 1. */
  factor(spread: number): number;
};

const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};

/** Gamma function by the Lanczos approximation (g = 7, nine terms), good to 1e-13 for positive arguments. */
const gamma = (x: number): number => {
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  const sum = terms.reduce((total, term, index) => (index === 0 ? term : total + term / (z + index)), 0);
  const t = z + 7.5;
  return Math.sqrt(2 * Math.PI) * t ** (z + 0.5) * Math.exp(-t) * sum;
};

/** Counter-based mixing in the manner of SplitMix (Steele, Lea, Flood 2014) with 32-bit words; `label` separates rows of one seed. */
export const createRandom = (seed: number, label: string): Random => {
  let state = (hashOf(`${label}/${seed}`) ^ Math.imul(seed, 0x9e3779b1)) >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 4294967296;
  };
  const exponential = (mean: number): number => -mean * Math.log(1 - next());
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    between: (low, high) => low + (high - low) * next(),
    exponential,
    weibull: (mean, shape) => (mean / gamma(1 + 1 / shape)) * (-Math.log(1 - next())) ** (1 / shape),
    normal,
    factor: (spread) => (spread === 0 ? 1 : Math.exp(spread * normal())),
  };
};
