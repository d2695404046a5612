// Separable resampling of one plane: rows of u8 to i16 with 6 fractional bits (kept in a ring), then down the columns to u8.
import { AXIS_HEADER, NO_SHIFT, PHASES } from './kernel';
import { mix1, mixRow, mul15, ONE15, over8 } from './blend';

/** Rows the ring holds; a power of two above the most taps and the one row filtered ahead. */
const RING: i32 = 16;
const EDGE: usize = 512;
const PAD: i32 = 32;
const SIDE: i32 = 64;

// @ts-ignore: decorator
@inline
function pick(source: v128, mask: v128): v128 {
  // Masks hold 0..15 or values from 128 on, where the relaxed form is defined.
  return i8x16.relaxed_swizzle(source, mask);
}

// @ts-ignore: decorator
@inline
function next(mask: v128): v128 {
  return i8x16.add(mask, i8x16.splat(2));
}

// @ts-ignore: decorator
@inline
function put(out: usize, low: v128, high: v128): void {
  v128.store(out, i16x8.narrow_i32x4_s(i32x4.shr_s(low, 8), i32x4.shr_s(high, 8)));
}

function filter4(a: usize, b: usize, outA: usize, outB: usize, table: usize, from: i32, to: i32): void {
  const groups = <usize>load<i32>(table);
  let base = table + AXIS_HEADER + (<usize>from << 3);
  let v = table + AXIS_HEADER + (((groups << 3) + 15) & ~15) + <usize>from * 96;
  const end = v + <usize>(to - from) * 96;
  outA += <usize>from << 4;
  outB += <usize>from << 4;
  while (v < end) {
    const low = load<i32>(base);
    const high = load<i32>(base, 4);
    const m0 = v128.load(v);
    const m1 = v128.load(v, 16);
    const n0 = next(m0);
    const n1 = next(m1);
    const c0 = v128.load(v, 32);
    const c1 = v128.load(v, 48);
    const d0 = v128.load(v, 64);
    const d1 = v128.load(v, 80);
    const al = v128.load(a + low);
    const ah = v128.load(a + high);
    const bl = v128.load(b + low);
    const bh = v128.load(b + high);
    put(
      outA,
      i32x4.add(i32x4.dot_i16x8_s(pick(al, m0), c0), i32x4.dot_i16x8_s(pick(al, n0), d0)),
      i32x4.add(i32x4.dot_i16x8_s(pick(ah, m1), c1), i32x4.dot_i16x8_s(pick(ah, n1), d1)),
    );
    put(
      outB,
      i32x4.add(i32x4.dot_i16x8_s(pick(bl, m0), c0), i32x4.dot_i16x8_s(pick(bl, n0), d0)),
      i32x4.add(i32x4.dot_i16x8_s(pick(bh, m1), c1), i32x4.dot_i16x8_s(pick(bh, n1), d1)),
    );
    base += 8;
    v += 96;
    outA += 16;
    outB += 16;
  }
}

function filterWide(a: usize, b: usize, outA: usize, outB: usize, table: usize, from: i32, to: i32): void {
  const groups = <usize>load<i32>(table);
  const pairs = load<i32>(table, 12) >> 1;
  const bytes = <usize>(32 + pairs * 32);
  let base = table + AXIS_HEADER + (<usize>from << 3);
  let v = table + AXIS_HEADER + (((groups << 3) + 15) & ~15) + <usize>from * bytes;
  for (let g = <usize>from; g < <usize>to; g++) {
    const low = load<i32>(base);
    const high = load<i32>(base, 4);
    let m0 = v128.load(v);
    let m1 = v128.load(v, 16);
    const al = v128.load(a + low);
    const ah = v128.load(a + high);
    const bl = v128.load(b + low);
    const bh = v128.load(b + high);
    let sal = i32x4.splat(0);
    let sah = i32x4.splat(0);
    let sbl = i32x4.splat(0);
    let sbh = i32x4.splat(0);
    for (let w = v + 32, end = v + bytes; w < end; w += 32) {
      const c0 = v128.load(w);
      const c1 = v128.load(w, 16);
      sal = i32x4.add(sal, i32x4.dot_i16x8_s(pick(al, m0), c0));
      sah = i32x4.add(sah, i32x4.dot_i16x8_s(pick(ah, m1), c1));
      sbl = i32x4.add(sbl, i32x4.dot_i16x8_s(pick(bl, m0), c0));
      sbh = i32x4.add(sbh, i32x4.dot_i16x8_s(pick(bh, m1), c1));
      m0 = next(m0);
      m1 = next(m1);
    }
    put(outA + (g << 4), sal, sah);
    put(outB + (g << 4), sbl, sbh);
    base += 8;
    v += bytes;
  }
}

function filterShift(a: usize, b: usize, outA: usize, outB: usize, table: usize, from: i32, to: i32): void {
  const shift = load<i32>(table, 16);
  for (let g = <usize>from; g < <usize>to; g++) {
    const at = (g << 3) + shift;
    v128.store(outA + (g << 4), i16x8.shl(v128.load8x8_u(a + at), 6));
    v128.store(outB + (g << 4), i16x8.shl(v128.load8x8_u(b + at), 6));
  }
}

function filterGroups(a: usize, b: usize, outA: usize, outB: usize, table: usize, from: i32, to: i32): void {
  if (load<i32>(table, 12) == 4) filter4(a, b, outA, outB, table, from, to);
  else filterWide(a, b, outA, outB, table, from, to);
}

function padded(edge: usize, row: usize, count: i32, before: i32, after: i32): void {
  memory.fill(edge, <u8>before, PAD);
  memory.copy(edge + PAD, row, count);
  memory.fill(edge + PAD + count, <u8>after, PAD);
}

/** Filters two source rows along x; beyond their ends they go on with their last sample, or with nothing. */
function filterRows(a: usize, b: usize, outA: usize, outB: usize, table: usize, width: i32, empty: bool, edges: usize): void {
  const groups = load<i32>(table);
  const middle = load<i32>(table, 4);
  const right = load<i32>(table, 8);
  const edgesB = edges + EDGE;
  const a0 = empty ? 0 : <i32>load<u8>(a);
  const b0 = empty ? 0 : <i32>load<u8>(b);
  const a1 = empty ? 0 : <i32>load<u8>(a + width - 1);
  const b1 = empty ? 0 : <i32>load<u8>(b + width - 1);
  if (width < SIDE) {
    padded(edges, a, width, a0, a1);
    padded(edgesB, b, width, b0, b1);
    filterGroups(edges + PAD, edgesB + PAD, outA, outB, table, 0, groups);
    return;
  }
  if (middle > 0) {
    padded(edges, a, SIDE, a0, 0);
    padded(edgesB, b, SIDE, b0, 0);
    filterGroups(edges + PAD, edgesB + PAD, outA, outB, table, 0, middle);
  }
  if (right > middle) {
    if (load<i32>(table, 16) != NO_SHIFT) filterShift(a, b, outA, outB, table, middle, right);
    else filterGroups(a, b, outA, outB, table, middle, right);
  }
  if (right < groups) {
    const skip = width - SIDE;
    padded(edges, a + skip, SIDE, 0, a1);
    padded(edgesB, b + skip, SIDE, 0, b1);
    filterGroups(edges + PAD - skip, edgesB + PAD - skip, outA, outB, table, max(right, middle), groups);
  }
}

// @ts-ignore: decorator
@inline
function weight(row: usize, k: i32): v128 {
  return i16x8.splat(<i16>min(<i32>load<i16>(row + (<usize>k << 1)) << 1, ONE15));
}

// @ts-ignore: decorator
@inline
function slot(ring: usize, stride: usize, row: i32): usize {
  return ring + <usize>(row & (RING - 1)) * stride;
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
function column(out: usize, count: i32, ring: usize, stride: usize, first: i32, weights: usize, taps: i32): void {
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
function overColumn(dst: usize, count: i32, ring: usize, alphaRing: usize, stride: usize, first: i32, weights: usize, taps: i32, opacity: i32): void {
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

// @ts-ignore: decorator
@inline
function scaled(a: i32, b: i32): i32 {
  return a >= ONE15 ? b : b >= ONE15 ? a : (a * b + 16384) >> 15;
}

/** Writes a resampled row with coverage: `edge` and `old` values of the outermost columns are mixed by their own share. */
function finishRow(dst: usize, temp: usize, cols: i32, cover: i32, left: i32, right: i32): void {
  const last = <usize>(cols - 1);
  const first0 = <i32>load<u8>(dst);
  const last0 = <i32>load<u8>(dst + last);
  const first1 = mix1(first0, load<u8>(temp), scaled(cover, left));
  const last1 = mix1(last0, load<u8>(temp + last), scaled(cover, right));
  if (cover >= ONE15) memory.copy(dst, temp, cols);
  else mixRow(dst, dst, temp, cols, cover);
  store<u8>(dst + last, <u8>last1);
  store<u8>(dst, <u8>first1);
}

/**
 * Draws one plane through an axis table. `dst` is the first sample drawn on; row y reads around source row `originY + stepY * y`.
 * With `alpha` (0: none) the plane is premultiplied and lies over what is there; without it, the outermost rows and columns are mixed by
 * their coverage (Q15). Scratch: 1024 bytes of edges, a row of u8, then one ring of 16 rows of i16, or two with alpha.
 */
export function drawPlane(
  dst: usize, dstStride: i32, cols: i32, rows: i32,
  src: usize, alpha: usize, width: i32, height: i32,
  table: usize, lut: usize, taps: i32, stepY: f64, originY: f64,
  scratch: usize, opacity: i32, empty: i32,
  left: i32, right: i32, top: i32, bottom: i32,
): void {
  const outputs = load<i32>(table) << 3;
  const stride = <usize>((outputs * 2 + 95) & ~63);
  const temp = scratch + 1024;
  const ring = temp + ((<usize>outputs + 95) & ~63);
  const alphaRing = ring + stride * RING;
  const lead = taps / 2 - 1;
  const start = i32(Math.floor(originY * f64(PHASES) + 0.5));
  const still = stepY == 1.0 && taps == 4 && (start & (PHASES - 1)) == 0;
  const used = still ? 1 : taps;
  const blocks = cols & ~15;
  const high = f64(height + 7);
  let done = i32.MIN_VALUE;
  for (let y = 0; y < rows; y++) {
    let position = originY + stepY * f64(y);
    position = position < -8.0 ? -8.0 : position > high ? high : position;
    const fixed = i32(Math.floor(position * f64(PHASES) + 0.5));
    const first = (fixed >> 9) - (still ? 0 : lead);
    const weights = lut + (<usize>((fixed & (PHASES - 1)) * taps) << 1);
    if (done < first) done = first;
    while (done < first + used) {
      const rowA = <usize>min(max(done, 0), height - 1) * width;
      const rowB = <usize>min(max(done + 1, 0), height - 1) * width;
      const outA = slot(ring, stride, done);
      const outB = slot(ring, stride, done + 1);
      filterRows(src + rowA, src + rowB, outA, outB, table, width, empty != 0, scratch);
      if (alpha) filterRows(alpha + rowA, alpha + rowB, outA + (alphaRing - ring), outB + (alphaRing - ring), table, width, true, scratch);
      if (empty) {
        if (done < 0 || done >= height) {
          memory.fill(outA, 0, stride);
          if (alpha) memory.fill(outA + (alphaRing - ring), 0, stride);
        }
        if (done + 1 < 0 || done + 1 >= height) {
          memory.fill(outB, 0, stride);
          if (alpha) memory.fill(outB + (alphaRing - ring), 0, stride);
        }
      }
      done += 2;
    }
    if (alpha) {
      const eights = cols & ~7;
      overColumn(dst, eights, ring, alphaRing, stride, first, weights, used, opacity);
      if (cols & 7) {
        memory.copy(temp, dst + eights, cols & 7);
        const skip = <usize>eights << 1;
        overColumn(temp, 8, ring + skip, alphaRing + skip, stride, first, weights, used, opacity);
        memory.copy(dst + eights, temp, cols & 7);
      }
    } else {
      let cover = opacity;
      if (y == 0) cover = scaled(cover, top);
      if (y == rows - 1) cover = scaled(cover, bottom);
      if (cover < ONE15) {
        column(temp, cols, ring, stride, first, weights, used);
        finishRow(dst, temp, cols, cover, left, right);
      } else {
        const first0 = <i32>load<u8>(dst);
        const last0 = <i32>load<u8>(dst + cols - 1);
        column(dst, blocks, ring, stride, first, weights, used);
        if (cols > blocks) {
          column(temp, 16, ring + (<usize>blocks << 1), stride, first, weights, used);
          memory.copy(dst + blocks, temp, cols - blocks);
        }
        if (left < ONE15) store<u8>(dst, <u8>mix1(first0, load<u8>(dst), left));
        if (right < ONE15) store<u8>(dst + cols - 1, <u8>mix1(last0, load<u8>(dst + cols - 1), right));
      }
    }
    dst += dstStride;
  }
}
