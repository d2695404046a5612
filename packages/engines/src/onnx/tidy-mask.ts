import type { MaskUse } from '@filmwright/contracts';
import { boxMean } from './box-mean.ts';
import type { Plane } from './picture.ts';

/** `runs` are stretches of rows, as places in the plane: from, to, from, to; `sides` is how many of the plane's four sides it touches. */
type Region = { readonly runs: number[]; pixels: number; sides: number; mean: number };

/** The first run of the region to which a run belongs. */
function rootOf(parents: number[], run: number): number {
  let root = run;
  while (parents[root] !== root) root = parents[root] as number;
  for (let at = run; at !== root; ) {
    const next = parents[at] as number;
    parents[at] = root;
    at = next;
  }
  return root;
}

/** Stretches of rows whose values lie from `least` to below `most`, as places: from, to, from, to. */
function runsOf({ width, data }: Plane, { least, most }: Levels): readonly number[] {
  const runs: number[] = [];
  for (let row = 0; row < data.length; row += width) {
    let open = false;
    for (let at = row; at < row + width; at++) {
      const value = data[at] as number;
      const inside = value >= least && value < most;
      if (inside !== open) runs.push(at);
      open = inside;
    }
    if (open) runs.push(row + width);
  }
  return runs;
}

type Levels = { readonly least: number; readonly most: number };

/** Connected regions (four neighbours) of all pixels whose values lie from `least` to below `most`, in the order of their first pixels. */
function regions(plane: Plane, levels: Levels): readonly Region[] {
  const { width, data } = plane;
  const runs = runsOf(plane, levels);
  const parents: number[] = [];
  // The first run of the row above that may still touch one of this row.
  let above = 0;
  for (let run = 0; run * 2 < runs.length; run++) {
    parents.push(run);
    const from = runs[run * 2] as number;
    const to = runs[run * 2 + 1] as number;
    while ((runs[above * 2 + 1] as number) <= from - width) above++;
    for (let other = above; other < run && (runs[other * 2] as number) < to - width; other++) {
      const [one, two] = [rootOf(parents, other), rootOf(parents, run)];
      parents[Math.max(one, two)] = Math.min(one, two);
    }
  }
  const found = new Map<number, Region>();
  for (let run = 0; run * 2 < runs.length; run++) {
    const root = rootOf(parents, run);
    const region = found.get(root) ?? { runs: [], pixels: 0, sides: 0, mean: 0 };
    found.set(root, region);
    const from = runs[run * 2] as number;
    const to = runs[run * 2 + 1] as number;
    let sum = region.mean * region.pixels;
    for (let at = from; at < to; at++) sum += data[at] as number;
    region.pixels += to - from;
    region.mean = sum / region.pixels;
    region.sides |= (from % width === 0 ? 1 : 0) | (to % width === 0 ? 2 : 0) | (from < width ? 4 : 0) | (to > data.length - width ? 8 : 0);
    region.runs.push(from, to);
  }
  return [...found.values()];
}

/** How many of the four sides are touched. */
const sidesOf = ({ sides }: Region): number => (sides & 1) + ((sides >> 1) & 1) + ((sides >> 2) & 1) + ((sides >> 3) & 1);

function fill(data: Float32Array | Uint8Array, { runs }: Region, value: number): void {
  for (let r = 0; r < runs.length; r += 2) data.fill(value, runs[r] as number, runs[r + 1] as number);
}

function hasAny(data: Uint8Array, { runs }: Region): boolean {
  for (let r = 0; r < runs.length; r += 2) if (data.subarray(runs[r] as number, runs[r + 1] as number).includes(1)) return true;
  return false;
}

/** A gap that the model itself half believes to be subject is a mistake at any size up to this multiple of `fillShare`, even at one side of the picture. */
const DOUBTFUL_GAP = 8;
const DOUBTFUL_MEAN = 0.12;
/** Below this a value is background. */
const FAINT = 0.04;

function dropStrayPieces(mask: Plane, keepShare: number): void {
  const { data } = mask;
  const pieces = regions(mask, { least: 0.5, most: Infinity });
  const faint = regions(mask, { least: FAINT, most: Infinity });
  const least = Math.max(0, ...pieces.map((piece) => piece.pixels)) * keepShare;
  const kept = new Uint8Array(data.length);
  for (const piece of pieces) {
    if (piece.pixels >= least) fill(kept, piece, 1);
    else fill(data, piece, FAINT);
  }
  for (const each of faint) if (!hasAny(kept, each)) fill(data, each, 0);
}

function closeGaps(mask: Plane, fillShare: number): void {
  const { data } = mask;
  for (const gap of regions(mask, { least: -Infinity, most: 0.5 })) {
    const doubtful = gap.mean > DOUBTFUL_MEAN;
    if (sidesOf(gap) > (doubtful ? 1 : 0)) continue;
    if (gap.pixels / data.length <= fillShare * (doubtful ? DOUBTFUL_GAP : 1)) fill(data, gap, 1);
  }
}

/** Fades doubt out with the distance from the edge: fully kept to half the reach, gone at the reach. */
function settleDoubt({ data, ...size }: Plane, reachPx: number): void {
  const inside = new Float32Array(data.length);
  for (let i = 0; i < inside.length; i++) if ((data[i] as number) >= 0.5) inside[i] = 1;
  const share = boxMean(inside, size, reachPx);
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value === 0 || value === 1) continue;
    const near = share[i] as number;
    data[i] = value < 0.5 ? value * Math.min(1, near * 4) : 1 - (1 - value) * Math.min(1, (1 - near) * 4);
  }
}

/** Removes stray pieces and ghosts and closes small gaps of a mask of 0..1, in place; works at the model's own size. */
export function tidyMask(mask: Plane, { keepShare, fillShare, reachPx }: Pick<MaskUse, 'keepShare' | 'fillShare' | 'reachPx'>): Plane {
  dropStrayPieces(mask, keepShare);
  closeGaps(mask, fillShare);
  settleDoubt(mask, reachPx);
  return mask;
}
