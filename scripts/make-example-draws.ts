/** A source of numbers in [0, 1) for one path after another of one pixel. */
export type Draws = {
  /** Begins path number `index` of pixel number `pixel`. */
  readonly begin: (pixel: number, index: number) => void;
  readonly next: () => number;
};

const EVEN_DRAWS = 20;

/**
 * Numbers that fill [0, 1) evenly over the paths of a pixel: each of the first twenty draws of a path steps by an irrational of its own
 * (Kronecker sequence, the roots of the primes) from a start hashed per pixel; later draws are hashed. Nothing but `seed` decides them.
 */
export function createDraws(seed: number): Draws {
  const steps = new Float64Array(
    [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71].map((prime) => Math.sqrt(prime) % 1),
  );
  let state = 0;
  let draw = 0;
  let path = 0;
  let start = 0;
  const hash = (value: number): number => {
    let h = Math.imul(value ^ (value >>> 16), 0x7feb352d);
    h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
    return (h ^ (h >>> 16)) >>> 0;
  };
  return {
    begin(pixel, index) {
      start = hash(pixel ^ Math.imul(seed + 1, 0x9e3779b1));
      state = hash(start + Math.imul(index + 1, 0x85ebca6b));
      draw = 0;
      path = index;
    },
    next() {
      if (draw < EVEN_DRAWS) {
        const value = hash(start + Math.imul(draw + 1, 0xc2b2ae35)) / 4294967296 + path * (steps[draw] as number);
        draw++;
        return value - Math.floor(value);
      }
      state = (state + 0x9e3779b9) | 0;
      return hash(state) / 4294967296;
    },
  };
}
