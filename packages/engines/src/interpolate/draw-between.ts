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

export type DrawRequest = {
  readonly session: InferenceSession;
  readonly sizes: Sizes;
  readonly before: Planes;
  readonly after: Planes;
  readonly at: number;
};

/** What is wanted of the model for a moment: outputs by name, with how many planes they have. */
export type Wanted = Readonly<Record<string, number>>;

/** What a model gave that no sound one gives. */
export class Faulty extends Error {}

/** One value that is none makes the sum none. */
function areNumbers(values: Float32Array): boolean {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  return Number.isFinite(sum);
}

/** Runs the model for one moment; gives the planes of each output that is wanted, of the full size and in their order. */
export async function runBetween({ session, sizes, before, after, at }: DrawRequest, wanted: Wanted): Promise<readonly Float32Array[]> {
  const { fullWidth, fullHeight } = sizes;
  const moment = new Tensor('float32', new Float32Array(fullWidth * fullHeight).fill(at), [1, 1, fullHeight, fullWidth]);
  const given = await session.run({ in0: before, in1: after, in2: moment }, Object.keys(wanted));
  return Object.entries(wanted).map(([name, channels]) => {
    const found = given[name];
    const dims = [1, channels, fullHeight, fullWidth];
    if (!(found?.data instanceof Float32Array) || found.dims.join() !== dims.join())
      throw new Faulty(`${name} is ${found?.type ?? 'not there'} of ${found?.dims.join(' x ')}; wanted float32 of ${dims.join(' x ')}.`);
    if (!areNumbers(found.data)) throw new Faulty(`${name} holds values that are no numbers.`);
    return found.data;
  });
}

/** Opaque RGBA of a picture's own size from red, green and blue of 0..1. */
export function rgbaOf(planes: Float32Array, { width, height, fullWidth, fullHeight }: Sizes): Uint8Array {
  const area = fullWidth * fullHeight;
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = y * fullWidth + x;
      const to = (y * width + x) * 4;
      for (let c = 0; c < 3; c++) rgba[to + c] = (planes[c * area + from] as number) * 255;
      rgba[to + 3] = 255;
    }
  return new Uint8Array(rgba.buffer);
}
