import { pixelsOf } from './block-grid.ts';
import { type EdgeBand, widerBand } from './edge-band.ts';
import { type EdgeRun, eachEdgeRun, edgePlanes } from './edge-rows.ts';
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

/** A cut-out picture as the refined alpha left it, whose pixels change, and the colours of its cells. */
export type Estimating = Refined & { readonly small: Picture; readonly times: number; readonly memory: Memory };

/**
 * Gives the pixels near edges, opaque ones too, the subject's own colours, background removed. As in blur-fusion (M. Forte, "Approximate Fast
 * Foreground Colour Estimation", 2021) both sides' colours come from a small and a wide box mean; then the mixing equation is solved along the line
 * between them, so that texture across that line stays. Colours of pixels away from edges are the picture's own.
 */
export function estimateForeground({ cut, alpha, band, small, times, memory }: Estimating): void {
  const longest = Math.max(cut.width, cut.height);
  const reach = (share: number, least: number): number => Math.max(1, Math.round(Math.max(least, longest * share) / times));
  const edge = reach(edgeShare, 1);
  const around = widerBand(band, edge + 1);
  const depth = depthOf(alpha, { band: around, edge });
  const near = reach(nearShare, 4);
  const wide = reach(wideShare, 10);
  const planes = sideColours({ small, depth, band: widerBand(around, 1), near, wide, memory });
  const marked = new Uint8Array(depth.data.length);
  for (let i = 0; i < marked.length; i++) {
    const share = depth.data[i] as number;
    if (share > 0 && share < 1) marked[i] = 1;
  }
  const pixels = pixelsOf(cut.rgba);
  const { width, height } = alpha;
  eachEdgeRun({ picture: cut, times, width, height, marked, planes }, (run) => colourRun({ pixels, run, width: cut.width }));
}

/** The share of the subject in the window around each cell. */
function depthOf(alpha: Plane, { band, edge }: { readonly band: EdgeBand; readonly edge: number }): Plane {
  const { width, height } = alpha;
  const data = alpha.data.slice();
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

type ColouringRun = { readonly pixels: Uint32Array; readonly run: EdgeRun; readonly width: number };

const code = (value: number): number => (Math.min(1, Math.max(0, value)) * 255 + 0.5) | 0;

function colourRun({ pixels, run, width }: ColouringRun): void {
  const { values, y } = run;
  for (let x = run.from, i = y * width + x, at = 0; x < run.to; x++, i++, at += edgePlanes) {
    const pixel = pixels[i] as number;
    const depth = values[at + 6] as number;
    const fr = values[at] as number;
    const fg = values[at + 1] as number;
    const fb = values[at + 2] as number;
    if (pixel >>> 24 === 0) {
      if (depth > hiddenFrom) pixels[i] = code(fr) | (code(fg) << 8) | (code(fb) << 16);
      continue;
    }
    const edge = 1 - insideness(depth);
    if (edge < 1e-6) continue;
    const br = values[at + 3] as number;
    const bg = values[at + 4] as number;
    const bb = values[at + 5] as number;
    const r = (pixel & 255) / 255;
    const g = ((pixel >>> 8) & 255) / 255;
    const b = ((pixel >>> 16) & 255) / 255;
    const sr = fr - br;
    const sg = fg - bg;
    const sb = fb - bb;
    const along = (r - br) * sr + (g - bg) * sg + (b - bb) * sb;
    const length = sr * sr + sg * sg + sb * sb + 1e-6;
    const missing = edge * (1 - Math.min(1, Math.max(0, along / length)));
    pixels[i] = code(r + missing * sr) | (code(g + missing * sg) << 8) | (code(b + missing * sb) << 16) | (pixel & 0xff000000);
  }
}
