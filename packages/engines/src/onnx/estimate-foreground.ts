import { pixelsOf } from './block-grid.ts';
import { type EdgeBand, widerBand } from './edge-band.ts';
import { type EdgeGap, eachEdgeGap } from './edge-rows.ts';
import type { Memory } from './memory.ts';
import type { Picture, Plane } from './picture.ts';
import type { Refined } from './refine-alpha.ts';
import { insideness, sideColours } from './side-colours.ts';
import { windowSums } from './window-sums.ts';

/** Radii of windows, as shares of the longer side: around an edge, for the colours of a side, and for where there are none. */
const edgeShare = 0.002;
const nearShare = 0.008;
const wideShare = 0.04;
/** Clear pixels around which this much is visible get the subject's colour, which shows when the picture is scaled or stored with less colour than light. */
const hiddenFrom = 1 / 512;

type Grid = { readonly width: number; readonly height: number; readonly times: number };

const reachOf = ({ width, height, times }: Grid, { share, least }: { readonly share: number; readonly least: number }): number =>
  Math.max(1, Math.round(Math.max(least, Math.max(width, height) * share) / times));

/** How far from an edge, in cells, colours change. */
export const edgeReach = (grid: Grid): number => reachOf(grid, { share: edgeShare, least: 1 });

/** A cut-out picture as the refined alpha left it, whose pixels change, and the colours of its cells. */
export type Estimating = Omit<Refined, 'near'> & { readonly small: Picture; readonly times: number; readonly memory: Memory };

/**
 * Gives the pixels near edges, opaque ones too, the subject's own colours, background removed. As in blur-fusion (M. Forte, "Approximate Fast
 * Foreground Colour Estimation", 2021) both sides' colours come from a small and a wide box mean; then the mixing equation is solved along the line
 * between them, so that texture across that line stays. Colours of pixels away from edges are the picture's own.
 */
export function estimateForeground({ cut, alpha, band, small, times, memory }: Estimating): void {
  const grid = { width: cut.width, height: cut.height, times };
  const edge = edgeReach(grid);
  const around = widerBand(band, edge + 1);
  const depth = depthOf(alpha, { band: around, edge, memory });
  const near = reachOf(grid, { share: nearShare, least: 4 });
  const wide = reachOf(grid, { share: wideShare, least: 10 });
  const planes = sideColours({ small, depth, band: widerBand(around, 1), near, wide, memory });
  const marked = memory.bytes('marked', depth.data.length);
  for (let i = 0; i < marked.length; i++) {
    const share = depth.data[i] as number;
    marked[i] = share > 0 && share < 1 ? 1 : 0;
  }
  const pixels = pixelsOf(cut.rgba);
  const { width, height } = alpha;
  const edges = { pixels, width: cut.width, times };
  eachEdgeGap({ size: cut, times, width, height, marked, planes }, (gap) => colourGap(edges, gap));
}

type Depth = { readonly band: EdgeBand; readonly edge: number; readonly memory: Memory };

/** The share of the subject in the window around each cell. */
function depthOf(alpha: Plane, { band, edge, memory }: Depth): Plane {
  const { width, height } = alpha;
  const data = memory.floats('depth', alpha.data.length);
  data.set(alpha.data);
  windowSums({
    band,
    radius: edge,
    channels: 1,
    add(columns, { y, from, to, sign }) {
      for (let x = from; x < to; x++) columns[x] = (columns[x] as number) + sign * (alpha.data[y * width + x] as number);
    },
    write(sums, { y, from, to }) {
      const down = Math.min(height - 1, y + edge) - Math.max(0, y - edge) + 1;
      for (let x = from; x < to; x++) {
        const all = down * (Math.min(width - 1, x + edge) - Math.max(0, x - edge) + 1);
        // Sums that were added and taken away again are whole but for their last bits.
        const share = (sums[x] as number) / all;
        data[y * width + x] = share < 1e-6 ? 0 : share > 1 - 1e-6 ? 1 : share;
      }
    },
  });
  return { width, height, data };
}

const code = (value: number): number => (Math.min(1, Math.max(0, value)) * 255 + 0.5) | 0;

type Edges = { readonly pixels: Uint32Array; readonly width: number; readonly times: number };

function colourGap({ pixels, width, times }: Edges, { mixed, y, x: start, end, left, right, along: first }: EdgeGap): void {
  const deep = mixed[left + 6] as number;
  const deeper = (mixed[right + 6] as number) - deep;
  let along = first;
  for (let i = y * width + start; i < y * width + end; i++, along += 1 / times) {
    const pixel = pixels[i] as number;
    const depth = deep + along * deeper;
    const opacity = pixel >>> 24;
    const edge = 1 - insideness(depth);
    if (opacity === 0 ? depth <= hiddenFrom : edge < 1e-6) continue;
    const back = 1 - along;
    const fr = back * (mixed[left] as number) + along * (mixed[right] as number);
    const fg = back * (mixed[left + 1] as number) + along * (mixed[right + 1] as number);
    const fb = back * (mixed[left + 2] as number) + along * (mixed[right + 2] as number);
    if (opacity === 0) {
      pixels[i] = code(fr) | (code(fg) << 8) | (code(fb) << 16);
      continue;
    }
    const br = back * (mixed[left + 3] as number) + along * (mixed[right + 3] as number);
    const bg = back * (mixed[left + 4] as number) + along * (mixed[right + 4] as number);
    const bb = back * (mixed[left + 5] as number) + along * (mixed[right + 5] as number);
    const r = (pixel & 255) / 255;
    const g = ((pixel >>> 8) & 255) / 255;
    const b = ((pixel >>> 16) & 255) / 255;
    const sr = fr - br;
    const sg = fg - bg;
    const sb = fb - bb;
    const towards = (r - br) * sr + (g - bg) * sg + (b - bb) * sb;
    const missing = edge * (1 - Math.min(1, Math.max(0, towards / (sr * sr + sg * sg + sb * sb + 1e-6))));
    pixels[i] = code(r + missing * sr) | (code(g + missing * sg) << 8) | (code(b + missing * sb) << 16) | (pixel & 0xff000000);
  }
}
