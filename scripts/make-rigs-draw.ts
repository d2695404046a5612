import type { PathShape, RigPaint } from '@filmwright/contracts';

/** A point of an outline; a third number other than 0 makes it a corner. */
export type Dot = readonly [x: number, y: number, corner?: number];
export type Xy = readonly [number, number];

/** Points as text: `x,y x,y`, with `!` after a corner. */
export function dots(points: string): Dot[] {
  return points.split(' ').map((point): Dot => {
    const [x, y] = point.replace('!', '').split(',').map(Number);
    return point.endsWith('!') ? [x as number, y as number, 1] : [x as number, y as number];
  });
}

const text = (value: number): string => String(Math.round(value * 10) / 10);
const pair = (x: number, y: number): string => `${text(x)} ${text(y)}`;

/** A smooth line through points (Catmull-Rom as cubic curves), as SVG path data. */
export function smooth(dots: readonly Dot[], closed = true): string {
  const count = dots.length;
  const dot = (index: number): Dot =>
    (closed ? dots[((index % count) + count) % count] : dots[Math.min(count - 1, Math.max(0, index))]) as Dot;
  let path = `M${pair(dot(0)[0], dot(0)[1])}`;
  for (let index = 0; index < (closed ? count : count - 1); index++) {
    const [before, from, to, after] = [dot(index - 1), dot(index), dot(index + 1), dot(index + 2)];
    const out = from[2] ? [(to[0] - from[0]) / 4, (to[1] - from[1]) / 4] : tangent(before, from, to);
    const back = to[2] ? [(to[0] - from[0]) / 4, (to[1] - from[1]) / 4] : tangent(from, to, after, [from, to]);
    path += ` C${pair(from[0] + (out[0] as number), from[1] + (out[1] as number))} ${pair(to[0] - (back[0] as number), to[1] - (back[1] as number))} ${pair(to[0], to[1])}`;
  }
  return closed ? `${path} Z` : path;
}

/** The handle of a smooth point: along its neighbours, a third of the piece that it belongs to. */
function tangent(before: Dot, at: Dot, after: Dot, piece: readonly [Dot, Dot] = [at, after]): Xy {
  const across: Xy = [after[0] - before[0], after[1] - before[1]];
  const length = Math.hypot(...across) || 1;
  const own = Math.hypot(piece[1][0] - piece[0][0], piece[1][1] - piece[0][1]) / 3;
  return [(across[0] / length) * own, (across[1] / length) * own];
}

/** A tapered band along points with a half width at each. */
export function ribbon(points: readonly Dot[], halves: readonly number[]): string {
  return smooth(ribbonDots(points, halves));
}

/** The outline of a tapered band; ends narrower than half a unit are sharp. */
export function ribbonDots(points: readonly Dot[], halves: readonly number[]): readonly Dot[] {
  const side = (sign: number): Dot[] =>
    points.map(([x, y], index) => {
      const before = points[Math.max(0, index - 1)] as Dot;
      const after = points[Math.min(points.length - 1, index + 1)] as Dot;
      const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
      const half = (halves[index] as number) * sign;
      const end = index === 0 || index === points.length - 1;
      return [
        x + ((after[1] - before[1]) / length) * half,
        y - ((after[0] - before[0]) / length) * half,
        end && Math.abs(half) > 0.5 ? 0 : end ? 1 : 0,
      ];
    });
  return [...side(1), ...side(-1).reverse()];
}

/** A circle of four curves. */
export function circle(x: number, y: number, radius: number): string {
  return ellipse(x, y, [radius, radius]);
}

export function ellipse(x: number, y: number, [rx, ry]: Xy): string {
  const k = 0.5523;
  return `M${pair(x - rx, y)} C${pair(x - rx, y - ry * k)} ${pair(x - rx * k, y - ry)} ${pair(x, y - ry)} C${pair(x + rx * k, y - ry)} ${pair(x + rx, y - ry * k)} ${pair(x + rx, y)} C${pair(x + rx, y + ry * k)} ${pair(x + rx * k, y + ry)} ${pair(x, y + ry)} C${pair(x - rx * k, y + ry)} ${pair(x - rx, y + ry * k)} ${pair(x - rx, y)} Z`;
}

type Extra = Partial<Omit<PathShape, 'path' | 'fill'>>;

export function fill(path: string, paint: RigPaint, extra: Extra = {}): PathShape {
  return { path, fill: paint, ...extra };
}

export function line(dots: readonly Dot[], [color, width]: readonly [string, number], extra: Extra = {}): PathShape {
  return { path: smooth(dots, false), stroke: { color, width }, ...extra };
}

/** A gradient from point to point; its stops are `colour place` or `colour place opacity`, with commas between. */
export function linear(from: Xy, to: Xy, stops: string): RigPaint {
  return { linear: [...from, ...to], stops: stopsOf(stops) };
}

/** A gradient about a point. */
export function radial(at: Xy, radius: number, stops: string): RigPaint {
  return { radial: [...at, radius], stops: stopsOf(stops) };
}

function stopsOf(stops: string): Exclude<RigPaint, string>['stops'] {
  return stops.split(', ').map((stop) => {
    const [color, place, opacity] = stop.split(' ') as [string, string, string?];
    return opacity === undefined ? [Number(place), color] : [Number(place), color, Number(opacity)];
  });
}

/** The same shapes mirrored about x = 0. */
export function mirrored(shapes: readonly PathShape[]): PathShape[] {
  return shapes.map((shape) => ({
    ...shape,
    path: flipped(shape.path),
    ...(typeof shape.fill === 'object' ? { fill: flippedPaint(shape.fill) } : {}),
  }));
}

function flipped(path: string): string {
  let index = 0;
  return path.replace(/-?\d+\.?\d*/g, (number) => (index++ % 2 === 0 ? text(-Number(number)) : number));
}

function flippedPaint(paint: Exclude<RigPaint, string>): RigPaint {
  if ('linear' in paint) return { ...paint, linear: [-paint.linear[0], paint.linear[1], -paint.linear[2], paint.linear[3]] };
  return { ...paint, radial: [-paint.radial[0], paint.radial[1], paint.radial[2]] };
}

/** The same shapes moved and scaled. */
export function moved(
  shapes: readonly PathShape[],
  { x = 0, y = 0, scale = 1 }: { readonly x?: number; readonly y?: number; readonly scale?: number },
): PathShape[] {
  const at = (number: number, index: number): number => number * scale + (index % 2 === 0 ? x : y);
  return shapes.map((shape) => {
    let index = 0;
    const path = shape.path.replace(/-?\d+\.?\d*/g, (number) => text(at(Number(number), index++)));
    const { fill: paint } = shape;
    if (typeof paint !== 'object')
      return { ...shape, path, ...(shape.stroke ? { stroke: { ...shape.stroke, width: shape.stroke.width * scale } } : {}) };
    const placed =
      'linear' in paint
        ? { ...paint, linear: paint.linear.map(at) as unknown as readonly [number, number, number, number] }
        : { ...paint, radial: [at(paint.radial[0], 0), at(paint.radial[1], 1), paint.radial[2] * scale] as const };
    return { ...shape, path, fill: placed };
  });
}
