// Coefficient tables of the resampler: which source samples make an output sample, and with what weights.

/** Sub-sample positions a source sample is divided into; 1/512 of a sample is far below what an eye or a tracker sees. */
export const PHASES: i32 = 512;

/** Bytes before the first base offset of an axis table: groups, first middle group, first right group, taps, shift. */
export const AXIS_HEADER: usize = 64;

/** Value of the shift field when the axis really interpolates. */
export const NO_SHIFT: i32 = i32.MIN_VALUE;

// Keys' cubic with a = -1/2 (Catmull-Rom): it reproduces straight ramps, so nothing is displaced at any phase, and at phase 0 it is the
// identity, so a picture that comes to rest does not change its sharpness.
function cubic(distance: f64): f64 {
  const x = Math.abs(distance);
  if (x < 1.0) return (1.5 * x - 2.5) * x * x + 1.0;
  if (x < 2.0) return ((2.5 - 0.5 * x) * x - 4.0) * x + 2.0;
  return 0.0;
}

/**
 * Writes PHASES rows of `taps` weights in Q14 (each row sums to exactly 16384), the kernel stretched by `width` >= 1, which cuts off what
 * a smaller picture cannot hold.
 */
export function buildKernel(lut: usize, taps: i32, width: f64): void {
  const first = 1 - taps / 2;
  const weights = memory.data(64);
  for (let phase = 0; phase < PHASES; phase++) {
    const t = f64(phase) / f64(PHASES);
    let sum = 0.0;
    for (let k = 0; k < taps; k++) {
      const d = (f64(first + k) - t) / width;
      const w = cubic(d);
      store<f64>(weights + ((<usize>k) << 3), w);
      sum += w;
    }
    const row = lut + (<usize>(phase * taps) << 1);
    let total = 0;
    let largest = 0;
    for (let k = 0; k < taps; k++) {
      const q = i32(Math.floor((load<f64>(weights + ((<usize>k) << 3)) / sum) * 16384.0 + 0.5));
      store<i16>(row + ((<usize>k) << 1), i16(q));
      total += q;
      if (q > i32(load<i16>(row + ((<usize>largest) << 1)))) largest = k;
    }
    const peak = row + ((<usize>largest) << 1);
    store<i16>(peak, i16(i32(load<i16>(peak)) + 16384 - total));
  }
}

/**
 * Writes the table of one row of outputs: output i reads around source position `origin + step * i`. Groups of eight outputs; each has two
 * base offsets (one per four outputs, i32), two swizzle masks and taps/2 pairs of weight vectors.
 */
export function buildAxis(table: usize, lut: usize, taps: i32, outputs: i32, step: f64, origin: f64, sourceWidth: i32): void {
  const groups = (outputs + 7) >> 3;
  const lead = taps / 2 - 1;
  const low = -8.0;
  const high = f64(sourceWidth + 7);
  const bases = table + AXIS_HEADER;
  const vectors = bases + (((<usize>groups << 3) + 15) & ~15);
  const groupBytes = <usize>(32 + taps * 16);
  let middle = 0;
  let right = groups;
  for (let g = 0; g < groups; g++) {
    const group = vectors + <usize>g * groupBytes;
    for (let half = 0; half < 2; half++) {
      let base = 0;
      const halfOffset = <usize>half << 4;
      for (let i = 0; i < 4; i++) {
        let position = origin + step * f64((g << 3) + (half << 2) + i);
        position = position < low ? low : position > high ? high : position;
        const fixed = i32(Math.floor(position * f64(PHASES) + 0.5));
        const phase = fixed & (PHASES - 1);
        const first = (fixed >> 9) - lead;
        if (i == 0) base = first;
        const lane = <usize>i << 2;
        const at = first - base;
        store<u32>(group + halfOffset + lane, u32(at) | 0x8000 | (u32(at + 1) << 16) | 0x80000000);
        const row = lut + (<usize>(phase * taps) << 1);
        for (let k = 0; k < taps >> 1; k++) {
          store<u32>(group + 32 + (<usize>k << 5) + halfOffset + lane, load<u32>(row + (<usize>k << 2)));
        }
      }
      store<i32>(bases + (<usize>((g << 1) + half) << 2), base);
      if (base < 0 && middle <= g) middle = g + 1;
      if (base + 16 > sourceWidth && right > g) right = g;
    }
  }
  const start = i32(Math.floor(origin * f64(PHASES) + 0.5));
  const shifted = step == 1.0 && (start & (PHASES - 1)) == 0 && taps == 4;
  store<i32>(table, groups);
  store<i32>(table + 4, middle);
  store<i32>(table + 8, right);
  store<i32>(table + 12, taps);
  store<i32>(table + 16, shifted ? start >> 9 : NO_SHIFT);
}
