import { boxMean } from './box-mean.ts';
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

/**
 * Replaces the colour of wholly clear pixels, which nobody sees until the picture is scaled, by that of their visible neighbours,
 * and by black further out. Visible pixels stay as they are.
 */
export function cleanHiddenColour(picture: Picture): Picture {
  const { width, height } = picture;
  const alpha = alphaPlane(picture);
  const share = boxMean(alpha.data, alpha, SPREAD_PX);
  const rgba = picture.rgba.slice();
  for (let c = 0; c < 3; c++) {
    const weighted = alpha.data.map((value, i) => value * (picture.rgba[i * 4 + c] as number));
    const mean = boxMean(weighted, alpha, SPREAD_PX);
    for (let i = 0; i < width * height; i++) {
      if (rgba[i * 4 + 3] !== 0) continue;
      rgba[i * 4 + c] = (share[i] as number) > 1e-4 ? Math.min(255, Math.round((mean[i] as number) / (share[i] as number))) : 0;
    }
  }
  return { width, height, rgba };
}
