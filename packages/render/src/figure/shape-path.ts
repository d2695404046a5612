import type { RigShape } from '@filmwright/contracts';
import { type PathNumbers, pathNumbers } from '@filmwright/core/figure/path-numbers';
import { type Path, Path2D } from '../paint/canvas.ts';
import { type CutShape, cutShape } from './cut-path.ts';

/** A shape made ready: its path as numbers where it may melt into others, as it stands, and cut to the shape that it is inside of. */
export type ReadyShape = {
  readonly shape: RigShape;
  readonly numbers: PathNumbers | null;
  /** What stands around the numbers of the path. */
  readonly pieces: readonly string[];
  readonly path: Path | null;
  readonly cut: CutShape | null;
};

/** A drawing made ready; `melts` tells whether it has the shapes and commands of the resting drawing of its part. */
export type ReadyDrawing = { readonly name: string; readonly shapes: readonly ReadyShape[]; readonly melts: boolean };

/** Makes the drawings of a part ready, the resting one first. */
export function readyDrawings(drawings: Readonly<Record<string, readonly RigShape[]>>): readonly ReadyDrawing[] {
  const ready = Object.entries(drawings).map(([name, shapes]) => ({ name, shapes: readyShapes(shapes) }));
  const rest = ready[0];
  return ready.map((drawing) => ({ ...drawing, melts: rest !== undefined && alike(rest.shapes, drawing.shapes) }));
}

function readyShapes(shapes: readonly RigShape[]): readonly ReadyShape[] {
  const around = new Map<string, Path | null>();
  return shapes.map((shape) => {
    const path = 'path' in shape ? new Path2D(shape.path) : null;
    const outer = shape.inside === undefined ? null : (around.get(shape.inside) ?? null);
    if (shape.id !== undefined) around.set(shape.id, stands(shape) ? path : null);
    if (!('path' in shape)) return { shape, numbers: null, pieces: [], path, cut: null };
    const isFree = shape.inside === undefined;
    const cut = path === null || (!isFree && (outer === null || !stands(shape))) ? null : cutShape(shape, { path, around: outer });
    const numbers = pathNumbers(shape.path);
    return { shape, numbers, pieces: numbers.commands.split('#'), path, cut };
  });
}

/** Whether a shape keeps its place in its part. */
function stands(shape: RigShape): boolean {
  return shape.gaze === undefined && !shape.readable;
}

function alike(a: readonly ReadyShape[], b: readonly ReadyShape[]): boolean {
  return a.length === b.length && a.every((one, index) => one.numbers !== null && one.numbers.commands === b[index]?.numbers?.commands);
}

export type ShownShape = {
  readonly shape: RigShape;
  readonly path: Path | null;
  /** To be drawn without a clip in place of the path. */
  readonly cut: CutShape | null;
  readonly opacity: number;
};

/** What shows of a part: the heaviest drawing that stands alone, or the resting one melted towards the others by their weights. */
export function shownShapes(drawings: readonly ReadyDrawing[], weights: Readonly<Record<string, number>>): readonly ShownShape[] {
  const rest = drawings[0];
  if (rest === undefined) return [];
  const heaviest = drawings.find((drawing) => !drawing.melts && (weights[drawing.name] ?? 0) > 0.5);
  if (heaviest !== undefined) return heaviest.shapes.map(standing);
  const others = drawings.flatMap((drawing): (readonly [ReadyDrawing, number])[] => {
    const weight = weights[drawing.name] ?? 0;
    return drawing === rest || !drawing.melts || Math.abs(weight) < 0.0005 ? [] : [[drawing, weight]];
  });
  const only = others[0];
  if (only === undefined) return rest.shapes.map(standing);
  if (others.length === 1 && Math.abs(only[1] - 1) < 0.0005) return only[0].shapes.map(standing);
  return rest.shapes.map((ready, index) => {
    const towards = others.map(([drawing, weight]) => [drawing.shapes[index] as ReadyShape, weight] as const);
    const own = ready.shape.opacity ?? 1;
    const opacity = towards.reduce((sum, [other, weight]) => sum + ((other.shape.opacity ?? 1) - own) * weight, own);
    const mixed = mixedText(
      ready,
      towards.map(([other, weight]) => [other.numbers as PathNumbers, weight] as const),
    );
    return { shape: ready.shape, path: new Path2D(mixed), cut: null, opacity: Math.min(1, Math.max(0, opacity)) };
  });
}

/** The path of a shape moved towards others, to a hundredth of a unit. */
function mixedText({ numbers, pieces }: ReadyShape, others: readonly (readonly [PathNumbers, number])[]): string {
  const rest = numbers?.numbers ?? [];
  let text = pieces[0] ?? '';
  for (let index = 0; index < rest.length; index++) {
    const own = rest[index] as number;
    let value = own;
    for (const [other, weight] of others) value += ((other.numbers[index] ?? own) - own) * weight;
    text += `${Math.round(value * 100) / 100} ${pieces[index + 1] ?? ''}`;
  }
  return text;
}

function standing({ shape, path, cut }: ReadyShape): ShownShape {
  return { shape, path, cut, opacity: shape.opacity ?? 1 };
}

type Points = readonly (readonly [number, number])[];

/** A closed polygon as a path, to a hundredth of a unit. */
export function polygonPath(points: Points): Path {
  let text = '';
  for (const [x, y] of points) text += `${text === '' ? 'M' : 'L'}${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100}`;
  return new Path2D(`${text}Z`);
}

/** Steps to a rig unit in a fine path. */
export const fineSteps = 64;

/** Closed polygons as one path in whole steps: text is far quicker than a call for every point, and whole numbers than fractions. */
export function finePath(polygons: readonly Points[]): Path {
  let text = '';
  for (const points of polygons) {
    // The points after the first of an `M` are lines.
    text += 'M';
    for (const [x, y] of points) text += `${Math.round(x * fineSteps)} ${Math.round(y * fineSteps)} `;
    text += 'Z';
  }
  return new Path2D(text);
}
