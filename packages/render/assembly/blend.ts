// Compositing of samples: over, fade, fill and the transitions between two frames.

/** 255 at the resampler's 6 fractional bits. */
export const OPAQUE6: i32 = 16320;

/** 1.0 in Q15, as close as i16 allows; callers treat it as exactly one. */
export const ONE15: i32 = 32767;

// @ts-ignore: decorator
@inline
export function mul15(a: v128, b: v128): v128 {
  // Never -32768 * -32768 here, so the relaxed form means the same on every machine.
  return i16x8.relaxed_q15mulr_s(a, b);
}

/**
 * Premultiplied over for eight samples at 6 fractional bits: colour + under * (1 - alpha), rounded to whole values in i16 lanes.
 * Where the cubic overshoots alpha beyond one, colour is divided by the same overshoot, so a cut-out gets no bright rim.
 */
// @ts-ignore: decorator
@inline
export function over8(under: v128, colourIn: v128, alphaIn: v128, opacity: i32): v128 {
  const opaque = i16x8.splat(<i16>OPAQUE6);
  let colour = i16x8.max_s(colourIn, i16x8.splat(0));
  const excess = i16x8.max_s(i16x8.sub(alphaIn, opaque), i16x8.splat(0));
  if (v128.any_true(excess)) {
    const one = i16x8.splat(<i16>ONE15);
    const d = i16x8.shl(excess, 1);
    let t = i16x8.sub(one, d);
    t = i16x8.sub(one, mul15(d, t));
    t = i16x8.sub(one, mul15(d, t));
    colour = mul15(colour, t);
  }
  const clamped = i16x8.min_s(i16x8.max_s(alphaIn, i16x8.splat(0)), opaque);
  let alpha = i16x8.add(clamped, i16x8.shr_s(i16x8.add(clamped, i16x8.splat(128)), 8));
  if (opacity < ONE15) {
    const o = i16x8.splat(<i16>opacity);
    colour = mul15(colour, o);
    alpha = mul15(alpha, o);
  }
  const kept = i16x8.sub(i16x8.shl(under, 6), mul15(i16x8.shl(under, 7), alpha));
  return i16x8.shr_s(i16x8.add(i16x8.add(colour, kept), i16x8.splat(32)), 6);
}

/** a + (b - a) * weight for eight samples in i16 lanes, weight in Q15. */
// @ts-ignore: decorator
@inline
function mix8(a: v128, b: v128, weight: v128): v128 {
  const change = mul15(i16x8.shl(i16x8.sub(b, a), 7), weight);
  return i16x8.add(a, i16x8.shr_s(i16x8.add(change, i16x8.splat(64)), 7));
}

// @ts-ignore: decorator
@inline
function mix16(a: v128, b: v128, low: v128, high: v128): v128 {
  return i8x16.narrow_i16x8_u(
    mix8(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b), low),
    mix8(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b), high),
  );
}

/** The same for one sample, with the same rounding. */
// @ts-ignore: decorator
@inline
export function mix1(a: i32, b: i32, weight: i32): i32 {
  if (weight >= ONE15) return b;
  return a + (((((b - a) * 128 * weight + 16384) >> 15) + 64) >> 7);
}

/** out[i] = a[i] + (b[i] - a[i]) * weight; weight in Q15. Rows may be the same memory. */
export function mixRow(out: usize, a: usize, b: usize, count: i32, weight: i32): void {
  const w = i16x8.splat(<i16>weight);
  const whole = <usize>(count & ~15);
  let i: usize = 0;
  for (; i < whole; i += 16) v128.store(out + i, mix16(v128.load(a + i), v128.load(b + i), w, w));
  for (; i < <usize>count; i++) store<u8>(out + i, <u8>mix1(load<u8>(a + i), load<u8>(b + i), weight));
}

/** Mixes `bytes` consecutive samples of two frames; weight in Q15, 0 and 32767 copy. */
export function mixPlane(out: usize, a: usize, b: usize, bytes: i32, weight: i32): void {
  if (weight <= 0) memory.copy(out, a, bytes);
  else if (weight >= ONE15) memory.copy(out, b, bytes);
  else mixRow(out, a, b, bytes, weight);
}

/** Mixes rows with a weight of their own for every column, Q15 in i16, the array padded to 16 entries. */
export function mixColumns(out: usize, a: usize, b: usize, width: i32, height: i32, weights: usize): void {
  const whole = <usize>(width & ~15);
  for (let y = 0; y < height; y++) {
    let i: usize = 0;
    for (; i < whole; i += 16) {
      const w = weights + (i << 1);
      v128.store(out + i, mix16(v128.load(a + i), v128.load(b + i), v128.load(w), v128.load(w, 16)));
    }
    for (; i < <usize>width; i++) store<u8>(out + i, <u8>mix1(load<u8>(a + i), load<u8>(b + i), load<i16>(weights + (i << 1))));
    out += width;
    a += width;
    b += width;
  }
}

/** Mixes rows with one weight per row, Q15 in i16. */
export function mixRows(out: usize, a: usize, b: usize, width: i32, height: i32, weights: usize): void {
  for (let y = 0; y < height; y++) {
    mixPlane(out, a, b, width, load<i16>(weights + (<usize>y << 1)));
    out += width;
    a += width;
    b += width;
  }
}

/** Fills a rectangle of a plane with one value, over what is there by `opacity` (Q15). */
export function fillPlane(dst: usize, stride: i32, cols: i32, rows: i32, value: i32, opacity: i32): void {
  const v = i8x16.splat(<i8>value);
  const w = i16x8.splat(<i16>opacity);
  const whole = <usize>(cols & ~15);
  for (let y = 0; y < rows; y++) {
    if (opacity >= ONE15) {
      memory.fill(dst, <u8>value, cols);
    } else {
      let i: usize = 0;
      for (; i < whole; i += 16) v128.store(dst + i, mix16(v128.load(dst + i), v, w, w));
      for (; i < <usize>cols; i++) store<u8>(dst + i, <u8>mix1(load<u8>(dst + i), value, opacity));
    }
    dst += stride;
  }
}

/** Copies a rectangle of samples. */
export function copyPlane(dst: usize, dstStride: i32, cols: i32, rows: i32, src: usize, srcStride: i32): void {
  if (cols == dstStride && cols == srcStride) {
    memory.copy(dst, src, <usize>cols * <usize>rows);
    return;
  }
  for (let y = 0; y < rows; y++) {
    memory.copy(dst, src, cols);
    dst += dstStride;
    src += srcStride;
  }
}

// @ts-ignore: decorator
@inline
function overBlock(dst: usize, colour: v128, alpha: v128, opacity: i32): void {
  const under = v128.load(dst);
  v128.store(
    dst,
    i8x16.narrow_i16x8_u(
      over8(i16x8.extend_low_i8x16_u(under), i16x8.shl(i16x8.extend_low_i8x16_u(colour), 6), i16x8.shl(i16x8.extend_low_i8x16_u(alpha), 6), opacity),
      over8(i16x8.extend_high_i8x16_u(under), i16x8.shl(i16x8.extend_high_i8x16_u(colour), 6), i16x8.shl(i16x8.extend_high_i8x16_u(alpha), 6), opacity),
    ),
  );
}

/** Puts a premultiplied plane over another, sample on sample; `scratch` holds 64 bytes for the last columns. */
export function overPlane(dst: usize, dstStride: i32, cols: i32, rows: i32, src: usize, alpha: usize, srcStride: i32, opacity: i32, scratch: usize): void {
  const whole = <usize>(cols & ~15);
  const rest = <usize>(cols & 15);
  for (let y = 0; y < rows; y++) {
    for (let i: usize = 0; i < whole; i += 16) {
      const a = v128.load(alpha + i);
      if (v128.any_true(a)) overBlock(dst + i, v128.load(src + i), a, opacity);
    }
    if (rest) {
      memory.copy(scratch, dst + whole, rest);
      memory.copy(scratch + 16, src + whole, rest);
      memory.copy(scratch + 32, alpha + whole, rest);
      overBlock(scratch, v128.load(scratch, 16), v128.load(scratch, 32), opacity);
      memory.copy(dst + whole, scratch, rest);
    }
    dst += dstStride;
    src += srcStride;
    alpha += srcStride;
  }
}
