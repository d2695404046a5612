import type { Box } from '../onnx/picture.ts';

/** A part of a picture that is made in one run: `core` is what it is answerable for, `given` what the model sees, by a margin more where the picture goes on. */
export type Tile = { readonly core: Box; readonly given: Box };

export type Tiling = {
  readonly width: number;
  readonly height: number;
  /** Pixels around a core. */
  readonly margin: number;
  /** Pixels that a model may be given at once; a tile has a core of 8 x 8 at least, however few they are. */
  readonly mostPixels: number;
};

const leastCore = 8;

/** Cuts a picture into nearly equal tiles, those that have the fewest pixels twice; their cores cover it once. */
export function tilesOf({ width, height, margin, mostPixels }: Tiling): readonly Tile[] {
  const lengthOf = (whole: number, count: number): number => Math.min(whole, Math.ceil(whole / count) + (count > 1 ? 2 * margin : 0));
  const most = (whole: number): number => Math.max(1, Math.floor(whole / leastCore));
  let best = { columns: most(width), rows: most(height), pixels: Number.POSITIVE_INFINITY };
  for (let columns = 1; columns <= most(width); columns++) {
    const across = lengthOf(width, columns);
    let rows = 1;
    while (rows < most(height) && across * lengthOf(height, rows) > mostPixels) rows++;
    if (across * lengthOf(height, rows) > mostPixels) continue;
    const pixels = columns * rows * across * lengthOf(height, rows);
    if (pixels < best.pixels) best = { columns, rows, pixels };
  }
  const part = (whole: number, of: { readonly count: number; readonly at: number }): number => Math.floor((whole * of.at) / of.count);
  return Array.from({ length: best.columns * best.rows }, (_, index) => {
    const [column, row] = [index % best.columns, Math.floor(index / best.columns)];
    const x = part(width, { count: best.columns, at: column });
    const y = part(height, { count: best.rows, at: row });
    const core = {
      x,
      y,
      width: part(width, { count: best.columns, at: column + 1 }) - x,
      height: part(height, { count: best.rows, at: row + 1 }) - y,
    };
    const left = Math.max(0, x - margin);
    const top = Math.max(0, y - margin);
    const right = Math.min(width, x + core.width + margin);
    const bottom = Math.min(height, y + core.height + margin);
    return { core, given: { x: left, y: top, width: right - left, height: bottom - top } };
  });
}
