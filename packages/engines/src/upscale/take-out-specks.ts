import { boxMean } from '../onnx/box-mean.ts';
import type { Picture } from '../onnx/picture.ts';

/** Half the side of the square that says what a pixel should look like: marks up to this many pixels wide are less than half of it. */
const reach = 2;
/** How far around a pixel it is measured how restless the picture is there. */
const restPx = 9;
/** A mark is so many times further from its surroundings than is usual there, and so many levels more. */
const times = 3;
const levels = 12;

/**
 * Takes specks and thin scratches out of a photograph: pixels that stand out of their surroundings far more than others near them, as dust on a sky does and
 * leaves among leaves do not. They and their neighbours become the mean of what is sound around them; everything else stays as it is.
 */
export function takeOutSpecks(picture: Picture): Picture {
  const { width, height, rgba } = picture;
  const luma = new Float32Array(width * height);
  for (let i = 0; i < luma.length; i++)
    luma[i] = 0.2126 * (rgba[i * 4] as number) + 0.7152 * (rgba[i * 4 + 1] as number) + 0.0722 * (rgba[i * 4 + 2] as number);
  const apart = medians(luma, picture).map((median, i) => Math.abs((luma[i] as number) - median));
  const usual = boxMean(apart, picture, restPx);
  const marked = new Uint8Array(luma.length);
  apart.forEach((value, i) => {
    if (value > times * (usual[i] as number) + levels && isThin(i, { values: luma, width, height, within: value / 2 })) marked[i] = 1;
  });
  const wide = grown(marked, picture);
  return { width, height, rgba: filled(rgba, { width, height, wide }) };
}

type Size = { readonly width: number; readonly height: number };

/** The middle value of the square around every pixel. */
function medians(values: Float32Array, { width, height }: Size): Float32Array {
  const result = new Float32Array(values.length);
  const near = new Float32Array((2 * reach + 1) ** 2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let count = 0;
      for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
        for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
          const value = values[v * width + u] as number;
          let at = count++;
          for (; at > 0 && (near[at - 1] as number) > value; at--) near[at] = near[at - 1] as number;
          near[at] = value;
        }
      result[y * width + x] = near[count >> 1] as number;
    }
  return result;
}

/** Whether few pixels around one are like it: a line of two pixels has so many, the corner of something larger more. */
function isThin(i: number, { values, width, height, within }: Size & { readonly values: Float32Array; readonly within: number }): boolean {
  const [x, y, own] = [i % width, Math.floor(i / width), values[i] as number];
  let alike = 0;
  for (let v = Math.max(0, y - 3); v <= Math.min(height - 1, y + 3); v++)
    for (let u = Math.max(0, x - 3); u <= Math.min(width - 1, x + 3); u++)
      if (Math.abs((values[v * width + u] as number) - own) < within) alike++;
  return alike <= mostAlike;
}
const mostAlike = 14;

/** Marks with the pixels around them: the edges of a scratch are soft. */
function grown(marked: Uint8Array, { width, height }: Size): Uint8Array {
  const wide = new Uint8Array(marked.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (marked[y * width + x] === 0) continue;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) wide[v * width + u] = 1;
    }
  return wide;
}

/** Marked pixels by the sound ones nearest to them, in squares that grow until they hold enough. */
function filled(rgba: Uint8Array, { width, height, wide }: Size & { readonly wide: Uint8Array }): Uint8Array {
  const result = rgba.slice();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (wide[y * width + x] === 0) continue;
      for (let size = 2; size <= 16; size += 2) {
        const sum = [0, 0, 0];
        let count = 0;
        for (let v = Math.max(0, y - size); v <= Math.min(height - 1, y + size); v++)
          for (let u = Math.max(0, x - size); u <= Math.min(width - 1, x + size); u++) {
            if (wide[v * width + u] === 1) continue;
            count++;
            for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (rgba[(v * width + u) * 4 + c] as number);
          }
        if (count < 6) continue;
        for (let c = 0; c < 3; c++) result[(y * width + x) * 4 + c] = Math.round((sum[c] as number) / count);
        break;
      }
    }
  return result;
}
