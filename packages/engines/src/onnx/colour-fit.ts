import { bandStep, type EdgeBand, widerBand } from './edge-band.ts';
import type { Memory } from './memory.ts';
import type { Picture, Plane } from './picture.ts';
import { type CellRun, windowSums } from './window-sums.ts';

/** Weight of a cell whose side is in doubt, against 1 for a sure one. */
const doubtWeight = 0.01;
const ridge = 0.0008;

/** Numbers of each cell of a fit: three slopes, one offset, and the share of the mask's variance that colour explains there (0..1), before and behind smoothing. */
export const fitPlanes = 5;

export type ColourFitting = {
  /** Colours of the cells. */
  readonly small: Picture;
  readonly mask: Plane;
  /** How sure the mask is of each cell's side, 0..1. */
  readonly agreed: Float32Array;
  /** Where fits are wanted. */
  readonly band: EdgeBand;
  readonly radius: number;
  readonly memory: Memory;
};

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Rises smoothly from 0 at `low` to 1 at `high`. */
export const smoothStep = (low: number, high: number, value: number): number => {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
};

/** Products of a cell whose sums make the moments: weight; its colour and mask; and each pair of these. */
const momentPlanes = 15;

type Adding = { readonly columns: Float64Array; readonly run: CellRun & { readonly sign: 1 | -1 } };

function addMoments(
  { small: { rgba }, mask: { width, data }, agreed }: ColourFitting,
  { columns, run: { y, from, to, sign } }: Adding,
): void {
  for (let x = from, i = y * width + from, at = from * momentPlanes; x < to; x++, i++, at += momentPlanes) {
    const p = data[i] as number;
    const r = (rgba[i * 4] as number) / 255;
    const g = (rgba[i * 4 + 1] as number) / 255;
    const b = (rgba[i * 4 + 2] as number) / 255;
    const t = ((agreed[i] as number) - 0.85) / 0.15;
    const w = sign * (t <= 0 ? doubtWeight : doubtWeight + (1 - doubtWeight) * t * t * (3 - 2 * t));
    const wr = w * r;
    const wg = w * g;
    const wb = w * b;
    columns[at] = (columns[at] as number) + w;
    columns[at + 1] = (columns[at + 1] as number) + wr;
    columns[at + 2] = (columns[at + 2] as number) + wg;
    columns[at + 3] = (columns[at + 3] as number) + wb;
    columns[at + 5] = (columns[at + 5] as number) + wr * r;
    columns[at + 6] = (columns[at + 6] as number) + wr * g;
    columns[at + 7] = (columns[at + 7] as number) + wr * b;
    columns[at + 8] = (columns[at + 8] as number) + wg * g;
    columns[at + 9] = (columns[at + 9] as number) + wg * b;
    columns[at + 10] = (columns[at + 10] as number) + wb * b;
    if (p === 0) continue;
    const wp = w * p;
    columns[at + 4] = (columns[at + 4] as number) + wp;
    columns[at + 11] = (columns[at + 11] as number) + wp * r;
    columns[at + 12] = (columns[at + 12] as number) + wp * g;
    columns[at + 13] = (columns[at + 13] as number) + wp * b;
    columns[at + 14] = (columns[at + 14] as number) + wp * p;
  }
}

/**
 * Local linear models of the mask on colour: the guided filter of He, Sun and Tang (2010) with a colour guide, here weighted so that the sure
 * cells on both sides of an edge teach the doubtful ones between them. Five numbers a cell, side by side; those outside the band mean nothing.
 */
export function fitColours(fitting: ColourFitting): Float32Array {
  const { mask, band, radius, memory } = fitting;
  const { width, height } = mask;
  const near = Math.max(1, Math.round(radius / 3));
  const fits = memory.floats('rough fits', width * height * fitPlanes);
  windowSums({
    band: widerBand(band, near),
    radius: Math.max(1, Math.round(radius)),
    channels: momentPlanes,
    add: (columns, run) => addMoments(fitting, { columns, run }),
    write: (sums, run) => writeFits({ sums, run, width, fits }),
  });
  const smooth = memory.floats('fits', width * height * fitPlanes);
  windowSums({
    band,
    radius: near,
    channels: fitPlanes,
    add(columns, { y, from, to, sign }) {
      const row = y * width * fitPlanes;
      for (let i = from * fitPlanes; i < to * fitPlanes; i++) columns[i] = (columns[i] as number) + sign * (fits[row + i] as number);
    },
    write(sums, { y, from, to }) {
      const down = Math.min(height - 1, y + near) - Math.max(0, y - near) + 1;
      for (let x = from; x < to; x++) {
        const share = 1 / (down * (Math.min(width - 1, x + near) - Math.max(0, x - near) + 1));
        const at = x * fitPlanes;
        for (let i = at; i < at + fitPlanes; i++) smooth[y * width * fitPlanes + i] = (sums[i] as number) * share;
      }
    },
  });
  return smooth;
}

type WritingFits = { readonly sums: Float64Array; readonly run: CellRun; readonly width: number; readonly fits: Float32Array };

function writeFits({ sums, run: { y, from, to }, width, fits }: WritingFits): void {
  for (let x = from, at = from * momentPlanes; x < to; x++, at += momentPlanes) {
    const share = 1 / ((sums[at] as number) + 1e-9);
    const r = (sums[at + 1] as number) * share;
    const g = (sums[at + 2] as number) * share;
    const b = (sums[at + 3] as number) * share;
    const p = (sums[at + 4] as number) * share;
    const rr = (sums[at + 5] as number) * share - r * r + ridge;
    const rg = (sums[at + 6] as number) * share - r * g;
    const rb = (sums[at + 7] as number) * share - r * b;
    const gg = (sums[at + 8] as number) * share - g * g + ridge;
    const gb = (sums[at + 9] as number) * share - g * b;
    const bb = (sums[at + 10] as number) * share - b * b + ridge;
    const rp = (sums[at + 11] as number) * share - r * p;
    const gp = (sums[at + 12] as number) * share - g * p;
    const bp = (sums[at + 13] as number) * share - b * p;
    const variance = (sums[at + 14] as number) * share - p * p;
    const c0 = gg * bb - gb * gb;
    const c1 = rb * gb - rg * bb;
    const c2 = rg * gb - rb * gg;
    const inverse = 1 / (rr * c0 + rg * c1 + rb * c2);
    const cross = rb * rg - rr * gb;
    const ar = (c0 * rp + c1 * gp + c2 * bp) * inverse;
    const ag = (c1 * rp + (rr * bb - rb * rb) * gp + cross * bp) * inverse;
    const ab = (c2 * rp + cross * gp + (rr * gg - rg * rg) * bp) * inverse;
    const to5 = (y * width + x) * fitPlanes;
    fits[to5] = ar;
    fits[to5 + 1] = ag;
    fits[to5 + 2] = ab;
    fits[to5 + 3] = p - ar * r - ag * g - ab * b;
    fits[to5 + 4] = variance > 1e-4 ? clamp((ar * rp + ag * gp + ab * bp) / variance) : 0;
  }
}

/** What the local models say of each cell of the band, by its colour alone; 0 elsewhere. */
export function byColour({ small, band, memory }: Pick<ColourFitting, 'small' | 'band' | 'memory'>, fits: Float32Array): Float32Array {
  const { width, height } = band;
  const found = memory.floats('by colour', width * height).fill(0);
  for (let y = 0; y < height; y++) {
    const runs = band.runs[Math.floor(y / bandStep)] as Int32Array;
    for (let r = 0; r < runs.length; r += 2)
      for (let x = runs[r] as number, i = y * width + x; x < (runs[r + 1] as number); x++, i++) {
        const at = i * fitPlanes;
        found[i] =
          (fits[at + 3] as number) +
          ((fits[at] as number) * (small.rgba[i * 4] as number) +
            (fits[at + 1] as number) * (small.rgba[i * 4 + 1] as number) +
            (fits[at + 2] as number) * (small.rgba[i * 4 + 2] as number)) /
            255;
      }
  }
  return found;
}
