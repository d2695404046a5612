import type { Picture } from './picture.ts';

/**
 * How much alpha changes from frame to frame where the picture stands still, 0..1: the mean over pixels at edges (half clear in either frame, or
 * changed). `pixels` is how many were looked at, of every second row and column; `worst` is the mean of the worst pair of frames.
 */
export type Flicker = { readonly mean: number; readonly worst: number; readonly pixels: number };

/** Frames are parted into squares of about this side; one stands still if its colours change little more than those of the calmest quarter do, which is what cameras and codecs change by themselves. */
const squarePx = 16;
const calmShare = 0.25;
const calmTimes = 1.5;
const calmCodes = 1;
/** Alpha, in codes, from which a pixel is not clear, and from the other end not opaque. */
const softCodes = 13;
const stride = 2;
/** A pair of frames with fewer such pixels tells nothing. */
const leastPixels = 40;

/** A cut-out frame, and the mean colours of its blocks as it was. */
export type SeenCut = { readonly picture: Picture; readonly small: Picture };

/** What was seen so far: sums over the pixels at edges, and the worst mean of a pair of frames, in codes. */
export type FlickerSums = { readonly sum: number; readonly pixels: number; readonly worst: number };

export type FlickerWatch = {
  readonly seen: (cut: SeenCut) => void;
  readonly sums: () => FlickerSums;
  readonly result: () => Flicker | null;
};

/** Watches the frames of a clip, in order; each one's `small` must last until the next one was seen. Given the sums of a watch before, it goes on with that one's last frame, to be shown to it again. */
export function watchFlicker(earlier: FlickerSums = { sum: 0, pixels: 0, worst: 0 }): FlickerWatch {
  let before: Sampled | null = null;
  // The memory of the frame before the last one, for the next one.
  let spare: Uint8Array | null = null;
  let { sum, pixels, worst } = earlier;
  return {
    seen({ picture, small }) {
      const last = before;
      before = { width: picture.width, height: picture.height, small, alpha: sampledAlpha(picture, spare) };
      spare = last?.alpha ?? null;
      if (last === null) return;
      const pair = changeBetween(last, before);
      if (pair.pixels < leastPixels) return;
      sum += pair.sum;
      pixels += pair.pixels;
      worst = Math.max(worst, pair.sum / pair.pixels);
    },
    sums: () => ({ sum, pixels, worst }),
    result: () => (pixels === 0 ? null : { mean: four(sum / pixels / 255), worst: four(worst / 255), pixels }),
  };
}

const four = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Alpha of every second pixel of every second row. */
function sampledAlpha({ width, height, rgba }: Picture, spare: Uint8Array | null): Uint8Array {
  const length = Math.ceil(width / stride) * Math.ceil(height / stride);
  const alpha = spare?.length === length ? spare : new Uint8Array(length);
  for (let y = 0, at = 0; y < height; y += stride)
    for (let i = y * width * 4 + 3, end = (y + 1) * width * 4; i < end; i += stride * 4) alpha[at++] = rgba[i] as number;
  return alpha;
}

type Sampled = { readonly width: number; readonly height: number; readonly small: Picture; readonly alpha: Uint8Array };

function changeBetween(one: Sampled, other: Sampled): { readonly sum: number; readonly pixels: number } {
  const { width, height, small } = one;
  const times = Math.ceil(width / small.width);
  const cells = Math.max(stride, Math.round(squarePx / times));
  const changes = colourChanges(small, other.small, cells);
  const calmest = changes.toSorted()[Math.floor(changes.length * calmShare)] ?? 0;
  const still = calmest * calmTimes + calmCodes;
  const side = cells * times;
  const across = Math.ceil(small.width / cells);
  const [before, now] = [one.alpha, other.alpha];
  let sum = 0;
  let pixels = 0;
  for (let y = 0, at = 0; y < height; y += stride) {
    const square = Math.floor(y / side) * across;
    for (let x = 0; x < width; x += stride, at++) {
      const was = before[at] as number;
      const is = now[at] as number;
      if (was === is && (was === 0 || was === 255)) continue;
      const change = is > was ? is - was : was - is;
      const soft = (was > softCodes && was < 255 - softCodes) || (is > softCodes && is < 255 - softCodes) || change > softCodes;
      if (!soft || (changes[square + ((x / side) | 0)] as number) > still) continue;
      sum += change;
      pixels++;
    }
  }
  return { sum, pixels };
}

/** Mean change of a colour, in codes, of every square of so many cells a side, of every second cell of every second row. */
function colourChanges({ width, height, rgba: first }: Picture, { rgba: second }: Picture, cells: number): Float32Array {
  const across = Math.ceil(width / cells);
  const changes = new Float32Array(across * Math.ceil(height / cells));
  for (let square = 0; square < changes.length; square++) {
    const left = (square % across) * cells;
    const top = Math.floor(square / across) * cells;
    const right = Math.min(width, left + cells);
    const bottom = Math.min(height, top + cells);
    let sum = 0;
    for (let y = top; y < bottom; y += stride)
      for (let i = (y * width + left) * 4, end = (y * width + right) * 4; i < end; i += stride * 4) {
        const red = (first[i] as number) - (second[i] as number);
        const green = (first[i + 1] as number) - (second[i + 1] as number);
        const blue = (first[i + 2] as number) - (second[i + 2] as number);
        sum += (red < 0 ? -red : red) + (green < 0 ? -green : green) + (blue < 0 ? -blue : blue);
      }
    changes[square] = sum / (3 * Math.ceil((bottom - top) / stride) * Math.ceil((right - left) / stride));
  }
  return changes;
}
