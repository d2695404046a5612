import type { PathShape } from '@filmwright/contracts';
import { type Path, Path2D } from '../paint/canvas.ts';

/** What shows of a shape as paths to be filled: lines as their outlines, and cut to the shape that it is inside of. Clips and strokes take much longer. */
export type CutShape = { readonly fill: Path | null; readonly stroke: Path | null };

/** PathKit's numbers for an intersection, round caps and round joins. */
const intersect = 1;
const round = 1;

/** The paths to fill for a shape, kept inside `around`; null where nothing is won by them, or where the lines are too entangled to be cut. */
export function cutShape(
  { fill, stroke }: PathShape,
  { path, around }: { readonly path: Path; readonly around: Path | null },
): CutShape | null {
  if (around === null && stroke === undefined) return null;
  try {
    const kept = (one: Path): Path => (around === null ? one : one.op(new Path2D(around), intersect).asWinding());
    return {
      fill: fill === undefined ? null : kept(new Path2D(path)),
      stroke: stroke === undefined ? null : kept(new Path2D(path).stroke({ width: stroke.width, cap: round, join: round })),
    };
  } catch {
    return null;
  }
}
