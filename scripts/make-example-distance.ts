/**
 * Signed distances and seeded noise from which the sample pictures are built (formulas: I. Quilez, "Distance functions").
 * Points are passed as bare coordinates, because these functions run some ten thousand million times per picture.
 */

/** Distance in the plane from (x, y) to a box of half extents (halfX, halfY) whose corners are rounded by `round`. */
export function roundedBox(x: number, y: number, halfX: number, halfY: number, round: number): number {
  const qx = Math.abs(x) - halfX + round;
  const qy = Math.abs(y) - halfY + round;
  const ox = Math.max(qx, 0);
  const oy = Math.max(qy, 0);
  return Math.sqrt(ox * ox + oy * oy) + Math.min(Math.max(qx, qy), 0) - round;
}

/** Distance in space from (x, y, z) to a box with rounded edges, centred on the origin. */
export function roundedBlock(x: number, y: number, z: number, halfX: number, halfY: number, halfZ: number, round: number): number {
  const qx = Math.abs(x) - halfX + round;
  const qy = Math.abs(y) - halfY + round;
  const qz = Math.abs(z) - halfZ + round;
  const ox = Math.max(qx, 0);
  const oy = Math.max(qy, 0);
  const oz = Math.max(qz, 0);
  return Math.sqrt(ox * ox + oy * oy + oz * oz) + Math.min(Math.max(qx, qy, qz), 0) - round;
}

/** A hash of two integers as a number in [0, 1): the only source of chance in the pictures, so a seed gives the same picture again. */
export function chance(a: number, b: number): number {
  let h = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul((b | 0) + 0x7f4a7c15, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

/** Smooth value noise over the plane in [0, 1], one cell per unit. */
export function valueNoise(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const row = iy + seed * 7919;
  const a = chance(ix, row);
  const b = chance(ix + 1, row);
  const c = chance(ix, row + 1);
  const d = chance(ix + 1, row + 1);
  return a + (b - a) * sx + (c - a) * sy + (a - b - c + d) * sx * sy;
}

/** Sum of `octaves` layers of value noise, each half as strong and twice as fine as the one before, scaled to [0, 1]. */
export function layeredNoise(x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0.5;
  let total = 0;
  for (let i = 0; i < octaves; i++) {
    sum += weight * valueNoise(x * 2 ** i, y * 2 ** i, i + 1);
    total += weight;
    weight /= 2;
  }
  return sum / total;
}

/** 0 below `from`, 1 above `to`, a smooth cubic between. */
export function smoothStep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
