// Along a row: two rows of u8 at once through an axis table, to i16 with 6 fractional bits.
import { AXIS_HEADER, NO_SHIFT } from './kernel';

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

/** Filters two source rows along x; beyond their ends they go on with their last sample, or with nothing. `edges` is 1024 bytes of scratch. */
export function filterRows(a: usize, b: usize, outA: usize, outB: usize, table: usize, width: i32, empty: bool, edges: usize): void {
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
