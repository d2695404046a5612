import { pixelsOf } from './block-grid.ts';
import { byColour, fitColours, fitPlanes, smoothStep } from './colour-fit.ts';
import { bandAround, bandStep, type EdgeBand, widerBand } from './edge-band.ts';
import { type EdgeGap, eachEdgeGap, edgePlanes } from './edge-rows.ts';
import { edgeReach } from './estimate-foreground.ts';
import { maskDoubt } from './mask-doubt.ts';
import type { Memory } from './memory.ts';
import type { Picture, Plane } from './picture.ts';

/** What colour alone says counts as clear below the first and as opaque above the second. */
const colourNone = 0.2;
const colourAll = 0.88;
/** Soft pixels stay only near one that colour gives to the subject at least this surely: first nothing stays, from the second on all. */
const holdNone = 0.5;
const holdAll = 0.8;
/** How near, as a share of the mask's blur. */
const holdReach = 0.4;

/** What an alpha is refined from. */
export type Refining = {
  readonly picture: Picture;
  /** Pixels of a cell across and down. */
  readonly times: number;
  /** The picture's colours, a cell each. */
  readonly small: Picture;
  /** The coarse mask, a cell each. */
  readonly mask: Plane;
  /** Radius, in cells, within which the coarse mask may be wrong about an edge. */
  readonly blurCells: number;
  /** Where given, pixels of the picture are there only after they were asked for, those of a band at a time. */
  readonly paint?: (band: EdgeBand) => void;
  /** Where the cut-out's pixels go; else into the memory. */
  readonly into?: Uint8Array;
  readonly memory: Memory;
};

/**
 * The picture with its new alpha, black where it is clear; that alpha's mean in each cell; around which cells it was in doubt; and the band in which
 * its colours are: everywhere, or near doubt where pixels had to be asked for, and black elsewhere.
 */
export type Refined = { readonly cut: Picture; readonly alpha: Plane; readonly band: EdgeBand; readonly near: EdgeBand };

/**
 * Turns a coarse mask into an alpha with the picture's own edges: fully opaque inside, fully clear outside, soft only where colours mix. Where
 * colour cannot tell the sides apart, the coarse mask decides; an even half-tone far from anything opaque is a third colour, not a mixture, and
 * goes. All work but copying is done around edges.
 */
export function refineAlpha({ picture, times, small, mask, blurCells, paint, into, memory }: Refining): Refined {
  const { width, height } = mask;
  const radius = Math.max(1, blurCells);
  const { agreed, doubtful } = maskDoubt(mask, { radius, memory });
  const doubt = bandAround(doubtful, mask);
  const reach = Math.max(1, Math.round(radius * holdReach));
  const band = widerBand(doubt, 1 + reach);
  const fits = fitColours({ small, mask, agreed, band, radius: radius * 2.5, memory });
  const held = largestNear(byColour({ small, band, memory }, fits), { band, radius: reach, memory });
  const planes = memory.floats('edge planes', width * height * edgePlanes);
  for (let y = 0; y < height; y++) {
    const runs = band.runs[Math.floor(y / bandStep)] as Int32Array;
    for (let r = 0; r < runs.length; r += 2)
      for (let x = runs[r] as number, i = y * width + x; x < (runs[r + 1] as number); x++, i++) {
        const to = i * edgePlanes;
        const from = i * fitPlanes;
        planes[to] = (fits[from] as number) / 255;
        planes[to + 1] = (fits[from + 1] as number) / 255;
        planes[to + 2] = (fits[from + 2] as number) / 255;
        planes[to + 3] = fits[from + 3] as number;
        planes[to + 4] = fits[from + 4] as number;
        planes[to + 5] = smoothStep(holdNone, holdAll, held[i] as number);
        planes[to + 6] = smoothStep(0.65, 1, agreed[i] as number);
        planes[to + 7] = mask.data[i] as number;
      }
  }
  const rgba = into ?? memory.bytes('cut', picture.width * picture.height * 4);
  const [from, to] = [pixelsOf(picture.rgba), pixelsOf(rgba)];
  const near = widerBand(doubt, edgeReach({ ...picture, times }) + 3);
  paint?.(near);
  to.fill(0);
  copyInside({ picture, times, mask, doubtful, from, to, only: paint ? near : null });
  const edges = { from, to, width: picture.width, times };
  eachEdgeGap({ size: picture, times, width, height, marked: doubtful, planes }, (gap) => refineGap(edges, gap));
  const cut = { width: picture.width, height: picture.height, rgba };
  return { cut, alpha: cellAlpha({ cut, times, mask, band, memory }), band: doubt, near };
}

type Copying = Pick<Refining, 'picture' | 'times' | 'mask'> & {
  readonly doubtful: Uint8Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly only: EdgeBand | null;
};

/** Makes the pixels of cells opaque that surely belong to the subject, and takes over their colours: those of all, or of a band only. */
function copyInside({ picture, times, mask: { width, height, data }, doubtful, from, to, only }: Copying): void {
  for (let row = 0; row < height; row++) {
    const ends = Math.min(picture.height, (row + 1) * times);
    for (let cell = 0; cell < width; ) {
      const first = cell;
      while (cell < width && doubtful[row * width + cell] === 0 && (data[row * width + cell] as number) > 0.5) cell++;
      if (cell === first) {
        cell++;
        continue;
      }
      const end = Math.min(picture.width, cell * times);
      for (let y = row * times; y < ends; y++) {
        const [start, stop] = [y * picture.width + first * times, y * picture.width + end];
        if (only !== null) to.fill(0xff000000, start, stop);
        else for (let i = start; i < stop; i++) to[i] = (from[i] as number) | 0xff000000;
      }
    }
    const runs = (only?.runs[Math.floor(row / bandStep)] ?? []) as ArrayLike<number>;
    for (let r = 0; r < runs.length; r += 2)
      for (let y = row * times; y < ends; y++) {
        const stop = y * picture.width + Math.min(picture.width, (runs[r + 1] as number) * times);
        for (let i = y * picture.width + (runs[r] as number) * times; i < stop; i++) if (to[i] !== 0) to[i] = from[i] as number;
      }
  }
}

type Edges = { readonly from: Uint32Array; readonly to: Uint32Array; readonly width: number; readonly times: number };

function refineGap({ from, to, width, times }: Edges, { mixed, y, x: start, end, left, right, along: first }: EdgeGap): void {
  const sureLeft = mixed[left + 6] as number;
  const coarseLeft = mixed[left + 7] as number;
  const sureStep = (mixed[right + 6] as number) - sureLeft;
  const coarseStep = (mixed[right + 7] as number) - coarseLeft;
  const r = mixed[left] as number;
  const g = mixed[left + 1] as number;
  const b = mixed[left + 2] as number;
  const offset = mixed[left + 3] as number;
  const explained = mixed[left + 4] as number;
  const held = mixed[left + 5] as number;
  const rStep = (mixed[right] as number) - r;
  const gStep = (mixed[right + 1] as number) - g;
  const bStep = (mixed[right + 2] as number) - b;
  const offsetStep = (mixed[right + 3] as number) - offset;
  const explainedStep = (mixed[right + 4] as number) - explained;
  const heldStep = (mixed[right + 5] as number) - held;
  let along = first;
  for (let i = y * width + start; i < y * width + end; i++, along += 1 / times) {
    const pixel = from[i] as number;
    const coarse = coarseLeft + along * coarseStep;
    const sure = sureLeft + along * sureStep;
    let alpha = coarse > 0.5 ? 1 : 0;
    if (sure <= 0.999) {
      const colour =
        offset +
        along * offsetStep +
        (r + along * rStep) * (pixel & 255) +
        (g + along * gStep) * ((pixel >>> 8) & 255) +
        (b + along * bStep) * ((pixel >>> 16) & 255);
      const soft = Math.min(1, Math.max(0, (colour - colourNone) / (colourAll - colourNone))) * (held + along * heldStep);
      const trust = smoothStep(0.3, 0.75, explained + along * explainedStep);
      alpha = sure * alpha + (1 - sure) * (trust * soft + (1 - trust) * smoothStep(0.2, 0.8, coarse));
    }
    const opacity = (alpha * 255 + 0.5) | 0;
    to[i] = opacity === 0 ? 0 : (pixel & 0xffffff) | (opacity << 24);
  }
}

type Near = { readonly band: EdgeBand; readonly radius: number; readonly memory: Memory };

/** The largest value within `radius` cells along rows and then along columns, for the cells of a band; what lies outside it counts as 0. */
function largestNear(source: Float32Array, { band, radius, memory }: Near): Float32Array {
  const { width, height } = band;
  const across = memory.floats('largest across', source.length).fill(0);
  const both = memory.floats('largest', source.length);
  for (const [from, to, step, length] of [
    [source, across, 1, width],
    [across, both, width, height],
  ] as const)
    for (let y = 0; y < height; y++) {
      const runs = band.runs[Math.floor(y / bandStep)] as Int32Array;
      for (let r = 0; r < runs.length; r += 2)
        largestAlong({ from, to, step, length, radius, start: runs[r] as number, end: runs[r + 1] as number, row: y * width, y });
    }
  return both;
}

type Along = {
  readonly from: Float32Array;
  readonly to: Float32Array;
  readonly step: number;
  readonly length: number;
  readonly radius: number;
  readonly start: number;
  readonly end: number;
  readonly row: number;
  readonly y: number;
};

function largestAlong({ from, to, step, length, radius, start, end, row, y }: Along): void {
  for (let x = start; x < end; x++) {
    const place = step === 1 ? x : y;
    const last = row + x + Math.min(radius, length - 1 - place) * step;
    let most = 0;
    for (let k = row + x - Math.min(radius, place) * step; k <= last; k += step) {
      const value = from[k] as number;
      if (value > most) most = value;
    }
    to[row + x] = most;
  }
}

type CellAlpha = { readonly cut: Picture; readonly times: number; readonly mask: Plane; readonly band: EdgeBand; readonly memory: Memory };

/** The mean alpha of each cell: the mask's side away from edges, and what the pixels have around them. */
function cellAlpha({ cut, times, mask: { width, height, data }, band, memory }: CellAlpha): Plane {
  const alpha = memory.floats('cell alpha', width * height);
  for (let i = 0; i < alpha.length; i++) alpha[i] = (data[i] as number) > 0.5 ? 1 : 0;
  for (let row = 0; row < height; row++) {
    const runs = band.runs[Math.floor(row / bandStep)] as Int32Array;
    const bottom = Math.min(cut.height, (row + 1) * times);
    for (let r = 0; r < runs.length; r += 2)
      for (let cell = runs[r] as number; cell < (runs[r + 1] as number); cell++) {
        const left = cell * times;
        const right = Math.min(cut.width, left + times);
        let sum = 0;
        for (let y = row * times; y < bottom; y++)
          for (let i = (y * cut.width + left) * 4 + 3; i < (y * cut.width + right) * 4; i += 4) sum += cut.rgba[i] as number;
        alpha[row * width + cell] = sum / (255 * (bottom - row * times) * (right - left));
      }
  }
  return { width, height, data: alpha };
}
