import type { RigShape } from '@filmwright/contracts';
import { mixedPath, type PathNumbers, pathNumbers, pathText } from '@filmwright/core';
import { type Path, Path2D } from '../paint/canvas.ts';

/** A shape made ready: its path as numbers where it may melt into others, and drawn as it stands. */
export type ReadyShape = { readonly shape: RigShape; readonly numbers: PathNumbers | null; readonly path: Path | null };

/** A drawing made ready; `melts` tells whether it has the shapes and commands of the resting drawing of its part. */
export type ReadyDrawing = { readonly name: string; readonly shapes: readonly ReadyShape[]; readonly melts: boolean };

/** Makes the drawings of a part ready, the resting one first. */
export function readyDrawings(drawings: Readonly<Record<string, readonly RigShape[]>>): readonly ReadyDrawing[] {
  const ready = Object.entries(drawings).map(([name, shapes]) => ({ name, shapes: shapes.map(readyShape) }));
  const rest = ready[0];
  return ready.map((drawing) => ({ ...drawing, melts: rest !== undefined && alike(rest.shapes, drawing.shapes) }));
}

function readyShape(shape: RigShape): ReadyShape {
  if (!('path' in shape)) return { shape, numbers: null, path: null };
  return { shape, numbers: pathNumbers(shape.path), path: new Path2D(shape.path) };
}

function alike(a: readonly ReadyShape[], b: readonly ReadyShape[]): boolean {
  return a.length === b.length && a.every((one, index) => one.numbers !== null && one.numbers.commands === b[index]?.numbers?.commands);
}

export type ShownShape = { readonly shape: RigShape; readonly path: Path | null; readonly opacity: number };

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
    const mixed = mixedPath(
      ready.numbers as PathNumbers,
      towards.map(([other, weight]) => [other.numbers as PathNumbers, weight] as const),
    );
    return { shape: ready.shape, path: new Path2D(pathText(mixed)), opacity: Math.min(1, Math.max(0, opacity)) };
  });
}

function standing({ shape, path }: ReadyShape): ShownShape {
  return { shape, path, opacity: shape.opacity ?? 1 };
}

type Points = readonly (readonly [number, number])[];

/** A closed polygon as a path. */
export function polygonPath(points: Points): Path {
  return polygonsPath([points]);
}

/** Closed polygons as one path. */
export function polygonsPath(polygons: readonly Points[]): Path {
  return new Path2D(polygons.map((points) => `${lineText(points)}Z`).join(''));
}

/** Path data to a hundredth of a unit; one call with text is far quicker than a call for every point. */
function lineText(points: Points): string {
  let text = '';
  for (const [x, y] of points) text += `${text === '' ? 'M' : 'L'}${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100}`;
  return text;
}
