// Separable resampling of one plane: rows of u8 to i16 with 6 fractional bits (kept in a ring), then down the columns to u8.
import { PHASES } from './kernel';
import { mix1, mixRow, ONE15 } from './blend';
import { filterRows } from './resample-along';
import { column, overColumn, RING, slot } from './resample-down';

// @ts-ignore: decorator
@inline
function scaled(a: i32, b: i32): i32 {
  return a >= ONE15 ? b : b >= ONE15 ? a : (a * b + 16384) >> 15;
}

/** Writes a resampled row with coverage; the outermost columns are mixed by their own share. */
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
