import { kernelFor, planeLength, type Siting, sitings } from '../plane-axis.ts';

/** One plane of numbers, row by row. */
export type Plane = { readonly width: number; readonly height: number; readonly data: Float64Array };

/** A picture as planes; premultiplied when it has alpha, whose half-size plane goes with chroma. */
export type ReferencePicture = {
  readonly width: number;
  readonly height: number;
  readonly y: Plane;
  readonly u: Plane;
  readonly v: Plane;
  readonly alpha?: Plane;
  readonly halfAlpha?: Plane;
};

export type ReferenceDraw = {
  readonly x: number;
  readonly y: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly opacity: number;
};

/** Planes of tight yuv420p bytes. */
export function planesOfYuv(bytes: Uint8Array, size: { readonly width: number; readonly height: number }): ReferencePicture {
  const { width, height } = size;
  const [cw, ch] = [(width + 1) >> 1, (height + 1) >> 1];
  const plane = (from: number, w: number, h: number): Plane => ({
    width: w,
    height: h,
    data: Float64Array.from(bytes.subarray(from, from + w * h)),
  });
  return { width, height, y: plane(0, width, height), u: plane(width * height, cw, ch), v: plane(width * height + cw * ch, cw, ch) };
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  if (x < 2) return -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2;
  return 0;
}

function taps(
  position: number,
  kernel: { readonly taps: number; readonly width: number },
): { readonly at: number; readonly weight: number }[] {
  const first = Math.floor(position) + 1 - kernel.taps / 2;
  const list = Array.from({ length: kernel.taps }, (_, k) => ({ at: first + k, weight: cubic((first + k - position) / kernel.width) }));
  const sum = list.reduce((total, { weight }) => total + weight, 0);
  return list.map(({ at, weight }) => ({ at, weight: weight / sum }));
}

function sample(plane: Plane, columns: ReturnType<typeof taps>, rows: ReturnType<typeof taps>, empty: boolean): number {
  let sum = 0;
  for (const row of rows) {
    for (const column of columns) {
      const outside = row.at < 0 || row.at >= plane.height || column.at < 0 || column.at >= plane.width;
      if (outside && empty) continue;
      const y = Math.min(plane.height - 1, Math.max(0, row.at));
      const x = Math.min(plane.width - 1, Math.max(0, column.at));
      sum += (plane.data[y * plane.width + x] ?? 0) * row.weight * column.weight;
    }
  }
  return sum;
}

function cover(
  index: number,
  edge: { readonly siting: Siting; readonly start: number; readonly end: number; readonly frame: number },
): number {
  const { siting, start, end, frame } = edge;
  const low = start <= 0 ? -1e9 : (start - siting.offset) / siting.pitch;
  const high = end >= frame ? 1e9 : (end - siting.offset) / siting.pitch;
  return Math.max(0, Math.min(index + 0.5, high) - Math.max(index - 0.5, low));
}

/** Draws a picture on frame planes in double precision, straight from the definitions, without any level of half size. */
export function drawReference(frame: ReferencePicture, picture: ReferencePicture, draw: ReferenceDraw): void {
  for (const name of ['y', 'u', 'v'] as const) {
    const siting = name === 'y' ? sitings.luma : sitings.chroma;
    const alpha = name === 'y' ? picture.alpha : picture.halfAlpha;
    const onto = frame[name];
    const source = picture[name];
    const position = (index: number, axis: Siting, at: readonly [start: number, scale: number]): number =>
      ((axis.pitch * index + axis.offset - at[0]) / at[1] - axis.offset) / axis.pitch;
    const [kernelX, kernelY] = [kernelFor(1 / draw.scaleX), kernelFor(1 / draw.scaleY)];
    for (let j = 0; j < planeLength(siting.y, frame.height); j += 1) {
      const rows = taps(position(j, siting.y, [draw.y, draw.scaleY]), kernelY);
      const coverY = cover(j, { siting: siting.y, start: draw.y, end: draw.y + picture.height * draw.scaleY, frame: frame.height });
      for (let i = 0; i < onto.width; i += 1) {
        const columns = taps(position(i, siting.x, [draw.x, draw.scaleX]), kernelX);
        const under = onto.data[j * onto.width + i] ?? 0;
        let value = sample(source, columns, rows, alpha !== undefined);
        let share = draw.opacity;
        if (alpha) {
          const a = sample(alpha, columns, rows, true) / 255;
          if (a > 1) value /= a;
          const visible = Math.min(1, Math.max(0, a)) * draw.opacity;
          onto.data[j * onto.width + i] = Math.max(0, value) * draw.opacity + under * (1 - visible);
          continue;
        }
        share *= coverY * cover(i, { siting: siting.x, start: draw.x, end: draw.x + picture.width * draw.scaleX, frame: frame.width });
        value = Math.min(255, Math.max(0, value));
        onto.data[j * onto.width + i] = under + (value - under) * share;
      }
    }
  }
}

/** Largest and mean difference of two pictures' code values. */
export function difference(bytes: Uint8Array, reference: ReferencePicture): { readonly largest: number; readonly mean: number } {
  let [largest, total, at] = [0, 0, 0];
  for (const plane of [reference.y, reference.u, reference.v]) {
    for (const value of plane.data) {
      const off = Math.abs((bytes[at] ?? 0) - Math.min(255, Math.max(0, value)));
      largest = Math.max(largest, off);
      total += off;
      at += 1;
    }
  }
  return { largest, mean: total / at };
}
