const rounds = 10;
const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const weyl = [0x9e3779b9, 0xbb67ae85] as const;

/** The upper 32 bits of the product of two unsigned 32-bit numbers. */
function highWord(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}

type Words = readonly [number, number, number, number];

/** Philox 4x32 in ten rounds (Salmon et al. 2011): four 32-bit numbers that depend on the counter and the key alone. */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [first, second] = key;
  for (let round = 0; round < rounds; round++) {
    const highA = highWord(multipliers[0], a);
    const lowA = Math.imul(multipliers[0], a) >>> 0;
    const highC = highWord(multipliers[1], c);
    const lowC = Math.imul(multipliers[1], c) >>> 0;
    [a, b, c, d] = [(highC ^ b ^ first) >>> 0, lowC, (highA ^ d ^ second) >>> 0, lowA];
    first = (first + weyl[0]) >>> 0;
    second = (second + weyl[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** Which noise is wanted: `draw` counts the tensors drawn for one seed, from 0; the seed is a whole number from 0 to 2^53 - 1. */
export type NoiseWish = { readonly seed: number; readonly draw: number; readonly count: number };

/**
 * Standard normal numbers: one Philox block a number, keyed by the seed, with the draw and the place as counter, its first two words made normal by
 * Box and Muller. These are the numbers that PyTorch's generator gives on a CUDA device. A draw never depends on those before it, so a generation
 * goes on after a restart with the same noise.
 */
export function drawNoise({ seed, draw, count }: NoiseWish): Float32Array {
  const key = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)] as const;
  const noise = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const [first, second] = philox([draw >>> 0, 0, index >>> 0, 0], key);
    const radius = (first + 0.5) / 2 ** 32;
    const angle = ((second + 0.5) / 2 ** 32) * 2 * Math.PI;
    noise[index] = Math.sqrt(-2 * Math.log(radius)) * Math.sin(angle);
  }
  return noise;
}
