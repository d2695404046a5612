// What lies over a whole finished frame: vignette and film grain.

/** Side of the grain tile; rows are stored twice side by side, so that 512 samples from any column are contiguous. */
const TILE: i32 = 512;
const TILE_PITCH: usize = 1024;

/**
 * Mask of a vignette, 255 where nothing changes. Sample (x, y) lies at (x * pitch + offsetX, y * pitch + offsetY) in luma pixels;
 * light falls off from `radius` (share of the half diagonal) to the corner, there by `strength`.
 */
export function buildVignette(mask: usize, cols: i32, rows: i32, pitch: f64, offsetX: f64, offsetY: f64, width: f64, height: f64, strength: f64, radius: f64): void {
  const scale = 1.0 / Math.sqrt((width * width + height * height) / 4.0);
  for (let y = 0; y < rows; y++) {
    const dy = (f64(y) * pitch + offsetY - height / 2.0) * scale;
    for (let x = 0; x < cols; x++) {
      const dx = (f64(x) * pitch + offsetX - width / 2.0) * scale;
      let t = (Math.sqrt(dx * dx + dy * dy) - radius) / (1.0 - radius);
      t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
      store<u8>(mask++, <u8>i32(255.0 * (1.0 - strength * t * t * (3.0 - 2.0 * t)) + 0.5));
    }
  }
}

// @ts-ignore: decorator
@inline
function drawn(product: v128, mask: v128, toward: v128, shift: i32): v128 {
  const t = i16x8.sub(i16x8.add(product, toward), i16x8.shl(mask, shift));
  return i16x8.shr_u(i16x8.add(t, i16x8.shr_u(t, 8)), 8);
}

/** plane = toward + (plane - toward) * mask / 255 with toward = 1 << shift: 4 for luma (black is 16), 7 for chroma. */
export function maskPlane(plane: usize, mask: usize, count: i32, shift: i32): void {
  const constant: i32 = (255 << shift) + 128;
  const toward = i16x8.splat(<i16>constant);
  const whole = plane + <usize>(count & ~15);
  const end = plane + <usize>count;
  while (plane < whole) {
    const p = v128.load(plane);
    const m = v128.load(mask);
    v128.store(
      plane,
      i8x16.narrow_i16x8_u(
        drawn(i16x8.extmul_low_i8x16_u(p, m), i16x8.extend_low_i8x16_u(m), toward, shift),
        drawn(i16x8.extmul_high_i8x16_u(p, m), i16x8.extend_high_i8x16_u(m), toward, shift),
      ),
    );
    plane += 16;
    mask += 16;
  }
  while (plane < end) {
    const m = <i32>load<u8>(mask++);
    const t = <i32>load<u8>(plane) * m + ((255 - m) << shift) + 128;
    store<u8>(plane++, <u8>((t + (t >> 8)) >> 8));
  }
}

// @ts-ignore: decorator
@inline
function mixBits(seed: u32): u32 {
  let x = seed;
  x = (x ^ (x >> 16)) * 0x7feb352d;
  x = (x ^ (x >> 15)) * 0x846ca68b;
  return x ^ (x >> 16);
}

function smooth(values: usize, temp: usize): void {
  const n = TILE - 1;
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      const row = values + (<usize>(y * TILE) << 2);
      store<i32>(
        temp + (<usize>(y * TILE + x) << 2),
        load<i32>(row + (<usize>((x - 1) & n) << 2)) + 3 * load<i32>(row + (<usize>x << 2)) + load<i32>(row + (<usize>((x + 1) & n) << 2)),
      );
    }
  }
  for (let y = 0; y < TILE; y++) {
    const above = temp + (<usize>(((y - 1) & n) * TILE) << 2);
    const here = temp + (<usize>(y * TILE) << 2);
    const below = temp + (<usize>(((y + 1) & n) * TILE) << 2);
    for (let x = 0; x < TILE; x++) {
      const at = <usize>x << 2;
      store<i32>(values + (<usize>(y * TILE) << 2) + at, (load<i32>(above + at) + 3 * load<i32>(here + at) + load<i32>(below + at)) / 8);
    }
  }
}

/** Gaussian noise (sums of eight uniform bytes) low-passed `passes` times and scaled to a deviation of 40; `temp` holds 2 MiB. */
export function buildGrain(tile: usize, temp: usize, passes: i32): void {
  const count = TILE * TILE;
  const spare = temp + (<usize>count << 2);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = 0; k < 2; k++) {
      const r = mixBits(<u32>(i * 2 + k) * 0x9e3779b9 + 0x68bc21eb);
      sum += <i32>(r & 255) + <i32>((r >> 8) & 255) + <i32>((r >> 16) & 255) + <i32>(r >> 24);
    }
    store<i32>(temp + (<usize>i << 2), sum - 1020);
  }
  for (let p = 0; p < passes; p++) smooth(temp, spare);
  let mean = 0.0;
  let squares = 0.0;
  for (let i = 0; i < count; i++) {
    const v = f64(load<i32>(temp + (<usize>i << 2)));
    mean += v;
    squares += v * v;
  }
  mean /= f64(count);
  const scale = 40.0 / Math.sqrt(squares / f64(count) - mean * mean);
  for (let y = 0; y < TILE; y++) {
    for (let x = 0; x < TILE; x++) {
      const v = (f64(load<i32>(temp + (<usize>(y * TILE + x) << 2))) - mean) * scale;
      const clipped = v < -127.0 ? -127.0 : v > 127.0 ? 127.0 : v;
      const at = tile + <usize>y * TILE_PITCH + <usize>x;
      const value = <i8>i32(Math.floor(clipped + 0.5));
      store<i8>(at, value);
      store<i8>(at + TILE, value);
    }
  }
}

// @ts-ignore: decorator
@inline
function grainBlock(samples: v128, noise: v128, curve: v128): v128 {
  const tone = v128.and(i16x8.shr_u(samples, 4), i8x16.splat(15));
  const gain = i8x16.swizzle(curve, tone);
  const half = i16x8.splat(256);
  const low = i16x8.shr_s(i16x8.add(i16x8.extmul_low_i8x16_s(noise, gain), half), 9);
  const high = i16x8.shr_s(i16x8.add(i16x8.extmul_high_i8x16_s(noise, gain), half), 9);
  const signs = i8x16.splat(-128);
  return v128.xor(i8x16.add_sat_s(v128.xor(samples, signs), i8x16.narrow_i16x8_s(low, high)), signs);
}

/** Adds grain to luma; `curve` holds 16 gains (in 1/512 of the tile's values) by luma / 16, `scratch` 32 bytes. */
export function applyGrain(luma: usize, width: i32, height: i32, tile: usize, curve: usize, seed: u32, frame: u32, scratch: usize): void {
  const gains = v128.load(curve);
  const draw = mixBits(seed ^ mixBits(frame + 0x9e3779b9));
  for (let x = 0; x < width; x += TILE) {
    const cols = min(TILE, width - x);
    for (let y = 0; y < height; y += TILE) {
      // Every block of the frame takes its own place of the tile, so no pattern repeats across it.
      const place = mixBits(draw + <u32>(x >> 9) * 0x85ebca6b + <u32>(y >> 9) * 0xc2b2ae35);
      const column = <usize>(place & 511);
      const first = <i32>(place >> 9) & 511;
      const rows = min(TILE, height - y);
      for (let r = 0; r < rows; r++) {
        let noise = tile + <usize>((first + r) & (TILE - 1)) * TILE_PITCH + column;
        let at = luma + <usize>(y + r) * <usize>width + <usize>x;
        const end = at + <usize>(cols & ~15);
        while (at < end) {
          v128.store(at, grainBlock(v128.load(at), v128.load(noise), gains));
          at += 16;
          noise += 16;
        }
        if (cols & 15) {
          memory.copy(scratch, at, cols & 15);
          v128.store(scratch, grainBlock(v128.load(scratch), v128.load(noise), gains));
          memory.copy(at, scratch, cols & 15);
        }
      }
    }
  }
}
