import { CHANNEL, CHANNELS } from './make-example-tracer.ts';

/** One running-mean pass along rows (step 1) or columns; three of them come close to a Gaussian. */
function smear(
  values: Float32Array,
  {
    count,
    length,
    stride,
    step,
    radius,
  }: { readonly count: number; readonly length: number; readonly stride: number; readonly step: number; readonly radius: number },
): void {
  const line = new Float32Array(length);
  for (let k = 0; k < count; k++) {
    const start = k * stride;
    let sum = 0;
    for (let i = 0; i < length; i++) line[i] = values[start + i * step] as number;
    for (let i = -radius; i < length; i++) {
      sum += (line[i + radius] ?? 0) - (line[i - radius - 1] ?? 0);
      if (i >= 0) values[start + i * step] = sum / (2 * radius + 1);
    }
  }
}

const FAINTEST = 0.004;

/** How a lens scatters: light above `above` spreads over each of `widths` (standard deviations as fractions of the height) with its share. */
export type Bloom = { readonly above: number; readonly widths: readonly (readonly [width: number, share: number])[] };

/** Adds the glow of bright places to what glass mirrors, in place, faded out towards the border so that a cut-out shows no edge. */
export function addBloom(
  sums: Float32Array,
  { width, height, bloom }: { readonly width: number; readonly height: number; readonly bloom: Bloom },
): void {
  const count = width * height;
  for (let c = 0; c < 3; c++) {
    const source = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const at = i * CHANNELS;
      const value = (sums[at + CHANNEL.light + c] as number) + (sums[at + CHANNEL.mirrored + c] as number);
      source[i] = Math.min(4, Math.max(0, value / Math.max(1, sums[at + CHANNEL.paths] as number) - bloom.above));
    }
    for (const [spread, share] of bloom.widths) {
      const soft = source.slice();
      const radius = Math.max(1, Math.round(spread * height));
      for (let pass = 0; pass < 3; pass++) {
        smear(soft, { count: height, length: width, stride: width, step: 1, radius });
        smear(soft, { count: width, length: height, stride: 1, step: width, radius });
      }
      for (let i = 0; i < count; i++) {
        const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
        const edge = Math.min(1, Math.min(x, 1 - x, y, 1 - y) * 14);
        const at = i * CHANNELS + CHANNEL.mirrored + c;
        sums[at] =
          (sums[at] as number) +
          share *
            edge *
            edge *
            (3 - 2 * edge) *
            Math.max(0, (soft[i] as number) - FAINTEST) *
            Math.max(1, sums[i * CHANNELS + CHANNEL.paths] as number);
      }
    }
  }
}
