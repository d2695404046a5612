import type { Canvas } from './canvas.ts';

/** Pixels for the compositor: RGBA, premultiplied by alpha, top row first; `x`, `y` are where its top left pixel stands on the frame. */
export type Bitmap = { readonly rgba: Uint8Array; readonly width: number; readonly height: number; readonly x: number; readonly y: number };

/** Cuts the empty margin off a canvas whose top left pixel stands at `x`, `y`; an empty canvas gives one transparent pixel. */
export const trimmedBitmap = (canvas: Canvas, at: { readonly x: number; readonly y: number }): Bitmap => {
  const { width, height } = canvas;
  const data = canvas.data();
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const rowEmpty = (y: number): boolean => {
    for (let i = y * width, end = i + width; i < end; i++) if (pixels[i] !== 0) return false;
    return true;
  };
  let top = 0;
  while (top < height && rowEmpty(top)) top++;
  if (top === height) return { rgba: new Uint8Array(4), width: 1, height: 1, x: at.x, y: at.y };
  let bottom = height - 1;
  while (rowEmpty(bottom)) bottom--;
  let left = width;
  let right = 0;
  for (let y = top; y <= bottom; y++) {
    const row = y * width;
    for (let x = 0; x < left; x++) {
      if (pixels[row + x] === 0) continue;
      left = x;
      break;
    }
    for (let x = width - 1; x > right; x--) {
      if (pixels[row + x] === 0) continue;
      right = x;
      break;
    }
  }
  right = Math.max(right, left);
  const out = { width: right - left + 1, height: bottom - top + 1 };
  const rgba = new Uint8Array(out.width * out.height * 4);
  for (let y = 0; y < out.height; y++) {
    const from = ((top + y) * width + left) * 4;
    rgba.set(data.subarray(from, from + out.width * 4), y * out.width * 4);
  }
  return { rgba, ...out, x: at.x + left, y: at.y + top };
};

/** A copy of a whole canvas as a bitmap. */
export const wholeBitmap = (canvas: Canvas, at: { readonly x: number; readonly y: number }): Bitmap => ({
  rgba: Uint8Array.from(canvas.data()),
  width: canvas.width,
  height: canvas.height,
  x: at.x,
  y: at.y,
});
