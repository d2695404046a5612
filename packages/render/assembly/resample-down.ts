// Down the columns: filtered rows, kept in a ring, to u8, or over what is there.
import { mul15, ONE15, over8 } from './blend';

/** Rows the ring holds; a power of two above the most taps and the one row filtered ahead. */
export const RING: i32 = 16;

/** Address of a source row's place in the ring. */
// @ts-ignore: decorator
@inline
export function slot(ring: usize, stride: usize, row: i32): usize {
  return ring + <usize>(row & (RING - 1)) * stride;
}

// @ts-ignore: decorator
@inline
function weight(row: usize, k: i32): v128 {
  return i16x8.splat(<i16>min(<i32>load<i16>(row + (<usize>k << 1)) << 1, ONE15));
}

// @ts-ignore: decorator
@inline
function sum4(r0: usize, r1: usize, r2: usize, r3: usize, c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  return i16x8.add(
    i16x8.add(mul15(v128.load(r0), c0), mul15(v128.load(r1), c1)),
    i16x8.add(mul15(v128.load(r2), c2), mul15(v128.load(r3), c3)),
  );
}

// @ts-ignore: decorator
@inline
function whole(low: v128, high: v128): v128 {
  const half = i16x8.splat(32);
  return i8x16.narrow_i16x8_u(i16x8.shr_s(i16x8.add(low, half), 6), i16x8.shr_s(i16x8.add(high, half), 6));
}

/** Filters the ring's rows from `first` on down the columns; writes `count` rounded up to 16 samples. */
export function column(out: usize, count: i32, ring: usize, stride: usize, first: i32, weights: usize, taps: i32): void {
  const bytes = <usize>((count + 15) & ~15);
  let r0 = slot(ring, stride, first);
  if (taps == 1) {
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(out + i, whole(v128.load(r0 + (i << 1)), v128.load(r0 + (i << 1), 16)));
    }
    return;
  }
  let r1 = slot(ring, stride, first + 1);
  let r2 = slot(ring, stride, first + 2);
  let r3 = slot(ring, stride, first + 3);
  const c0 = weight(weights, 0);
  const c1 = weight(weights, 1);
  const c2 = weight(weights, 2);
  const c3 = weight(weights, 3);
  const end = out + bytes;
  if (taps == 4) {
    while (out < end) {
      v128.store(out, whole(sum4(r0, r1, r2, r3, c0, c1, c2, c3), sum4(r0 + 16, r1 + 16, r2 + 16, r3 + 16, c0, c1, c2, c3)));
      r0 += 32;
      r1 += 32;
      r2 += 32;
      r3 += 32;
      out += 16;
    }
    return;
  }
  let r4 = slot(ring, stride, first + 4);
  let r5 = slot(ring, stride, first + 5);
  let r6 = taps > 6 ? slot(ring, stride, first + 6) : r5;
  let r7 = taps > 6 ? slot(ring, stride, first + 7) : r5;
  const c4 = weight(weights, 4);
  const c5 = weight(weights, 5);
  const c6 = taps > 6 ? weight(weights, 6) : i16x8.splat(0);
  const c7 = taps > 6 ? weight(weights, 7) : i16x8.splat(0);
  while (out < end) {
    const low = i16x8.add(sum4(r0, r1, r2, r3, c0, c1, c2, c3), sum4(r4, r5, r6, r7, c4, c5, c6, c7));
    const high = i16x8.add(
      sum4(r0 + 16, r1 + 16, r2 + 16, r3 + 16, c0, c1, c2, c3),
      sum4(r4 + 16, r5 + 16, r6 + 16, r7 + 16, c4, c5, c6, c7),
    );
    v128.store(out, whole(low, high));
    r0 += 32;
    r1 += 32;
    r2 += 32;
    r3 += 32;
    r4 += 32;
    r5 += 32;
    r6 += 32;
    r7 += 32;
    out += 16;
  }
}

// @ts-ignore: decorator
@inline
function columnSum(ring: usize, stride: usize, first: i32, at: usize, weights: usize, taps: i32): v128 {
  let sum = i16x8.splat(0);
  for (let k = 0; k < taps; k++) sum = i16x8.add(sum, mul15(v128.load(slot(ring, stride, first + k) + at), weight(weights, k)));
  return sum;
}

/** The same for a premultiplied plane and its alpha, put over `dst`; `count` is a multiple of 8. */
export function overColumn(dst: usize, count: i32, ring: usize, alphaRing: usize, stride: usize, first: i32, weights: usize, taps: i32, opacity: i32): void {
  const apart = alphaRing - ring;
  const zero = i16x8.splat(0);
  if (taps != 4) {
    for (let i: usize = 0; i < <usize>count; i += 8) {
      const at = i << 1;
      const row = slot(ring, stride, first) + at;
      const colour = taps == 1 ? v128.load(row) : columnSum(ring, stride, first, at, weights, taps);
      const alpha = taps == 1 ? v128.load(row + apart) : columnSum(alphaRing, stride, first, at, weights, taps);
      if (!v128.any_true(v128.or(colour, alpha))) continue;
      const result = over8(v128.load8x8_u(dst + i), colour, alpha, opacity);
      v128.store64_lane(dst + i, i8x16.narrow_i16x8_u(result, zero), 0);
    }
    return;
  }
  let r0 = slot(ring, stride, first);
  let r1 = slot(ring, stride, first + 1);
  let r2 = slot(ring, stride, first + 2);
  let r3 = slot(ring, stride, first + 3);
  const c0 = weight(weights, 0);
  const c1 = weight(weights, 1);
  const c2 = weight(weights, 2);
  const c3 = weight(weights, 3);
  const end = dst + <usize>count;
  while (dst < end) {
    const alpha = sum4(r0 + apart, r1 + apart, r2 + apart, r3 + apart, c0, c1, c2, c3);
    const colour = sum4(r0, r1, r2, r3, c0, c1, c2, c3);
    if (v128.any_true(v128.or(colour, alpha))) {
      const result = over8(v128.load8x8_u(dst), colour, alpha, opacity);
      v128.store64_lane(dst, i8x16.narrow_i16x8_u(result, zero), 0);
    }
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
    dst += 8;
  }
}
