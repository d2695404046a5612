import { writeFile } from 'node:fs/promises';
import { blankCanvas } from '../paint/canvas.ts';

export type Still = { readonly frame: Uint8Array; readonly width: number; readonly height: number; readonly outPath: string };

/** Shorter side that a still comes near to, in pixels. */
const shorterSide = 180;

/** Writes a small JPEG of a composed frame (planar 4:2:0, BT.709, 16 to 235): each pixel is the mean of a square of the frame's. The bytes of the frame are read before this returns. */
export function writeStill({ frame, width, height, outPath }: Still): Promise<void> {
  const step = Math.max(2, 2 * Math.round(Math.min(width, height) / shorterSide / 2));
  const [wide, high] = [Math.floor(width / step), Math.floor(height / step)];
  const half = step / 2;
  const luma = { bytes: frame, start: 0, stride: width, step };
  const chroma = { bytes: frame, stride: width / 2, step: half };
  const blue = { ...chroma, start: width * height };
  const red = { ...chroma, start: width * height + (width / 2) * (height / 2) };
  const { canvas, context } = blankCanvas(wide, high);
  const image = context.createImageData(wide, high);
  for (let y = 0, at = 0; y < high; y++)
    for (let x = 0; x < wide; x++, at += 4) {
      // Coefficients of ITU-R BT.709, scaled from the narrow range to 0..255.
      const light = 1.16438 * (mean(luma, x, y) - 16);
      const cb = mean(blue, x, y) - 128;
      const cr = mean(red, x, y) - 128;
      image.data[at] = light + 1.79274 * cr;
      image.data[at + 1] = light - 0.21325 * cb - 0.53291 * cr;
      image.data[at + 2] = light + 2.1124 * cb;
      image.data[at + 3] = 255;
    }
  context.putImageData(image, 0, 0);
  return canvas.encode('jpeg', 82).then((jpeg) => writeFile(outPath, jpeg));
}

type Plane = { readonly bytes: Uint8Array; readonly start: number; readonly stride: number; readonly step: number };

function mean({ bytes, start, stride, step }: Plane, x: number, y: number): number {
  let sum = 0;
  for (let row = 0; row < step; row++) {
    const from = start + (y * step + row) * stride + x * step;
    for (let at = from; at < from + step; at++) sum += bytes[at] ?? 0;
  }
  return sum / (step * step);
}
