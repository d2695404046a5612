import { type InferenceSession, Tensor } from 'onnxruntime-node';

/** A picture's size, and that of the planes it stands in: filled up to what the model wants. */
export type Sizes = { readonly width: number; readonly height: number; readonly fullWidth: number; readonly fullHeight: number };
/** Red, green and blue of 0..1 one after the other, of the full size. */
export type Planes = Tensor;

/** The size that a model takes for pictures of a size. */
export function sizesOf({
  width,
  height,
  multipleOf,
}: {
  readonly width: number;
  readonly height: number;
  readonly multipleOf: number;
}): Sizes {
  const up = (side: number): number => Math.ceil(side / multipleOf) * multipleOf;
  return { width, height, fullWidth: up(width), fullHeight: up(height) };
}

/** A picture as a model takes it; what is filled up repeats its edges. */
export function planesOf(rgba: Uint8Array, { width, height, fullWidth, fullHeight }: Sizes): Planes {
  const area = fullWidth * fullHeight;
  const data = new Float32Array(area * 3);
  for (let y = 0; y < fullHeight; y++) {
    const row = Math.min(y, height - 1) * width;
    for (let x = 0; x < fullWidth; x++) {
      const from = (row + Math.min(x, width - 1)) * 4;
      const to = y * fullWidth + x;
      data[to] = (rgba[from] as number) / 255;
      data[area + to] = (rgba[from + 1] as number) / 255;
      data[2 * area + to] = (rgba[from + 2] as number) / 255;
    }
  }
  return new Tensor('float32', data, [1, 3, fullHeight, fullWidth]);
}

type Grid = { readonly sizes: Sizes; readonly base: Tensor; readonly scale: Tensor };
let grid: Grid | undefined;

/** Where each pixel lies and what brings a place in pixels to 0..2, as the model's sampling takes them. */
function gridOf(sizes: Sizes): Grid {
  const { fullWidth, fullHeight } = sizes;
  if (grid?.sizes.fullWidth === fullWidth && grid.sizes.fullHeight === fullHeight) return grid;
  const base = new Float32Array(fullWidth * fullHeight * 2);
  for (let y = 0; y < fullHeight; y++)
    for (let x = 0; x < fullWidth; x++) {
      base[(y * fullWidth + x) * 2] = x;
      base[(y * fullWidth + x) * 2 + 1] = y;
    }
  grid = {
    sizes,
    base: new Tensor('float32', base, [1, fullHeight, fullWidth, 2]),
    scale: new Tensor('float32', Float32Array.of(2 / (fullWidth - 1), 2 / (fullHeight - 1)), [2]),
  };
  return grid;
}

export type DrawRequest = {
  readonly session: InferenceSession;
  readonly sizes: Sizes;
  readonly before: Planes;
  readonly after: Planes;
  readonly at: number;
};

/** Runs the model for one moment; gives opaque RGBA of the picture's own size. */
export async function drawBetween({ session, sizes, before, after, at }: DrawRequest): Promise<Uint8Array> {
  const { width, height, fullWidth, fullHeight } = sizes;
  const { base, scale } = gridOf(sizes);
  const moment = new Tensor('float32', new Float32Array(fullWidth * fullHeight).fill(at), [1, 1, fullHeight, fullWidth]);
  const feeds = { in0: before, in1: after, in2: moment, base_grid: base, grid_scale: scale };
  const { out0 } = await session.run(feeds, ['out0']);
  const [batch, channels, high, wide] = out0?.dims ?? [];
  if (
    out0 === undefined ||
    !(out0.data instanceof Float32Array) ||
    batch !== 1 ||
    channels !== 3 ||
    high !== fullHeight ||
    wide !== fullWidth
  )
    throw new Error(
      `out0 is ${out0?.type ?? 'not there'} of ${out0?.dims.join(' x ')}; wanted float32 of 1 x 3 x ${fullHeight} x ${fullWidth}.`,
    );
  const area = fullWidth * fullHeight;
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = y * fullWidth + x;
      const to = (y * width + x) * 4;
      for (let c = 0; c < 3; c++) {
        const value = (out0.data[c * area + from] as number) * 255;
        if (Number.isNaN(value)) throw new Error('out0 holds values that are no numbers.');
        rgba[to + c] = value;
      }
      rgba[to + 3] = 255;
    }
  return new Uint8Array(rgba.buffer);
}
