import type { LimbShape } from '@filmwright/contracts';

type Point = readonly [number, number];

/** A limb sampled along its middle: `normal` is a unit vector across it (to the right of a limb that hangs down). */
export type LimbSample = { readonly at: Point; readonly normal: Point; readonly half: number; readonly share: number };

/** Samples of a limb through joints, its bends and ends rounded; the share 0..1 counts each bone alike, however long it is. */
export function sampleLimb(
  joints: readonly Point[],
  { widths, bend, from, to, caps }: Pick<LimbShape, 'widths' | 'bend' | 'from' | 'to' | 'caps'>,
): readonly LimbSample[] {
  const bones = joints.length - 1;
  const count = limbSteps * bones;
  const samples: LimbSample[] = [];
  for (let index = 0; index <= count; index++) {
    const share = from + ((to - from) * index) / count;
    const { at, along } = middleAt(joints, { share, bend });
    const length = Math.hypot(along[0], along[1]) || 1;
    samples.push({ at, normal: [along[1] / length, -along[0] / length], half: widthAt(widths, share), share });
  }
  const start = roundEnd(samples[0] as LimbSample, { depth: caps[0], forwards: -1 });
  return [...[...start].reverse(), ...samples, ...roundEnd(samples.at(-1) as LimbSample, { depth: caps[1], forwards: 1 })];
}

/** Samples of a limb for each of its bones, without those of its ends. */
export const limbSteps = 30;
const endSteps = 8;

function roundEnd(
  { at, normal, half, share }: LimbSample,
  { depth, forwards }: { readonly depth: number; readonly forwards: 1 | -1 },
): readonly LimbSample[] {
  if (depth === 0) return [];
  return Array.from({ length: endSteps }, (_, index): LimbSample => {
    const angle = ((index + 1) / endSteps) * (Math.PI / 2);
    const out = Math.sin(angle) * half * depth * forwards;
    return { at: [at[0] - normal[1] * out, at[1] + normal[0] * out], normal, half: half * Math.cos(angle), share };
  });
}

function middleAt(
  joints: readonly Point[],
  { share, bend }: { readonly share: number; readonly bend: number },
): { at: Point; along: Point } {
  const bones = joints.length - 1;
  const place = Math.min(bones, Math.max(0, share * bones));
  const nearest = Math.round(place);
  const reach = 0.5 * bend;
  const corner = joints[nearest] as Point;
  const before = joints[nearest - 1];
  const after = joints[nearest + 1];
  if (before !== undefined && after !== undefined && Math.abs(place - nearest) < reach) {
    // A parabola that leaves the one bone and meets the other in their directions.
    const t = (place - nearest + reach) / (2 * reach);
    const start: Point = [corner[0] + (before[0] - corner[0]) * reach, corner[1] + (before[1] - corner[1]) * reach];
    const end: Point = [corner[0] + (after[0] - corner[0]) * reach, corner[1] + (after[1] - corner[1]) * reach];
    const at: Point = [0, 1].map(
      (axis) => (1 - t) ** 2 * (start[axis] as number) + 2 * t * (1 - t) * (corner[axis] as number) + t * t * (end[axis] as number),
    ) as unknown as Point;
    const along: Point = [0, 1].map(
      (axis) => (1 - t) * ((corner[axis] as number) - (start[axis] as number)) + t * ((end[axis] as number) - (corner[axis] as number)),
    ) as unknown as Point;
    return { at, along };
  }
  const bone = Math.min(bones - 1, Math.floor(place));
  const [start, end] = [joints[bone] as Point, joints[bone + 1] as Point];
  const t = place - bone;
  return { at: [start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t], along: [end[0] - start[0], end[1] - start[1]] };
}

/** Half width at a place, eased between the given ones so that the outline has no corners. */
function widthAt(widths: LimbShape['widths'], share: number): number {
  const first = widths[0] as Point;
  if (share <= first[0]) return first[1];
  for (let index = 1; index < widths.length; index++) {
    const [place, width] = widths[index] as Point;
    const [before, had] = widths[index - 1] as Point;
    if (share > place) continue;
    const t = (share - before) / (place - before || 1);
    return had + (width - had) * t * t * (3 - 2 * t);
  }
  return (widths.at(-1) as Point)[1];
}

/** The edges of a sampled limb, a point for each sample; where the inner edge of a bend would cross itself it stays at the crossing. */
export function limbEdges(samples: readonly LimbSample[]): readonly [readonly Point[], readonly Point[]] {
  const side = (sign: number): Point[] => {
    const edge = samples.map(({ at, normal, half }): Point => [at[0] + sign * normal[0] * half, at[1] + sign * normal[1] * half]);
    if (!turnsBack(edge, samples)) return edge;
    for (let index = 0; index + 3 < edge.length; index++) {
      for (let other = Math.min(edge.length - 2, index + loopSteps); other > index + 1; other--) {
        const crossing = crossingOf([edge[index] as Point, edge[index + 1] as Point], [edge[other] as Point, edge[other + 1] as Point]);
        if (crossing === null) continue;
        edge.fill(crossing, index + 1, other + 1);
        index = other;
        break;
      }
    }
    return edge;
  };
  return [side(1), side(-1)];
}

/** Whether an edge runs against its limb anywhere, as it does where it crosses itself on the inner side of a bend. */
function turnsBack(edge: readonly Point[], samples: readonly LimbSample[]): boolean {
  for (let index = 1; index < edge.length; index++) {
    const [from, to] = [edge[index - 1] as Point, edge[index] as Point];
    const { normal } = samples[index] as LimbSample;
    if ((to[1] - from[1]) * normal[0] - (to[0] - from[0]) * normal[1] < -1e-6) return true;
  }
  return false;
}

const loopSteps = 40;

function crossingOf([a, b]: readonly [Point, Point], [c, d]: readonly [Point, Point]): Point | null {
  if (Math.max(c[1], d[1]) < Math.min(a[1], b[1]) || Math.min(c[1], d[1]) > Math.max(a[1], b[1])) return null;
  if (Math.max(c[0], d[0]) < Math.min(a[0], b[0]) || Math.min(c[0], d[0]) > Math.max(a[0], b[0])) return null;
  const [abx, aby, cdx, cdy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const size = abx * cdy - aby * cdx;
  if (Math.abs(size) < 1e-9) return null;
  const t = ((c[0] - a[0]) * cdy - (c[1] - a[1]) * cdx) / size;
  const u = ((c[0] - a[0]) * aby - (c[1] - a[1]) * abx) / size;
  return t < 0 || t > 1 || u < 0 || u > 1 ? null : [a[0] + abx * t, a[1] + aby * t];
}

/** The outline of a limb as a closed polygon, from its edges. */
export function limbOutline([right, left]: ReturnType<typeof limbEdges>): readonly Point[] {
  return [...right, ...left.toReversed()];
}

/** Shading starts within the first part of a limb, so that a sleeve grows out of the shoulder. */
function fadeIn(share: number): number {
  const t = Math.min(1, share / 0.2);
  return t * t * (3 - 2 * t);
}

type Band = { readonly edges: ReturnType<typeof limbEdges>; readonly light: Point; readonly depth: number };

/** The part of a limb turned towards `light` (a unit vector): bands along its edges, as deep as the edge faces there. */
export function limbBand(samples: readonly LimbSample[], { edges, light, depth }: Band): readonly (readonly Point[])[] {
  return edges.flatMap((edge, index) => {
    const sign = index === 0 ? 1 : -1;
    const deep = samples.map(
      ({ normal, share }) => Math.max(0, sign * (normal[0] * light[0] + normal[1] * light[1])) * depth * fadeIn(share),
    );
    if (deep.every((one) => one < 0.01)) return [];
    // Where the edge is not turned that way the band has no width.
    const start = Math.max(0, deep.findIndex((one) => one > 0) - 1);
    const outer = edge.slice(start, deep.findLastIndex((one) => one > 0) + 2);
    const inner = outer.map((point, index): Point => {
      const middle = (samples[start + index] as LimbSample).at;
      const share = 1 - 2 * (deep[start + index] ?? 0);
      return [middle[0] + (point[0] - middle[0]) * share, middle[1] + (point[1] - middle[1]) * share];
    });
    return [[...outer, ...inner.reverse()]];
  });
}
