import { paintShadow } from '../paint/paint-shadow.ts';

/** RGBA pixels; `x`, `y` say where the top left stands relative to the picture they were taken from. */
export type AlphaPicture = {
  readonly rgba: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
};

/** The part of a straight-alpha picture that can be seen at all, or one clear pixel. */
export function cropToAlpha({ rgba, width, height, x, y }: AlphaPicture): AlphaPicture {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let row = 0; row < height; row++) {
    for (let column = 0, at = row * width * 4 + 3; column < width; column++, at += 4) {
      if (rgba[at] === 0) continue;
      if (column < left) left = column;
      if (column > right) right = column;
      if (top > row) top = row;
      bottom = row;
    }
  }
  if (right < 0) return { rgba: new Uint8Array(4), width: 1, height: 1, x, y };
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const cropped = new Uint8Array(size.width * size.height * 4);
  for (let row = 0; row < size.height; row++) {
    const from = ((top + row) * width + left) * 4;
    cropped.set(rgba.subarray(from, from + size.width * 4), row * size.width * 4);
  }
  return { rgba: cropped, ...size, x: x + left, y: y + top };
}

/** A straight-alpha picture premultiplied and put on its shadow, which may reach beyond it. */
export function onShadow(picture: AlphaPicture, kind: 'soft' | 'floor' | 'none'): AlphaPicture {
  if (kind === 'none') return { ...picture, rgba: premultiplied(picture.rgba) };
  const { rgba, width, height } = picture;
  const mask = new Uint8Array(width * height);
  for (let at = 0; at < mask.length; at++) mask[at] = rgba[at * 4 + 3] ?? 0;
  const shadow = paintShadow({ alpha: mask, width, height, kind });
  const left = Math.min(0, shadow.x);
  const top = Math.min(0, shadow.y);
  const size = { width: Math.max(width, shadow.x + shadow.width) - left, height: Math.max(height, shadow.y + shadow.height) - top };
  const result = new Uint8Array(size.width * size.height * 4);
  for (let row = 0; row < shadow.height; row++) {
    let to = ((row + shadow.y - top) * size.width + shadow.x - left) * 4 + 3;
    for (let column = 0; column < shadow.width; column++, to += 4) result[to] = shadow.alpha[row * shadow.width + column] ?? 0;
  }
  for (let row = 0; row < height; row++) {
    let to = ((row - top) * size.width - left) * 4;
    for (let column = 0, from = row * width * 4; column < width; column++, from += 4, to += 4) over(result, { to, rgba, from });
  }
  return { rgba: result, ...size, x: picture.x + left, y: picture.y + top };
}

/** Puts one straight-alpha pixel over a black, premultiplied one. */
function over(result: Uint8Array, { to, rgba, from }: { readonly to: number; readonly rgba: Uint8Array; readonly from: number }): void {
  const alpha = rgba[from + 3] ?? 0;
  if (alpha === 0) return;
  for (let channel = 0; channel < 3; channel++) result[to + channel] = Math.round(((rgba[from + channel] ?? 0) * alpha) / 255);
  result[to + 3] = alpha + Math.round(((result[to + 3] ?? 0) * (255 - alpha)) / 255);
}

function premultiplied(rgba: Uint8Array): Uint8Array {
  const result = new Uint8Array(rgba.length);
  for (let at = 0; at < rgba.length; at += 4) over(result, { to: at, rgba, from: at });
  return result;
}
