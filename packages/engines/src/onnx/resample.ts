import type { Box, Picture, Plane } from './picture.ts';

/** `count` weights from `first` on, of which `used` may be other than 0. */
type Taps = { readonly first: Int32Array; readonly used: Int32Array; readonly weights: Float32Array; readonly count: number };

/** Triangle filter, widened when shrinking so that every source pixel counts (pixel centres at half). */
function taps(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(1, scale);
  const count = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const used = new Int32Array(to);
  const weights = new Float32Array(to * count);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.ceil(centre + support - 0.5) + 1, start + count);
    let sum = 0;
    for (let k = start; k < end; k++) sum += Math.max(0, 1 - Math.abs((k + 0.5 - centre) / support));
    for (let k = start; k < end; k++) {
      weights[i * count + k - start] = Math.max(0, 1 - Math.abs((k + 0.5 - centre) / support)) / sum;
    }
    first[i] = start;
    used[i] = end - start;
  }
  return { first, used, weights, count };
}

type RowPass = {
  readonly line: Float32Array;
  readonly across: Taps;
  readonly width: number;
  readonly row: Float32Array;
};

/** One row of a plane at another width. */
function planeRow({ line, across, width, row }: RowPass): void {
  const { first, used, weights, count } = across;
  for (let x = 0; x < width; x++) {
    const own = x * count;
    const end = own + (used[x] as number);
    let sum = 0;
    for (let k = own, at = first[x] as number; k < end; k++, at++) sum += (weights[k] as number) * (line[at] as number);
    row[x] = sum;
  }
}

/** The same of four interleaved channels, whose sums are rounded to 32 bits after each step. */
function pictureRow({ line, across, width, row }: RowPass): void {
  const { first, weights, count } = across;
  for (let x = 0; x < width; x++) {
    const start = (first[x] as number) * 4;
    const own = x * count;
    let r = 0;
    let g = 0;
    let b = 0;
    let a = 0;
    for (let k = 0; k < count; k++) {
      const weight = weights[own + k] as number;
      if (weight === 0) continue;
      const at = start + k * 4;
      r = Math.fround(r + weight * (line[at] as number));
      g = Math.fround(g + weight * (line[at + 1] as number));
      b = Math.fround(b + weight * (line[at + 2] as number));
      a = Math.fround(a + weight * (line[at + 3] as number));
    }
    row[x * 4] = r;
    row[x * 4 + 1] = g;
    row[x * 4 + 2] = b;
    row[x * 4 + 3] = a;
  }
}

/** A row as the passes read it. */
type ReadRow = (line: Float32Array, offset: number) => void;

function plainRows(data: Float32Array | Uint8Array): ReadRow {
  return (line, offset) => line.set(data.subarray(offset, offset + line.length));
}

/** Rows of a picture whose colour is weighted by alpha. */
function weightedRows(rgba: Uint8Array): ReadRow {
  return (line, offset) => {
    for (let i = 0; i < line.length; i += 4) {
      const alpha = rgba[offset + i + 3] as number;
      line[i] = ((rgba[offset + i] as number) * alpha) / 255;
      line[i + 1] = ((rgba[offset + i + 1] as number) * alpha) / 255;
      line[i + 2] = ((rgba[offset + i + 2] as number) * alpha) / 255;
      line[i + 3] = alpha;
    }
  };
}

type Size = { readonly width: number; readonly height: number };

/** Rows of one number a pixel, or of four interleaved ones. */
type RowSource = Size & { readonly channels: 1 | 4; readonly read: ReadRow };

/** Resizes to exactly the size wanted, into memory of that size where there is some: bilinear when growing, area-weighted triangle when shrinking. */
function resampleRows(source: RowSource, { into, ...size }: Size & { readonly into?: Float32Array }): Float32Array {
  const { channels } = source;
  const across = taps(source.width, size.width);
  const down = taps(source.height, size.height);
  const rowLength = size.width * channels;
  const result = into?.fill(0) ?? new Float32Array(rowLength * size.height);
  const line = new Float32Array(source.width * channels);
  const pass = channels === 4 ? pictureRow : planeRow;
  const rows = new Map<number, Float32Array>();
  const free: Float32Array[] = [];
  const rowAt = (y: number): Float32Array => {
    const known = rows.get(y);
    if (known) return known;
    const row = free.pop() ?? new Float32Array(rowLength);
    source.read(line, y * line.length);
    pass({ line, across, width: size.width, row });
    rows.set(y, row);
    return row;
  };
  for (let y = 0; y < size.height; y++) {
    const start = down.first[y] as number;
    for (const [known, row] of rows)
      if (known < start) {
        rows.delete(known);
        free.push(row);
      }
    const out = result.subarray(y * rowLength, (y + 1) * rowLength);
    for (let k = 0; k < (down.used[y] as number); k++) {
      const weight = down.weights[y * down.count + k] as number;
      const row = rowAt(start + k);
      for (let i = 0; i < rowLength; i++) out[i] = (out[i] as number) + weight * (row[i] as number);
    }
  }
  return result;
}

/** Colours of a row of a picture at another width, three numbers a pixel. */
function colourRow(
  rgba: Uint8Array,
  { offset, across, row }: { readonly offset: number; readonly across: Taps; readonly row: Float32Array },
): void {
  const { first, used, weights, count } = across;
  for (let x = 0; x < first.length; x++) {
    let from = offset + (first[x] as number) * 4;
    const own = x * count;
    const end = own + (used[x] as number);
    let r = 0;
    let g = 0;
    let b = 0;
    for (let k = own; k < end; k++, from += 4) {
      const weight = weights[k] as number;
      r += weight * (rgba[from] as number);
      g += weight * (rgba[from + 1] as number);
      b += weight * (rgba[from + 2] as number);
    }
    row[x * 3] = r;
    row[x * 3 + 1] = g;
    row[x * 3 + 2] = b;
  }
}

/** A part of a picture, and the size that it is wanted in. */
export type ResizedPart = { readonly picture: Picture; readonly part: Box; readonly size: Size };

/** Gives the rows of a part of a picture at another size, three numbers of 0..255 a pixel, whatever its alpha; the line is one that changes. */
export function eachColourRow({ picture, part, size }: ResizedPart, visit: (line: Float32Array, y: number) => void): void {
  const { width, rgba } = picture;
  const across = taps(part.width, size.width);
  const down = taps(part.height, size.height);
  const rows = Array.from({ length: down.count }, () => new Float32Array(size.width * 3));
  const line = new Float32Array(size.width * 3);
  let made = 0;
  for (let y = 0; y < size.height; y++) {
    const start = down.first[y] as number;
    const end = start + (down.used[y] as number);
    for (made = Math.max(made, start); made < end; made++)
      colourRow(rgba, { offset: ((part.y + made) * width + part.x) * 4, across, row: rows[made % down.count] as Float32Array });
    const own = y * down.count - start;
    for (let k = start; k < end; k += 2)
      addRows(line, {
        fresh: k === start,
        one: rows[k % down.count] as Float32Array,
        weight: down.weights[own + k] as number,
        other: rows[(k + 1) % down.count] as Float32Array,
        otherWeight: k + 1 < end ? (down.weights[own + k + 1] as number) : 0,
      });
    visit(line, y);
  }
}

type Rows = {
  readonly fresh: boolean;
  readonly one: Float32Array;
  readonly weight: number;
  readonly other: Float32Array;
  readonly otherWeight: number;
};

/** Adds two rows to a line at once, or puts them in its place. */
function addRows(line: Float32Array, { fresh, one, weight, other, otherWeight }: Rows): void {
  if (fresh) for (let i = 0; i < line.length; i++) line[i] = weight * (one[i] as number) + otherWeight * (other[i] as number);
  else
    for (let i = 0; i < line.length; i++) line[i] = (line[i] as number) + weight * (one[i] as number) + otherWeight * (other[i] as number);
}

/** A plane at another size. */
export function resizePlane(plane: Plane, width: number, height: number): Plane {
  if (plane.width === width && plane.height === height) return plane;
  return resizePlaneInto(plane, { width, height, data: new Float32Array(width * height) });
}

/** A plane at another size, written into the data of that size. */
export function resizePlaneInto(plane: Plane, into: Plane): Plane {
  const source = { width: plane.width, height: plane.height, channels: 1, read: plainRows(plane.data) } as const;
  resampleRows(source, { width: into.width, height: into.height, into: into.data });
  return into;
}

/** A picture at another size; colour is weighted by alpha, so that what hides under clear pixels never shows. */
export function resizePicture(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const source = { width: picture.width, height: picture.height, channels: 4, read: weightedRows(picture.rgba) } as const;
  const values = resampleRows(source, { width, height });
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = values[i + 3] as number;
    for (let c = 0; c < 3; c++) rgba[i + c] = alpha > 0 ? Math.min(255, Math.round(((values[i + c] as number) * 255) / alpha)) : 0;
    rgba[i + 3] = Math.round(alpha);
  }
  return { width, height, rgba };
}
