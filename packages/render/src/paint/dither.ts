/** A number from -1 to 1 for a pixel, triangular about 0 and the same on every machine (integer hashing by multiplication and shift). */
export const ditherNoise = (x: number, y: number): number => {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y + 0x7f4a7c15, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  h ^= h >>> 15;
  return ((h & 0xffff) + (h >>> 16)) / 65536 - 1;
};
