/** `length` numbers of standard normal distribution, always the same for a seed (mulberry32 and the Box-Muller transform). */
export function normalTable(options: { readonly length: number; readonly seed: number }): Float32Array {
  let state = options.seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const table = new Float32Array(options.length);
  for (let index = 0; index < table.length; index += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    table[index] = radius * Math.cos(angle);
    if (index + 1 < table.length) table[index + 1] = radius * Math.sin(angle);
  }
  return table;
}
