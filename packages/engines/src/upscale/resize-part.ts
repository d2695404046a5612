import type { Box, Plane } from '../onnx/picture.ts';

/** Bicubic of Keys, "Cubic Convolution Interpolation for Digital Image Processing" (1981), with a = -0.5; it reaches two pixels to each side. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
}
const reach = 2;

type Taps = { readonly first: Int32Array; readonly count: number; readonly weights: Float32Array };
/** Lengths of one side before and after, and which pixels of the latter are wanted. */
type Side = { readonly from: number; readonly to: number; readonly start: number; readonly length: number };

/** Where each wanted pixel takes its value from; the filter widens when shrinking so that nothing is left out, and keeps to the picture. */
function tapsOf({ from, to, start, length }: Side): Taps {
  const scale = from / to;
  const widened = Math.max(1, scale);
  const count = Math.ceil(reach * widened) * 2 + 1;
  const first = new Int32Array(length);
  const weights = new Float32Array(length * count);
  for (let i = 0; i < length; i++) {
    const centre = (start + i + 0.5) * scale;
    const begin = Math.max(0, Math.floor(centre - reach * widened));
    const end = Math.min(from, begin + count);
    let sum = 0;
    for (let k = begin; k < end; k++) sum += cubic((k + 0.5 - centre) / widened);
    for (let k = begin; k < end; k++) weights[i * count + k - begin] = cubic((k + 0.5 - centre) / widened) / sum;
    first[i] = begin;
  }
  return { first, count, weights };
}

/** Gives a row of the wanted pixels of one channel. */
export type FillRow = (y: number, row: Float32Array) => void;

export type ResizePart = {
  /** The whole picture's size before and after. */
  readonly from: { readonly width: number; readonly height: number };
  readonly to: { readonly width: number; readonly height: number };
  /** Where the part that is given lies in the picture before. */
  readonly at: { readonly x: number; readonly y: number };
  /** What is wanted of the picture after. */
  readonly wanted: Box;
};

/**
 * A part of a resized picture made from a part of the picture: the same numbers as if all of it had been resized, as long as the part given reaches
 * `partMargin` pixels further than the part wanted, or to the picture's end.
 */
export function resizePart(part: Plane, resize: ResizePart): Float32Array {
  const { from, to, at, wanted } = resize;
  const across = tapsOf({ from: from.width, to: to.width, start: wanted.x, length: wanted.width });
  const down = tapsOf({ from: from.height, to: to.height, start: wanted.y, length: wanted.height });
  const row = new Float32Array(part.width);
  const result = new Float32Array(wanted.width * wanted.height);
  for (let y = 0; y < wanted.height; y++) {
    row.fill(0);
    const top = (down.first[y] as number) - at.y;
    const rows = Math.min(down.count, part.height - top);
    for (let k = Math.max(0, -top); k < rows; k++) {
      const weight = down.weights[y * down.count + k] as number;
      if (weight === 0) continue;
      const source = (top + k) * part.width;
      for (let x = 0; x < part.width; x++) row[x] = (row[x] as number) + weight * (part.data[source + x] as number);
    }
    for (let x = 0; x < wanted.width; x++) {
      const begin = (across.first[x] as number) - at.x;
      const most = Math.min(across.count, part.width - begin);
      let sum = 0;
      for (let k = Math.max(0, -begin); k < most; k++) sum += (across.weights[x * across.count + k] as number) * (row[begin + k] as number);
      result[y * wanted.width + x] = sum;
    }
  }
  return result;
}

/** By how many times a picture is made smaller on both sides, where that is a whole number; then each pixel is the mean of those it takes the place of. */
export function wholeShrink({ from, to }: Pick<ResizePart, 'from' | 'to'>): number | null {
  const by = from.width / to.width;
  return Number.isInteger(by) && from.height === to.height * by ? by : null;
}

type Blocks = Pick<Plane, 'width' | 'data'> & { readonly first: number; readonly by: number };

/** Sums of a row of blocks of `by` times `by` values of a plane, one beside the other; the first block begins at the value `first`. */
export function sumBlocks(sums: Float64Array, { width, data, first, by }: Blocks): void {
  sums.fill(0);
  for (let v = 0; v < by; v++)
    for (let x = 0, from = first + v * width; x < sums.length; x++) {
      let sum = sums[x] as number;
      for (let u = 0; u < by; u++, from++) sum += data[from] as number;
      sums[x] = sum;
    }
}

/** A function that fills a row of the wanted pixels with the means of `by` times `by` pixels of a part. */
export function meanRows(
  { width, data }: Plane,
  { part: { at, wanted }, by }: { readonly part: ResizePart; readonly by: number },
): FillRow {
  const sums = new Float64Array(wanted.width);
  return (y, row) => {
    const first = ((wanted.y + y) * by - at.y) * width + wanted.x * by - at.x;
    if (by === 1) {
      row.set(data.subarray(first, first + row.length));
      return;
    }
    sumBlocks(sums, { width, data, first, by });
    for (let x = 0; x < sums.length; x++) row[x] = (sums[x] as number) / (by * by);
  };
}

/** Pixels of the picture before that a pixel after may hang on, to each side of its own place. */
export function partMargin(from: number, to: number): number {
  return Math.ceil(reach * Math.max(1, from / to)) + 1;
}
