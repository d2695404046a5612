import { boxMean } from '../onnx/box-mean.ts';
import type { Box, Picture, Plane } from '../onnx/picture.ts';
import { type FillRow, sumBlocks } from './resize-part.ts';

const blurPx = 4;
/** How far from a pixel of the picture the colours are that its own are held to: two blurs, one after the other. */
export const driftReachPx = 2 * blurPx;

type Drifting = {
  readonly picture: Picture;
  readonly area: Box;
  readonly factor: number;
  readonly channel: number;
  readonly scale: number;
};

/**
 * What must be added to an enlarged part (in levels of 0..255, of which `scale` are one of its values) so that around every pixel its mean is that of the picture, at the picture's own size: it takes
 * out what the model did to colours at large, and leaves edges and detail as the model has them.
 */
export function colourDrift({ width, data }: Plane, { picture, area, factor, channel, scale }: Drifting): Plane {
  const change = new Float32Array(area.width * area.height);
  const sums = new Float64Array(area.width);
  const { rgba } = picture;
  for (let y = 0; y < area.height; y++) {
    sumBlocks(sums, { width, data, first: y * factor * width, by: factor });
    const first = ((area.y + y) * picture.width + area.x) * 4 + channel;
    for (let x = 0; x < sums.length; x++)
      change[y * sums.length + x] = (rgba[first + x * 4] as number) - ((sums[x] as number) * scale) / (factor * factor);
  }
  return { width: area.width, height: area.height, data: boxMean(boxMean(change, area, blurPx), area, blurPx) };
}

type Adding = {
  readonly wanted: Box;
  readonly from: { readonly width: number; readonly height: number };
  readonly to: { readonly width: number; readonly height: number };
  /** Where the drift lies in the picture. */
  readonly at: { readonly x: number; readonly y: number };
  readonly scale: number;
};

/** A function that brings a row of the wanted pixels' values to levels and adds the drift, made as large as they are (bilinear, pixel centres at half). */
export function driftRows({ width, height, data }: Plane, { wanted, from, to, at, scale }: Adding): FillRow {
  const across = placesOf({ length: wanted.width, start: wanted.x, ratio: from.width / to.width, shift: at.x, most: width });
  const down = placesOf({ length: wanted.height, start: wanted.y, ratio: from.height / to.height, shift: at.y, most: height });
  const row = new Float32Array(width);
  const { first, next, share } = across;
  return (y, values) => {
    const [top, below, part] = [(down.first[y] as number) * width, (down.next[y] as number) * width, down.share[y] as number];
    for (let x = 0; x < width; x++) row[x] = (data[top + x] as number) * (1 - part) + (data[below + x] as number) * part;
    for (let x = 0; x < values.length; x++) {
      const near = row[first[x] as number] as number;
      values[x] = (values[x] as number) * scale + near + ((row[next[x] as number] as number) - near) * (share[x] as number);
    }
  };
}

type Places = { readonly length: number; readonly start: number; readonly ratio: number; readonly shift: number; readonly most: number };

function placesOf({ length, start, ratio, shift, most }: Places) {
  const first = new Int32Array(length);
  const next = new Int32Array(length);
  const share = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const place = Math.min(most - 1, Math.max(0, (start + i + 0.5) * ratio - 0.5 - shift));
    first[i] = Math.floor(place);
    next[i] = Math.min(most - 1, Math.floor(place) + 1);
    share[i] = place - Math.floor(place);
  }
  return { first, next, share };
}
