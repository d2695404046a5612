import type { Picture } from '../onnx/picture.ts';
import type { Sizes } from './draw-between.ts';

/**
 * How two pictures move towards a moment between them, seen on smaller copies: at each pixel where to look in the picture before (across, down) and in the one
 * after, in pixels of the copies, and the share of the one before.
 */
export type Movement = { readonly sizes: Sizes; readonly flow: Float32Array; readonly share: Float32Array };

/** A picture made smaller by a whole number by taking means; what is left over at the right and the bottom counts less. */
export function shrinkPicture({ width, height, rgba }: Picture, by: number): Picture {
  const small = { width: Math.ceil(width / by), height: Math.ceil(height / by) };
  const data = new Uint8Array(small.width * small.height * 4);
  for (let y = 0; y < small.height; y++)
    for (let x = 0; x < small.width; x++) {
      const [right, bottom] = [Math.min(width, (x + 1) * by), Math.min(height, (y + 1) * by)];
      const sums = [0, 0, 0] as [number, number, number];
      for (let v = y * by; v < bottom; v++)
        for (let u = x * by; u < right; u++) {
          const at = (v * width + u) * 4;
          sums[0] += rgba[at] as number;
          sums[1] += rgba[at + 1] as number;
          sums[2] += rgba[at + 2] as number;
        }
      const count = (right - x * by) * (bottom - y * by);
      const to = (y * small.width + x) * 4;
      for (let c = 0; c < 3; c++) data[to + c] = Math.round((sums[c] as number) / count);
      data[to + 3] = 255;
    }
  return { ...small, rgba: data };
}

/** Draws the moment from the pictures at their own size by how smaller copies of them move, `by` times smaller: fine parts stay as fine as they are. Opaque RGBA. */
export function warpBetween({
  before,
  after,
  by,
  movement,
}: {
  readonly before: Picture;
  readonly after: Picture;
  readonly by: number;
  readonly movement: Movement;
}): Uint8Array {
  const { width, height } = before;
  const { sizes: small, flow } = movement;
  const area = small.fullWidth * small.fullHeight;
  const planes = [0, 1, 2, 3].map((channel) => flow.subarray(channel * area, (channel + 1) * area));
  const rows = [...planes, movement.share].map((plane) => ({ plane, row: new Float32Array(small.width) }));
  const [acrossBefore, downBefore, acrossAfter, downAfter, share] = rows.map(({ row }) => row) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const places = columnsOf(width, { by, small: small.width });
  const out = new Uint8ClampedArray(width * height * 4);
  const [one, other] = [new Float64Array(3), new Float64Array(3)];
  for (let y = 0; y < height; y++) {
    const v = Math.min(small.height - 1, Math.max(0, (y + 0.5) / by - 0.5));
    const top = Math.floor(v);
    const down = v - top;
    const upper = top * small.fullWidth;
    const lower = Math.min(small.height - 1, top + 1) * small.fullWidth;
    for (const { plane, row } of rows)
      for (let x = 0; x < row.length; x++) row[x] = (plane[upper + x] as number) * (1 - down) + (plane[lower + x] as number) * down;
    for (let x = 0; x < width; x++) {
      const left = places.left[x] as number;
      const right = places.right[x] as number;
      const part = places.part[x] as number;
      const of = (row: Float32Array): number => (row[left] as number) * (1 - part) + (row[right] as number) * part;
      sample(before, { x: x + of(acrossBefore) * by, y: y + of(downBefore) * by, into: one });
      sample(after, { x: x + of(acrossAfter) * by, y: y + of(downAfter) * by, into: other });
      const seen = of(share);
      const to = (y * width + x) * 4;
      for (let c = 0; c < 3; c++) out[to + c] = (one[c] as number) * seen + (other[c] as number) * (1 - seen);
      out[to + 3] = 255;
    }
  }
  return new Uint8Array(out.buffer);
}

/** Where each pixel of a row lies between two of the smaller copy. */
function columnsOf(width: number, { by, small }: { readonly by: number; readonly small: number }) {
  const left = new Int32Array(width);
  const right = new Int32Array(width);
  const part = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const u = Math.min(small - 1, Math.max(0, (x + 0.5) / by - 0.5));
    left[x] = Math.floor(u);
    right[x] = Math.min(small - 1, Math.floor(u) + 1);
    part[x] = u - Math.floor(u);
  }
  return { left, right, part };
}

type Sample = { readonly x: number; readonly y: number; readonly into: Float64Array };

/** Red, green and blue of a place between pixels, edges held. */
function sample({ width, height, rgba }: Picture, { x, y, into }: Sample): void {
  const u = x < 0 ? 0 : x > width - 1 ? width - 1 : x;
  const v = y < 0 ? 0 : y > height - 1 ? height - 1 : y;
  const left = Math.floor(u);
  const top = Math.floor(v);
  const across = u - left;
  const down = v - top;
  const at = (top * width + left) * 4;
  const right = left < width - 1 ? 4 : 0;
  const below = top < height - 1 ? width * 4 : 0;
  for (let c = 0; c < 3; c++) {
    const upper = (rgba[at + c] as number) * (1 - across) + (rgba[at + right + c] as number) * across;
    const lower = (rgba[at + below + c] as number) * (1 - across) + (rgba[at + below + right + c] as number) * across;
    into[c] = upper * (1 - down) + lower * down;
  }
}
