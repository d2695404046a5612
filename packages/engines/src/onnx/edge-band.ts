/** Side of the squares of cells in which a band is kept. */
export const bandStep = 4;

type Size = { readonly width: number; readonly height: number };

/** The part of a grid around an edge, in squares of `bandStep` cells. `runs` has, for each row of squares, where it begins and ends in cells: from, to, from, to. */
export type EdgeBand = Size & {
  readonly across: number;
  readonly down: number;
  readonly squares: Uint8Array;
  readonly runs: readonly Int32Array[];
};

/** The band of squares that are marked with a number other than 0, of a grid of cells of this size. */
export function bandOf(squares: Uint8Array, { width, height }: Size): EdgeBand {
  const [across, down] = [Math.ceil(width / bandStep), Math.ceil(height / bandStep)];
  const runs = Array.from({ length: down }, (_, row) => {
    const found: number[] = [];
    let before = 0;
    for (let x = 0; x <= across; x++) {
      const now = x < across ? (squares[row * across + x] as number) : 0;
      if (now !== before) found.push(Math.min(width, x * bandStep));
      before = now;
    }
    return Int32Array.from(found);
  });
  return { width, height, across, down, squares, runs };
}

/** The band of the cells that are marked with a number other than 0. */
export function bandAround(marked: Uint8Array, size: Size): EdgeBand {
  const across = Math.ceil(size.width / bandStep);
  const squares = new Uint8Array(across * Math.ceil(size.height / bandStep));
  for (let y = 0, at = 0; y < size.height; y++) {
    const row = Math.floor(y / bandStep) * across;
    for (let x = 0; x < size.width; x++, at++) if (marked[at] !== 0) squares[row + ((x / bandStep) | 0)] = 1;
  }
  return bandOf(squares, size);
}

/** The band and everything within so many cells of it, rounded up to whole squares. */
export function widerBand(band: EdgeBand, cells: number): EdgeBand {
  const { across, down } = band;
  const reach = Math.ceil(cells / bandStep);
  const lying = new Uint8Array(across * down);
  for (let y = 0; y < down; y++) {
    const runs = band.runs[y] as Int32Array;
    for (let r = 0; r < runs.length; r += 2) {
      const from = Math.max(0, Math.floor((runs[r] as number) / bandStep) - reach);
      const to = Math.min(across, Math.ceil((runs[r + 1] as number) / bandStep) + reach);
      lying.fill(1, y * across + from, y * across + to);
    }
  }
  const squares = new Uint8Array(across * down);
  // How many of the rows within reach have something in each column.
  const counts = new Int32Array(across);
  for (let y = -reach; y < down; y++) {
    const [coming, going] = [(y + reach) * across, (y - reach - 1) * across];
    for (let x = 0; x < across; x++) {
      if (y + reach < down) counts[x] = (counts[x] as number) + (lying[coming + x] as number);
      if (y > reach) counts[x] = (counts[x] as number) - (lying[going + x] as number);
      if (y >= 0 && (counts[x] as number) > 0) squares[y * across + x] = 1;
    }
  }
  return bandOf(squares, band);
}
