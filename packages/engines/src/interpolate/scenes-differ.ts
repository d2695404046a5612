import type { Sizes } from './draw-between.ts';

/** Planes of red, green and blue of 0..1, and how both pictures move towards a moment between them: across and down in the first, then in the second, in pixels. */
export type Moved = { readonly sizes: Sizes; readonly before: Float32Array; readonly after: Float32Array; readonly flow: Float32Array };

/** Side in pixels of the parts whose means are compared, so that noise of cameras does not count; every second pixel is looked at. */
const part = 8;
/** What is left of the difference once both pictures were moved, measured by their contrast: 0 to 0.1 for movement, above 0.5 across cuts. */
const mostLeft = 0.35;
/** A share of the width. Where a model found less movement the light changed: what lies between two lights can be drawn. */
const leastMovement = 0.02;

/** Whether two pictures show different scenes, told by what no movement explains: dark and gradual cuts too, which colours alone do not tell from movement. */
export function scenesDiffer({ sizes, before, after, flow }: Moved): boolean {
  const { width, height, fullWidth, fullHeight } = sizes;
  const area = fullWidth * fullHeight;
  let left = 0;
  let moved = 0;
  let looks = 0;
  const [one, other] = [contrastOf(), contrastOf()];
  for (let top = 0; top + part <= height; top += part)
    for (let from = 0; from + part <= width; from += part) {
      const means = { before: [0, 0, 0], after: [0, 0, 0], warpedBefore: [0, 0, 0], warpedAfter: [0, 0, 0] };
      for (let y = top; y < top + part; y += 2)
        for (let x = from; x < from + part; x += 2) {
          const at = y * fullWidth + x;
          const [u, v, s, t] = [flow[at], flow[area + at], flow[2 * area + at], flow[3 * area + at]] as [number, number, number, number];
          const first = placeOf(sizes, x + u, y + v);
          const second = placeOf(sizes, x + s, y + t);
          moved += Math.hypot(u - s, v - t);
          looks++;
          for (let c = 0; c < 3; c++) {
            add(means.before, c, before[c * area + at]);
            add(means.after, c, after[c * area + at]);
            add(means.warpedBefore, c, before[c * area + first]);
            add(means.warpedAfter, c, after[c * area + second]);
          }
        }
      const pixels = (part / 2) ** 2;
      for (let c = 0; c < 3; c++) {
        left += Math.abs((means.warpedBefore[c] as number) - (means.warpedAfter[c] as number)) / pixels;
        one.take((means.before[c] as number) / pixels);
        other.take((means.after[c] as number) / pixels);
      }
    }
  if (looks === 0) return false;
  const values = (looks * 3) / (part / 2) ** 2;
  const contrast = Math.max(1 / 255, (one.deviation() + other.deviation()) / 2);
  return left / values > mostLeft * contrast && moved / looks > leastMovement * width;
}

const add = (sums: number[], at: number, value: number | undefined): void => {
  sums[at] = (sums[at] as number) + (value as number);
};

/** The pixel nearest to a place; edges are held. */
function placeOf({ fullWidth, fullHeight }: Sizes, x: number, y: number): number {
  const across = Math.min(fullWidth - 1, Math.max(0, Math.round(x)));
  return Math.min(fullHeight - 1, Math.max(0, Math.round(y))) * fullWidth + across;
}

function contrastOf() {
  let [count, sum, squares] = [0, 0, 0];
  return {
    take(value: number): void {
      count++;
      sum += value;
      squares += value * value;
    },
    deviation: (): number => Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)),
  };
}
