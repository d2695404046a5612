// RGBA and straight alpha to premultiplied planes; BT.709, limited range, chroma sited left (Rec. ITU-R BT.709-6 sections 3 and 4).

// @ts-ignore: decorator
@inline
function by255(product: v128): v128 {
  // Exact rounding of x / 255 for x up to 65025.
  const t = i16x8.add(product, i16x8.splat(128));
  return i16x8.shr_u(i16x8.add(t, i16x8.shr_u(t, 8)), 8);
}

// @ts-ignore: decorator
@inline
function times(a: v128, b: v128): v128 {
  return i8x16.narrow_i16x8_u(by255(i16x8.extmul_low_i8x16_u(a, b)), by255(i16x8.extmul_high_i8x16_u(a, b)));
}

/** plane = plane * alpha / 255, rounded; both buffers may be read and written up to 15 bytes beyond `count`. */
export function premultiplyPlane(plane: usize, alpha: usize, count: i32): void {
  const whole = <usize>(count & ~15);
  let i: usize = 0;
  for (; i < whole; i += 16) v128.store(plane + i, times(v128.load(plane + i), v128.load(alpha + i)));
  for (; i < <usize>count; i++) {
    const t = <i32>load<u8>(plane + i) * <i32>load<u8>(alpha + i) + 128;
    store<u8>(plane + i, <u8>((t + (t >> 8)) >> 8));
  }
}

/** Premultiplies RGBA in place (mode 2) or sets alpha to 255 (mode 0); reads and writes whole blocks of four pixels. */
export function prepareRgba(rgba: usize, pixels: i32, mode: i32): void {
  const end = rgba + (((<usize>pixels << 2) + 15) & ~15);
  const opaque = i32x4.splat(0xff000000);
  for (; rgba < end; rgba += 16) {
    const p = v128.load(rgba);
    if (mode == 0) {
      v128.store(rgba, v128.or(p, opaque));
    } else {
      const a = i8x16.shuffle(p, p, 3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15);
      v128.store(rgba, v128.or(v128.andnot(times(p, a), opaque), v128.and(p, opaque)));
    }
  }
}

/** Luma (and alpha unless 0) of premultiplied RGBA rows; writes up to 3 bytes beyond each plane. */
export function lumaOfRgba(rgba: usize, width: i32, height: i32, luma: usize, alpha: usize): void {
  const weights = i16x8(5983, 20127, 2032, 2056, 5983, 20127, 2032, 2056);
  const half = i32x4.splat(16384);
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x += 4) {
      const p = v128.load(rgba + (x << 2));
      const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(p), weights);
      const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(p), weights);
      const even = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
      const odd = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
      const sum = i32x4.shr_s(i32x4.add(i32x4.add(even, odd), half), 15);
      const words = i16x8.narrow_i32x4_s(sum, sum);
      v128.store32_lane(luma + x, i8x16.narrow_i16x8_u(words, words), 0);
      if (alpha) v128.store32_lane(alpha + x, i8x16.shuffle(p, p, 3, 7, 11, 15, 3, 7, 11, 15, 3, 7, 11, 15, 3, 7, 11, 15), 0);
    }
    rgba += <usize>width << 2;
    luma += width;
    if (alpha) alpha += width;
  }
}

// @ts-ignore: decorator
@inline
function pixel(row: usize, x: i32): v128 {
  return i16x8.extend_low_i8x16_u(v128.load32_zero(row + (<usize>x << 2)));
}

/** Both chroma planes (and half-size alpha unless 0) of premultiplied RGBA: weights 1 2 1 about the even columns, two rows averaged. */
export function chromaOfRgba(rgba: usize, width: i32, height: i32, u: usize, v: usize, alpha: usize): void {
  const weights = i16x8(-3298, -11094, 14392, 16448, 14392, -13072, -1320, 16448);
  const cols = (width + 1) >> 1;
  const rows = (height + 1) >> 1;
  const pitch = <usize>width << 2;
  for (let j = 0; j < rows; j++) {
    const a = rgba + <usize>(j << 1) * pitch;
    const b = rgba + <usize>min((j << 1) + 1, height - 1) * pitch;
    for (let i = 0; i < cols; i++) {
      const x = i << 1;
      const before = max(x - 1, 0);
      const after = min(x + 1, width - 1);
      const sides = i16x8.add(i16x8.add(pixel(a, before), pixel(b, before)), i16x8.add(pixel(a, after), pixel(b, after)));
      const centre = i16x8.add(pixel(a, x), pixel(b, x));
      const sum = i16x8.add(sides, i16x8.shl(centre, 1));
      const products = i32x4.dot_i16x8_s(v128.shuffle<i64>(sum, sum, 0, 0), weights);
      store<u8>(u++, <u8>((i32x4.extract_lane(products, 0) + i32x4.extract_lane(products, 1) + 131072) >> 18));
      store<u8>(v++, <u8>((i32x4.extract_lane(products, 2) + i32x4.extract_lane(products, 3) + 131072) >> 18));
      if (alpha) store<u8>(alpha++, <u8>((i16x8.extract_lane_s(sum, 3) + 4) >> 3));
    }
  }
}

/** Half-size alpha at the chroma positions, by the same weights as chroma. */
export function halveAlpha(alpha: usize, width: i32, height: i32, out: usize): void {
  const cols = (width + 1) >> 1;
  const rows = (height + 1) >> 1;
  const four = i16x8.splat(4);
  for (let j = 0; j < rows; j++) {
    const a = alpha + <usize>(j << 1) * <usize>width;
    const b = alpha + <usize>min((j << 1) + 1, height - 1) * <usize>width;
    let i = 0;
    while (i < cols) {
      const x = i << 1;
      if (i > 0 && x + 16 <= width) {
        const p = a + x;
        const q = b + x;
        const sum = i16x8.add(
          i16x8.add(i16x8.extadd_pairwise_i8x16_u(v128.load(p)), i16x8.extadd_pairwise_i8x16_u(v128.load(p - 1))),
          i16x8.add(i16x8.extadd_pairwise_i8x16_u(v128.load(q)), i16x8.extadd_pairwise_i8x16_u(v128.load(q - 1))),
        );
        const words = i16x8.shr_u(i16x8.add(sum, four), 3);
        v128.store64_lane(out + i, i8x16.narrow_i16x8_u(words, words), 0);
        i += 8;
        continue;
      }
      const before = <usize>max(x - 1, 0);
      const after = <usize>min(x + 1, width - 1);
      const at = <usize>x;
      const sum = <i32>load<u8>(a + before) + <i32>load<u8>(a + after) + 2 * <i32>load<u8>(a + at)
        + <i32>load<u8>(b + before) + <i32>load<u8>(b + after) + 2 * <i32>load<u8>(b + at);
      store<u8>(out + i, <u8>((sum + 4) >> 3));
      i++;
    }
    out += cols;
  }
}
