import type { PlanarFrame } from '@filmwright/contracts';
import { gridSize } from './block-grid.ts';
import { bandStep, type EdgeBand } from './edge-band.ts';
import type { Picture } from './picture.ts';

/** Codes of red, green and blue (0..255) for each code of light from 16 on, and of a difference from 128 on (ITU-R BT.709). */
const fromLight = 255 / 219;
const redOfRed = (1.5748 * 255) / 224;
const blueOfBlue = (1.8556 * 255) / 224;
const greenOfBlue = (blueOfBlue * 0.0722) / 0.7152;
const greenOfRed = (redOfRed * 0.2126) / 0.7152;

/** Codes are reckoned with four bits behind the point, shares of them with sixteen. */
const parts = 16;
const fixed = (share: number): number => Math.round((share * 65536) / parts);
const [ll, rr, bb, gb, gr] = [fixed(fromLight), fixed(redOfRed), fixed(blueOfBlue), fixed(greenOfBlue), fixed(greenOfRed)];
const half = 32768;
const black = half - 16 * parts * ll;
const [redFrom, greenFrom, blueFrom] = [black - 128 * parts * rr, black + 128 * parts * (gb + gr), black - 128 * parts * bb];

const clamp = (code: number): number => Math.max(0, Math.min(code, 255));

/** An opaque pixel, red in the lowest eight bits, of codes times `parts`. */
function pixelOf(light: number, blue: number, red: number): number {
  const grey = ll * light;
  const r = clamp((grey + rr * red + redFrom) >> 16);
  const g = clamp((grey - gb * blue - gr * red + greenFrom) >> 16);
  const b = clamp((grey + bb * blue + blueFrom) >> 16);
  return r | (g << 8) | (b << 16) | 0xff000000;
}

type Blocks = { readonly times: number; readonly means: Uint32Array };

/** Mean colours of the blocks of `times` by `times` pixels of a frame, opaque; written into the memory given, of four bytes a block. Differences count for each block that they touch. */
export function frameColours(frame: PlanarFrame, { times, into }: { readonly times: number; readonly into: Uint8Array }): Picture {
  const size = gridSize(frame, times);
  const means = new Uint32Array(into.buffer, into.byteOffset, size.width * size.height);
  if (times === 3 && frame.width % 6 === 0 && frame.height % 3 === 0) colourThrees(frame, means);
  else colourBlocks(frame, { times, means });
  return { ...size, rgba: into };
}

function colourBlocks({ width, height, yuv }: PlanarFrame, { times, means }: Blocks): void {
  const area = width * height;
  for (let top = 0, at = 0; top < height; top += times) {
    const bottom = Math.min(height, top + times);
    for (let left = 0; left < width; left += times, at++) {
      const right = Math.min(width, left + times);
      const light = meanOf(yuv, { from: 0, stride: width, left, top, right, bottom });
      const halved = { stride: width / 2, left: left >> 1, top: top >> 1, right: ((right - 1) >> 1) + 1, bottom: ((bottom - 1) >> 1) + 1 };
      const blue = meanOf(yuv, { ...halved, from: area });
      means[at] = pixelOf(light, blue, meanOf(yuv, { ...halved, from: area + area / 4 }));
    }
  }
}

type Rectangle = {
  readonly from: number;
  readonly stride: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

/** The mean of a rectangle of a plane that begins at `from`, times `parts`. */
function meanOf(plane: Uint8Array, { from, stride, left, top, right, bottom }: Rectangle): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let i = from + y * stride + left; i < from + y * stride + right; i++) sum += plane[i] as number;
  return Math.round((sum * parts) / ((bottom - top) * (right - left)));
}

/** A ninth of sums, times `parts`, with twelve bits more. */
const ninth = Math.round((parts * 4096) / 9);

/** The same for blocks of three by three, which the frames of most clips have, two at once: they share the differences in the middle. */
function colourThrees({ width, height, yuv }: PlanarFrame, means: Uint32Array): void {
  const area = width * height;
  const stride = width / 2;
  for (let top = 0, at = 0; top < height; top += 3) {
    let blue = area + (top >> 1) * stride;
    for (let i = top * width, end = i + width; i < end; i += 6, blue += 3, at += 2) {
      const red = blue + area / 4;
      const blues = (yuv[blue + 1] as number) + (yuv[blue + 1 + stride] as number);
      const reds = (yuv[red + 1] as number) + (yuv[red + 1 + stride] as number);
      const blueLeft = blues + (yuv[blue] as number) + (yuv[blue + stride] as number);
      const redLeft = reds + (yuv[red] as number) + (yuv[red + stride] as number);
      const blueRight = blues + (yuv[blue + 2] as number) + (yuv[blue + 2 + stride] as number);
      const redRight = reds + (yuv[red + 2] as number) + (yuv[red + 2 + stride] as number);
      // Sums of four, times a quarter of `parts`.
      means[at] = pixelOf(nine(yuv, { i, width }), blueLeft * 4, redLeft * 4);
      means[at + 1] = pixelOf(nine(yuv, { i: i + 3, width }), blueRight * 4, redRight * 4);
    }
  }
}

/** The mean light of three by three pixels, times `parts`. */
function nine(yuv: Uint8Array, { i, width }: { readonly i: number; readonly width: number }): number {
  const [below, last] = [i + width, i + 2 * width];
  const first = (yuv[i] as number) + (yuv[i + 1] as number) + (yuv[i + 2] as number);
  const second = (yuv[below] as number) + (yuv[below + 1] as number) + (yuv[below + 2] as number);
  const third = (yuv[last] as number) + (yuv[last + 1] as number) + (yuv[last + 2] as number);
  return ((first + second + third) * ninth + 2048) >> 12;
}

/** Where pixels are wanted: in a band of cells of `times` x `times` pixels. */
export type Painting = { readonly band: EdgeBand; readonly times: number; readonly into: Uint32Array };

/** Writes the opaque pixels of a frame in a band, each with the differences of the four that share them; all others stay as they were. */
export function paintBand({ width, height, yuv }: PlanarFrame, { band, times, into }: Painting): void {
  const area = width * height;
  for (let y = 0; y < height; y++) {
    const runs = band.runs[Math.floor(y / times / bandStep)] as Int32Array;
    const blues = area + (y >> 1) * (width / 2);
    for (let r = 0; r < runs.length; r += 2) {
      const right = Math.min(width, (runs[r + 1] as number) * times);
      for (let x = (runs[r] as number) * times; x < right; x += 2) {
        const blue = (yuv[blues + (x >> 1)] as number) * parts;
        const red = (yuv[blues + area / 4 + (x >> 1)] as number) * parts;
        const i = y * width + x;
        into[i] = pixelOf((yuv[i] as number) * parts, blue, red);
        into[i + 1] = pixelOf((yuv[i + 1] as number) * parts, blue, red);
      }
    }
  }
}
