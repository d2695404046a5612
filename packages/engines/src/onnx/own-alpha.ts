import type { Picture, Plane } from './picture.ts';

/** A picture counts as already cut out when at least this share of it is clear and this share is opaque. */
const CLEAR_SHARE = 0.01;
const SOLID_SHARE = 0.005;

/** True when the picture's own alpha says something: part of it clear, part of it visible. */
export function hasOwnAlpha({ rgba }: Picture): boolean {
  let clear = 0;
  let solid = 0;
  for (let i = 3; i < rgba.length; i += 4) {
    if ((rgba[i] as number) < 16) clear++;
    else if ((rgba[i] as number) > 239) solid++;
  }
  const count = rgba.length / 4;
  return clear >= count * CLEAR_SHARE && solid >= count * SOLID_SHARE;
}

/** The alpha of a picture as a plane of 0..1. */
export function alphaPlane({ width, height, rgba }: Picture): Plane {
  const data = new Float32Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = (rgba[i * 4 + 3] as number) / 255;
  return { width, height, data };
}

/** Radius in pixels to which visible colour is carried outwards under clear pixels. */
const SPREAD_PX = 4;

/** Least mean alpha of the neighbours of a pixel, 0..1, that gives it their colour. */
const LEAST_SHARE = 1e-4;

/**
 * Replaces the colour of wholly clear pixels, which nobody sees until the picture is scaled, by that of their visible neighbours,
 * and by black further out. Visible pixels stay as they are.
 */
export function cleanHiddenColour({ width, height, rgba: given }: Picture): Picture {
  const rgba = new Uint8Array(given);
  const pixels = new Uint32Array(rgba.buffer);
  // Visible pixels of each column within reach of the row.
  const columns = new Uint8Array(width);
  const count = (y: number, change: 1 | -1): void => {
    if (y < 0 || y >= height) return;
    for (let x = 0, i = y * width * 4 + 3; x < width; x++, i += 4) if (given[i] !== 0) columns[x] = (columns[x] as number) + change;
  };
  for (let y = 0; y < SPREAD_PX; y++) count(y, 1);
  for (let y = 0; y < height; y++) {
    count(y + SPREAD_PX, 1);
    count(y - SPREAD_PX - 1, -1);
    let near = 0;
    for (let x = 0; x < Math.min(SPREAD_PX, width); x++) near += columns[x] as number;
    for (let x = 0, i = y * width * 4; x < width; x++, i += 4) {
      if (x + SPREAD_PX < width) near += columns[x + SPREAD_PX] as number;
      if (x > SPREAD_PX) near -= columns[x - SPREAD_PX - 1] as number;
      if (given[i + 3] !== 0) continue;
      if (near === 0) pixels[i >> 2] = 0;
      else writeNearColour({ width, height, rgba: given }, { x, y, rgba });
    }
  }
  return { width, height, rgba };
}

/** Writes the mean colour of what is visible around a pixel, black where that is next to nothing. */
function writeNearColour(
  { width, height, rgba }: Picture,
  to: { readonly x: number; readonly y: number; readonly rgba: Uint8Array },
): void {
  const [left, right] = [Math.max(0, to.x - SPREAD_PX), Math.min(width - 1, to.x + SPREAD_PX)];
  const [top, bottom] = [Math.max(0, to.y - SPREAD_PX), Math.min(height - 1, to.y + SPREAD_PX)];
  let total = 0;
  let r = 0;
  let g = 0;
  let b = 0;
  for (let y = top; y <= bottom; y++)
    for (let i = (y * width + left) * 4; i <= (y * width + right) * 4; i += 4) {
      const alpha = rgba[i + 3] as number;
      if (alpha === 0) continue;
      total += alpha;
      r += alpha * (rgba[i] as number);
      g += alpha * (rgba[i + 1] as number);
      b += alpha * (rgba[i + 2] as number);
    }
  const seen = total / 255 / ((right - left + 1) * (bottom - top + 1)) > LEAST_SHARE;
  const at = (to.y * width + to.x) * 4;
  to.rgba[at] = seen ? r / total + 0.5 : 0;
  to.rgba[at + 1] = seen ? g / total + 0.5 : 0;
  to.rgba[at + 2] = seen ? b / total + 0.5 : 0;
}
