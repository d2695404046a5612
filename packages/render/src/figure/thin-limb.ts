import type { LimbSample, limbEdges } from '@filmwright/core';

type Point = readonly [number, number];
type Edges = ReturnType<typeof limbEdges>;

export type ThinLimb = { readonly samples: readonly LimbSample[]; readonly edges: Edges };

/** In rig units: far less than a pixel of any picture. */
const tolerance = 0.04;
/** Samples that a straight piece passes over at most, and where the shade still fades in. */
const longestRun = 24;
const fadingRun = 5;
const fadingShare = 0.22;

/** The samples and edge points needed to draw a limb and its shade to a fraction of a rig unit: a straight sleeve needs few of them. */
export function thinLimb(samples: readonly LimbSample[], edges: Edges): ThinLimb {
  const across = samples.map(({ normal, half }): Point => [normal[0] * half, normal[1] * half]);
  const lines = [...edges, across];
  const last = samples.length - 1;
  const kept = [0];
  for (let from = 0; from < last; from = kept.at(-1) as number) {
    const run = (samples[from] as LimbSample).share < fadingShare ? fadingRun : longestRun;
    let to = from + 1;
    while (to < last && to - from < run && lines.every((line) => isStraight(line, from, to + 1))) to++;
    kept.push(to);
  }
  const pick = <T>(all: readonly T[]): readonly T[] => kept.map((index) => all[index] as T);
  return { samples: pick(samples), edges: [pick(edges[0]), pick(edges[1])] };
}

/** Whether the points between two others lie on the line between them, each at its share of the way. */
function isStraight(line: readonly Point[], from: number, to: number): boolean {
  const [x, y] = line[from] as Point;
  const end = line[to] as Point;
  const [dx, dy] = [end[0] - x, end[1] - y];
  const length = dx * dx + dy * dy;
  for (let index = from + 1; index < to; index++) {
    const point = line[index] as Point;
    const [px, py] = [point[0] - x, point[1] - y];
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
    if (Math.abs(px - dx * along) > tolerance || Math.abs(py - dy * along) > tolerance) return false;
  }
  return true;
}
