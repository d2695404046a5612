import { bandOf, bandStep, widerBand } from './edge-band.ts';
import type { Memory } from './memory.ts';
import type { Plane } from './picture.ts';
import { windowSums } from './window-sums.ts';

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
  const sides = memory.ints('sides', width * height);
  const across = Math.ceil(width / bandStep);
  const squares = new Uint8Array(across * Math.ceil(height / bandStep));
  for (let y = 0, i = 0; y < height; y++) {
    const above = y === 0 ? 0 : width;
    const row = Math.floor(y / bandStep) * across;
    for (let x = 0, before = -1; x < width; x++, i++) {
      const value = data[i] as number;
      const side = value > insideFrom ? 1 : value < outsideBelow ? 65536 : 0;
      sides[i] = side;
      if (side === 0 || side !== sides[i - above] || (side !== before && before >= 0)) squares[row + ((x / bandStep) | 0)] = 1;
      before = side;
    }
  }
  const agreed = memory.floats('agreed', width * height).fill(1);
  const doubtful = memory.bytes('doubtful', width * height).fill(0);
  windowSums({
    // Windows that lie on one side as a whole need not be looked at.
    band: widerBand(bandOf(squares, { width, height }), reach + 1),
    radius: reach,
    channels: 1,
    add(columns, { y, from, to, sign }) {
      for (let x = from, i = y * width + from; x < to; x++, i++) columns[x] = (columns[x] as number) + sign * (sides[i] as number);
    },
    write(sums, { y, from, to }) {
      const down = Math.min(height - 1, y + reach) - Math.max(0, y - reach) + 1;
      for (let x = from, i = y * width + from; x < to; x++, i++) {
        const sum = sums[x] as number;
        const all = down * (Math.min(width - 1, x + reach) - Math.max(0, x - reach) + 1);
        const most = Math.max(sum & 0xffff, sum >>> 16);
        agreed[i] = most / all;
        doubtful[i] = most < all ? 1 : 0;
      }
    },
  });
  return { agreed, doubtful };
}
