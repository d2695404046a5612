import { bandAround, bandStep, type EdgeBand, widerBand } from './edge-band.ts';
import { edgePlanes } from './edge-rows.ts';
import type { Memory } from './memory.ts';
import type { Picture, Plane } from './picture.ts';
import { type CellRun, windowSums } from './window-sums.ts';

/** Share of the wide window's colour in a side's colour: it only decides where the small window holds nothing of that side. */
const wideShare = 0.003;
/** Weight, red, green and blue of the subject's side, then of what is behind it. */
const sidePlanes = 8;
/** Less weight than this in a mean tells nothing. */
const leastWeight = 1e-6;

/** How surely a cell belongs to a side when this share of its neighbourhood does, 0..1. */
export const insideness = (share: number): number => Math.max(0, (share - 0.85) / 0.15);

export type SideColouring = {
  /** Colours of the cells. */
  readonly small: Picture;
  /** Share of the subject around each cell, 0..1. */
  readonly depth: Plane;
  /** Where colours are wanted. */
  readonly band: EdgeBand;
  /** Radii of the two windows from which they are taken, in cells. */
  readonly near: number;
  readonly wide: number;
  readonly memory: Memory;
};

/** Both sides' colours around the cells of a band, 0..1, `edgePlanes` numbers a cell: the subject's, then those behind it, then the cell's depth. */
export function sideColours(colouring: SideColouring): Float32Array {
  const { small, depth, band, near, memory } = colouring;
  const { width, height } = band;
  const wide = wideSums(colouring);
  const planes = memory.floats('edge planes', width * height * edgePlanes);
  const area = (2 * near + 1) ** 2;
  const share = wideShare * area * wide.share;
  const far = new Float64Array(sidePlanes);
  windowSums({
    band,
    radius: near,
    channels: sidePlanes,
    add: (columns, run) => addSides(colouring, { columns, run }),
    write(sums, { y, from, to }) {
      for (let x = from, i = y * width + from; x < to; x++, i++) {
        wide.at({ x, y }, far);
        for (let side = 0; side < 2; side++) {
          const at = x * sidePlanes + side * 4;
          const total = (sums[at] as number) + share * (far[side * 4] as number);
          for (let c = 0; c < 3; c++)
            planes[i * edgePlanes + side * 3 + c] =
              total > leastWeight * area
                ? ((sums[at + 1 + c] as number) + share * (far[side * 4 + 1 + c] as number)) / total
                : (small.rgba[i * 4 + c] as number) / 255;
        }
        planes[i * edgePlanes + 6] = depth.data[i] as number;
      }
    },
  });
  return planes;
}

type Adding = { readonly columns: Float64Array; readonly run: CellRun & { readonly sign: 1 | -1 } };

/** Adds the weights and weighted colours of a run of cells; hardly a cell has both sides. */
function addSides({ small: { rgba }, depth: { width, data } }: SideColouring, { columns, run: { y, from, to, sign } }: Adding): void {
  for (let x = from, i = y * width + from, cell = from * sidePlanes; x < to; x++, i++, cell += sidePlanes) {
    const inside = data[i] as number;
    const weight = sign * insideness(inside > 0.5 ? inside : 1 - inside);
    if (weight === 0) continue;
    const at = inside > 0.5 ? cell : cell + 4;
    addColour(columns, { at, weight, rgba, i });
  }
}

type Colour = { readonly at: number; readonly weight: number; readonly rgba: Uint8Array; readonly i: number };

/** Adds a cell's weight and its weighted colour to the four sums of a side. */
function addColour(sums: Float64Array | Float32Array, { at, weight, rgba, i }: Colour): void {
  sums[at] = (sums[at] as number) + weight;
  sums[at + 1] = (sums[at + 1] as number) + (weight * (rgba[i * 4] as number)) / 255;
  sums[at + 2] = (sums[at + 2] as number) + (weight * (rgba[i * 4 + 1] as number)) / 255;
  sums[at + 3] = (sums[at + 3] as number) + (weight * (rgba[i * 4 + 2] as number)) / 255;
}

/** Sums over wide windows: `at` mixes those around a cell, and times `share` they are means of a cell. */
type WideSums = { readonly share: number; readonly at: (cell: { readonly x: number; readonly y: number }, into: Float64Array) => void };

/** The sums of wide windows vary so slowly that they are taken of whole squares of cells. */
function wideSums(colouring: SideColouring): WideSums {
  const { band } = colouring;
  const { across, down } = band;
  const radius = Math.max(1, Math.round(colouring.wide / bandStep));
  const wanted = widerBand(bandAround(band.squares, { width: across, height: down }), 1);
  const squares = squareSums(colouring, widerBand(wanted, radius));
  const sums = colouring.memory.floats('wide windows', squares.length);
  windowSums({
    band: wanted,
    radius,
    channels: sidePlanes,
    add(columns, { y, from, to, sign }) {
      const row = y * across * sidePlanes;
      for (let i = from * sidePlanes; i < to * sidePlanes; i++) columns[i] = (columns[i] as number) + sign * (squares[row + i] as number);
    },
    write(found, { y, from, to }) {
      const row = y * across * sidePlanes;
      for (let i = from * sidePlanes; i < to * sidePlanes; i++) sums[row + i] = found[i] as number;
    },
  });
  return {
    share: 1 / ((2 * radius + 1) * bandStep) ** 2,
    at({ x, y }, into) {
      const right = Math.max(0, (x + 0.5) / bandStep - 0.5);
      const below = Math.max(0, (y + 0.5) / bandStep - 0.5);
      const column = Math.floor(right);
      const row = Math.floor(below);
      const dx = right - column;
      const dy = below - row;
      const one = (row * across + column) * sidePlanes;
      const next = column < across - 1 ? sidePlanes : 0;
      const under = row < down - 1 ? across * sidePlanes : 0;
      for (let c = one; c < one + sidePlanes; c++) {
        const upper = (sums[c] as number) * (1 - dx) + (sums[c + next] as number) * dx;
        const lower = (sums[c + under] as number) * (1 - dx) + (sums[c + under + next] as number) * dx;
        into[c - one] = upper * (1 - dy) + lower * dy;
      }
    },
  };
}

/** Weights and weighted colours of squares of cells. */
function squareSums({ small: { rgba }, depth: { width, height, data }, memory }: SideColouring, wanted: EdgeBand): Float32Array {
  const sums = memory.floats('squares', wanted.width * wanted.height * sidePlanes).fill(0);
  for (let row = 0; row < wanted.height; row++) {
    const runs = wanted.runs[Math.floor(row / bandStep)] as Int32Array;
    for (let r = 0; r < runs.length; r += 2)
      for (let y = row * bandStep; y < Math.min(height, (row + 1) * bandStep); y++)
        for (let square = runs[r] as number; square < (runs[r + 1] as number); square++) {
          const end = y * width + Math.min(width, (square + 1) * bandStep);
          for (let i = y * width + square * bandStep; i < end; i++) {
            const inside = data[i] as number;
            const weight = insideness(inside > 0.5 ? inside : 1 - inside);
            if (weight === 0) continue;
            const at = (row * wanted.width + square) * sidePlanes + (inside > 0.5 ? 0 : 4);
            addColour(sums, { at, weight, rgba, i });
          }
        }
  }
  return sums;
}
