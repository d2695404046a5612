import type { Memory } from './memory.ts';
import type { Plane } from './picture.ts';

/** How sure a coarse mask is of each cell's side, 0..1, and a 1 at every cell at which it is less than wholly sure. */
export type MaskDoubt = { readonly agreed: Float32Array; readonly doubtful: Uint8Array };

/** From these a mask says that a pixel lies inside or outside. */
const insideFrom = 0.9;
const outsideBelow = 0.1;
/** Windows are no larger, so that both sides' counts fit into one number: 16 bits each. */
const mostRadius = 120;

/** The share of the window around each cell that lies on one side, whichever is larger. */
export function maskDoubt(
  { width, height, data }: Plane,
  { radius, memory }: { readonly radius: number; readonly memory: Memory },
): MaskDoubt {
  const reach = Math.min(mostRadius, Math.max(1, Math.round(radius)));
  const counts = memory.ints('sides', width * height);
  const side = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const value = data[row + x] as number;
      side[x] = value > insideFrom ? 1 : value < outsideBelow ? 65536 : 0;
    }
    let sum = 0;
    for (let x = 0; x < Math.min(reach, width); x++) sum += side[x] as number;
    for (let x = 0; x < width; x++) {
      if (x + reach < width) sum += side[x + reach] as number;
      if (x > reach) sum -= side[x - reach - 1] as number;
      counts[row + x] = sum;
    }
  }
  const agreed = memory.floats('agreed', width * height);
  const doubtful = memory.bytes('doubtful', width * height);
  const sums = new Int32Array(width);
  for (let y = 0; y < Math.min(reach, height); y++)
    for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + (counts[y * width + x] as number);
  for (let y = 0; y < height; y++) {
    const coming = y + reach < height ? (y + reach) * width : -1;
    const going = y > reach ? (y - reach - 1) * width : -1;
    const down = Math.min(height - 1, y + reach) - Math.max(0, y - reach) + 1;
    for (let x = 0; x < width; x++) {
      let sum = sums[x] as number;
      if (coming >= 0) sum += counts[coming + x] as number;
      if (going >= 0) sum -= counts[going + x] as number;
      sums[x] = sum;
      const all = down * (Math.min(width - 1, x + reach) - Math.max(0, x - reach) + 1);
      const most = Math.max(sum & 0xffff, sum >>> 16);
      const i = y * width + x;
      agreed[i] = most / all;
      doubtful[i] = most < all ? 1 : 0;
    }
  }
  return { agreed, doubtful };
}
