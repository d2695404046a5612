import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Movement } from './warp-between.ts';

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

export type DrawRequest = {
  readonly session: InferenceSession;
  readonly sizes: Sizes;
  readonly before: Planes;
  readonly after: Planes;
  readonly at: number;
};

/** What the model gives of one moment: planes of the full size, each row after row. */
type Given = { readonly data: Float32Array; readonly area: number };

async function run({ session, sizes, before, after, at }: DrawRequest, names: Readonly<Record<string, number>>): Promise<readonly Given[]> {
  const { fullWidth, fullHeight } = sizes;
  const area = fullWidth * fullHeight;
  const moment = new Tensor('float32', new Float32Array(area).fill(at), [1, 1, fullHeight, fullWidth]);
  const given = await session.run({ in0: before, in1: after, in2: moment }, Object.keys(names));
  return Object.entries(names).map(([name, channels]) => {
    const found = given[name];
    const wanted = [1, channels, fullHeight, fullWidth];
    if (!(found?.data instanceof Float32Array) || found.dims.join() !== wanted.join())
      throw new Error(`${name} is ${found?.type ?? 'not there'} of ${found?.dims.join(' x ')}; wanted float32 of ${wanted.join(' x ')}.`);
    // A model that fell apart gives numbers that are none everywhere it was looked at.
    if (Number.isNaN(found.data[0]) || Number.isNaN(found.data[found.data.length >> 1]))
      throw new Error(`${name} holds values that are no numbers.`);
    return { data: found.data, area };
  });
}

/** Runs the model for one moment; gives opaque RGBA of the picture's own size. */
export async function drawBetween(request: DrawRequest): Promise<Uint8Array> {
  const { width, height, fullWidth } = request.sizes;
  const [picture] = (await run(request, { out0: 3 })) as [Given];
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = y * fullWidth + x;
      const to = (y * width + x) * 4;
      for (let c = 0; c < 3; c++) rgba[to + c] = (picture.data[c * picture.area + from] as number) * 255;
      rgba[to + 3] = 255;
    }
  return new Uint8Array(rgba.buffer);
}

/** Has the model say how everything moves, on small copies of two pictures. */
export async function movementBetween(request: DrawRequest, names: { readonly flow: string; readonly share: string }): Promise<Movement> {
  const [flow, share] = (await run(request, { [names.flow]: 4, [names.share]: 1 })) as [Given, Given];
  const { width, height, fullWidth } = request.sizes;
  return { width, height, rowLength: fullWidth, area: flow.area, flow: flow.data, share: share.data };
}
