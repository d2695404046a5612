import type { Picture } from '../onnx/picture.ts';

/** Side in pixels of the parts of a frame that are compared. */
const part = 16;
/** A part whose mean change of green is below this, of 255, shows what it showed: encoders change that much in what stands still. */
const leastChange = 1.2;

/** Whether two frames of one size show the same everywhere, but for what an encoder changes. */
export function isSameFrame(one: Picture, other: Picture): boolean {
  const { width, height } = one;
  for (let top = 0; top < height; top += part)
    for (let left = 0; left < width; left += part) {
      const bottom = Math.min(height, top + part);
      const right = Math.min(width, left + part);
      let sum = 0;
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * 4 + 1;
          sum += Math.abs((one.rgba[at] as number) - (other.rgba[at] as number));
        }
      if (sum > leastChange * (bottom - top) * (right - left)) return false;
    }
  return true;
}
