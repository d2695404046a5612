// Cheap figures about a finished frame.

const PRIME: i32 = 0x2c1b3c6d;

// @ts-ignore: decorator
@inline
function absorb(state: v128, data: v128): v128 {
  // Each step can be undone, so two inputs that differ in one place never end in the same state.
  const h = i32x4.mul(v128.xor(state, data), i32x4.splat(PRIME));
  return v128.xor(h, i32x4.shr_u(h, 15));
}

// @ts-ignore: decorator
@inline
function fold(hash: u64, state: v128): u64 {
  let h = (hash ^ <u64>i64x2.extract_lane(state, 0)) * 0x9fb21c651e98df25;
  h ^= h >> 32;
  h = (h ^ <u64>i64x2.extract_lane(state, 1)) * 0x9fb21c651e98df25;
  return h ^ (h >> 29);
}

/** 64-bit hash of all bytes; `scratch` holds 64 bytes for the tail. */
export function hashBytes(from: usize, count: i32, scratch: usize): u64 {
  let s0 = i32x4.splat(0x243f6a88);
  let s1 = i32x4.splat(0x13198a2e);
  let s2 = i32x4.splat(0x299f31d0);
  let s3 = i32x4.splat(0x0801f2e2);
  const end = from + <usize>(count & ~63);
  while (from < end) {
    s0 = absorb(s0, v128.load(from));
    s1 = absorb(s1, v128.load(from, 16));
    s2 = absorb(s2, v128.load(from, 32));
    s3 = absorb(s3, v128.load(from, 48));
    from += 64;
  }
  memory.fill(scratch, 0, 64);
  memory.copy(scratch, from, count & 63);
  s0 = absorb(s0, v128.load(scratch));
  s1 = absorb(s1, v128.load(scratch, 16));
  s2 = absorb(s2, v128.load(scratch, 32));
  s3 = absorb(s3, v128.load(scratch, 48));
  return fold(fold(fold(fold(<u64>count, s0), s1), s2), s3);
}

/** Writes three f64 to `out`: sum, number below `threshold` and number of the samples of every `every`-th row. */
export function sampleLuma(luma: usize, width: i32, height: i32, every: i32, threshold: i32, out: usize): void {
  const limit = i8x16.splat(<i8>threshold);
  let total: u64 = 0;
  let dark: u64 = 0;
  let samples: u64 = 0;
  const whole = <usize>(width & ~15);
  for (let y = every >> 1; y < height; y += every) {
    const row = luma + <usize>y * <usize>width;
    let sum = i32x4.splat(0);
    let under = i32x4.splat(0);
    const one = i8x16.splat(1);
    for (let i: usize = 0; i < whole; i += 16) {
      const p = v128.load(row + i);
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(p)));
      under = i32x4.add(under, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v128.and(i8x16.lt_u(p, limit), one))));
    }
    total += lanes(sum);
    dark += lanes(under);
    for (let i = whole; i < <usize>width; i++) {
      const p = <i32>load<u8>(row + i);
      total += p;
      dark += u64(p < threshold);
    }
    samples += width;
  }
  store<f64>(out, f64(total));
  store<f64>(out + 8, f64(dark));
  store<f64>(out + 16, f64(samples));
}

// @ts-ignore: decorator
@inline
function lanes(sum: v128): u64 {
  return <u64>i32x4.extract_lane(sum, 0) + <u64>i32x4.extract_lane(sum, 1) + <u64>i32x4.extract_lane(sum, 2) + <u64>i32x4.extract_lane(sum, 3);
}
