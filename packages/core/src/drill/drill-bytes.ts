/** What the bytes of a drill's task follow from; `inputs` are the bytes of what it reads, in order. */
export type DrillRecipe = { readonly seed: number; readonly bytes: number; readonly inputs: readonly Uint8Array[] };

/**
 * The bytes that a drill's task makes, a function of its seed and of every byte that it reads, so that one wrong byte anywhere is seen in the last
 * output. Inputs are taken in as FNV-1a does (Fowler, Noll, Vo), the stream is xoshiro128** (Blackman, Vigna); neither hides anything.
 */
export function drillBytes({ seed, bytes, inputs }: DrillRecipe): Uint8Array {
  let low = (2_166_136_261 ^ seed) >>> 0;
  let high = (seed ^ 0x9e37_79b9) >>> 0;
  const take = (byte: number): void => {
    low = Math.imul(low ^ byte, 16_777_619) >>> 0;
    high = Math.imul(((high << 5) | (high >>> 27)) ^ byte, 2_246_822_519) >>> 0;
  };
  for (const input of inputs) {
    for (const byte of input) take(byte);
    for (const byte of [input.length & 255, (input.length >>> 8) & 255, (input.length >>> 16) & 255]) take(byte);
  }
  let [a, b, c, d] = [low | 1, high, mixed(low), mixed(high)];
  const made = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 4) {
    const sum = Math.imul(b, 5);
    const word = Math.imul((sum << 7) | (sum >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    for (let of = 0; of < 4 && at + of < bytes; of++) made[at + of] = word >>> (8 * of);
  }
  return made;
}

function mixed(word: number): number {
  const half = Math.imul(word ^ (word >>> 15), 2_146_121_005);
  return (half ^ (half >>> 13)) >>> 0;
}
