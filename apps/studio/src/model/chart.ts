/** A scale from values to pixels; greater values stand higher up where `fromPx` is the greater one. */
export type Scale = { readonly min: number; readonly max: number; readonly fromPx: number; readonly toPx: number };

/** Where a value lies on a scale, kept within it. */
export function along({ min, max, fromPx, toPx }: Scale, value: number): number {
  const share = max === min ? 0.5 : (Math.min(max, Math.max(min, value)) - min) / (max - min);
  return fromPx + share * (toPx - fromPx);
}

/** An SVG path through points, rounded to tenths of a pixel; of points closer than half a pixel the extreme ones stay. */
export function linePath(points: readonly (readonly [x: number, y: number])[]): string {
  const kept: (readonly [number, number])[] = [];
  for (const [at, point] of points.entries()) {
    const last = kept.at(-1);
    const isLast = at === points.length - 1;
    if (last === undefined || isLast || point[0] - last[0] >= 0.5 || Math.abs(point[1] - last[1]) >= 4) kept.push(point);
  }
  return kept.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

/** Round numbers between two values for an axis: steps of 1, 2 or 5 times a power of ten. */
export function ticks(min: number, max: number, count: number): readonly number[] {
  const span = max - min;
  if (!(span > 0)) return [min];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? power * 10;
  const first = Math.ceil(min / step) * step;
  return Array.from({ length: Math.floor((max - first) / step + 1e-9) + 1 }, (_, at) => Number((first + at * step).toFixed(6)));
}
