import { standOnShadow } from '../paint/paint-shadow.ts';

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
export function onShadow({ rgba, width, height, x, y }: AlphaPicture, kind: 'soft' | 'floor' | 'none'): AlphaPicture {
  const subject = { rgba: premultiplied(rgba), width, height };
  if (kind === 'none') return { ...subject, x, y };
  const standing = standOnShadow(subject, kind);
  return { ...standing, x: x + standing.x, y: y + standing.y };
}

function premultiplied(rgba: Uint8Array): Uint8Array {
  const result = new Uint8Array(rgba.length);
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3] ?? 0;
    for (let channel = at; channel < at + 3; channel++) result[channel] = ((rgba[channel] ?? 0) * alpha + 127) / 255;
    result[at + 3] = alpha;
  }
  return result;
}
