/** A number 0..1 that depends on nothing but the seed and the index (integer hash "lowbias32", C. Wellons). */
export function seeded(seed: number, index: number): number {
  let x = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

/** A smooth wandering -1..1 over `seconds`: three sines whose rates and phases come from the seed. */
export function wander(seed: number, seconds: number): number {
  let sum = 0;
  for (let index = 0; index < 3; index++) {
    const rate = (0.09 + 0.11 * index) * (0.85 + 0.3 * seeded(seed, index * 2));
    sum += Math.sin(2 * Math.PI * (rate * seconds + seeded(seed, index * 2 + 1))) / (index + 1.5);
  }
  return sum / 1.4;
}

/** A whole number below 2^32 of a text (FNV-1a). */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
