import { CHANNEL, CHANNELS } from './make-example-tracer.ts';

const REACH = 4;

/**
 * Takes the grain of chance out of raw sums, in a copy: every pixel becomes the mean of the neighbours that differ from it by no more than
 * the noise both have (their measured variance), and that show the same material turned the same way. Detail that is no noise stays.
 */
export function denoise(
  sums: Float32Array,
  { width, height, strength }: { readonly width: number; readonly height: number; readonly strength: number },
): Float32Array {
  const count = width * height;
  const bright = new Float32Array(count);
  const doubt = new Float32Array(count);
  const guide = new Float32Array(count * 7);
  for (let i = 0; i < count; i++) {
    const at = i * CHANNELS;
    const value = (channel: number): number => sums[at + channel] as number;
    const paths = Math.max(1, value(CHANNEL.paths));
    let level = 0;
    for (const [c, part] of [0.3, 0.6, 0.1].entries()) level += (part * (value(CHANNEL.light + c) + value(CHANNEL.mirrored + c))) / paths;
    bright[i] = level;
    doubt[i] = Math.max(0, value(CHANNEL.squared) / paths - level * level) / paths;
    for (let c = 0; c < 6; c++) guide[i * 7 + c] = value(CHANNEL.albedo + c) / paths;
    guide[i * 7 + 6] = value(CHANNEL.solid) / Math.max(1, value(CHANNEL.solid) + value(CHANNEL.empty));
  }
  const calm = tamed({ bright, doubt, width, height });
  const result = sums.slice();
  const total = new Float64Array(6);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if ((sums[i * CHANNELS + CHANNEL.paths] as number) === (sums[i * CHANNELS + CHANNEL.empty] as number)) continue;
      total.fill(0);
      let weights = 0;
      for (let v = Math.max(0, y - REACH); v <= Math.min(height - 1, y + REACH); v++) {
        for (let u = Math.max(0, x - REACH); u <= Math.min(width - 1, x + REACH); u++) {
          const j = v * width + u;
          let unlike = 0;
          for (let c = 0; c < 7; c++) unlike += ((guide[i * 7 + c] as number) - (guide[j * 7 + c] as number)) ** 2;
          if (unlike > 0.12) continue;
          const gap = ((calm[i] as number) - (calm[j] as number)) ** 2;
          const noise = (doubt[i] as number) + (doubt[j] as number) + 1e-7;
          const far = ((u - x) ** 2 + (v - y) ** 2) / (2 * REACH);
          const weight = Math.exp(-gap / (2 * strength * noise) - unlike * 60 - far * 0.35) * (calm[j] === bright[j] ? 1 : 0.05);
          const from = j * CHANNELS;
          const paths = Math.max(1, sums[from + CHANNEL.paths] as number);
          for (let c = 0; c < 3; c++) {
            total[c] = (total[c] as number) + (weight * (sums[from + CHANNEL.light + c] as number)) / paths;
            total[c + 3] = (total[c + 3] as number) + (weight * (sums[from + CHANNEL.mirrored + c] as number)) / paths;
          }
          weights += weight;
        }
      }
      if (weights <= 0) continue;
      const paths = sums[i * CHANNELS + CHANNEL.paths] as number;
      for (let c = 0; c < 3; c++) {
        result[i * CHANNELS + CHANNEL.light + c] = ((total[c] as number) / weights) * paths;
        result[i * CHANNELS + CHANNEL.mirrored + c] = ((total[c + 3] as number) / weights) * paths;
      }
    }
  }
  return result;
}

/** Brightness with lone sparks brought down to the third brightest of the eight pixels around them. */
function tamed({
  bright,
  doubt,
  width,
  height,
}: {
  readonly bright: Float32Array;
  readonly doubt: Float32Array;
  readonly width: number;
  readonly height: number;
}): Float32Array {
  const calm = bright.slice();
  const around = new Float32Array(8);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      let n = 0;
      for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) if (u !== 0 || v !== 0) around[n++] = bright[i + v * width + u] as number;
      around.sort();
      const usual = around[5] as number;
      if ((bright[i] as number) > usual * 1.25 + 0.01 && (doubt[i] as number) > (usual * 0.12) ** 2) calm[i] = usual;
    }
  }
  return calm;
}
