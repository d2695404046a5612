import { bandStep, type EdgeBand, widerBand } from './edge-band.ts';

/** Cells `from` to before `to` of a row. */
export type CellRun = { readonly y: number; readonly from: number; readonly to: number };

export type WindowSums = {
  /** Where sums are wanted. */
  readonly band: EdgeBand;
  /** Windows are squares of side 2 * radius + 1, cut at the border. */
  readonly radius: number;
  /** Numbers a cell, side by side. */
  readonly channels: number;
  /** Adds the numbers of a run of cells, times `sign`, to those of cell x from `x * channels` on. Asked for the band and all within `radius` of it, twice each. */
  readonly add: (columns: Float64Array, run: CellRun & { readonly sign: 1 | -1 }) => void;
  /** Takes the sums of a run of cells, those of cell x from `x * channels` on. */
  readonly write: (sums: Float64Array, run: CellRun) => void;
};

/** Sums over the windows around the cells of a band, row by row; the cost grows with the band, not with the radius. */
export function windowSums({ band, radius, channels, add, write }: WindowSums): void {
  const { width, height } = band;
  const around = widerBand(band, radius);
  const sums = new Float64Array(width * channels);
  // Sums of the window's rows in each column, with a margin of nothing on both sides.
  const margin = (radius + 1) * channels;
  const columns = new Float64Array(width * channels + 2 * margin);
  const within = columns.subarray(margin, margin + width * channels);
  const change = (y: number, sign: 1 | -1): void => {
    const runs = around.runs[Math.floor(y / bandStep)] as Int32Array;
    for (let r = 0; r < runs.length; r += 2) add(within, { y, from: runs[r] as number, to: runs[r + 1] as number, sign });
  };
  for (let y = 0; y < Math.min(radius, height); y++) change(y, 1);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) change(y + radius, 1);
    if (y > radius) change(y - radius - 1, -1);
    const runs = band.runs[Math.floor(y / bandStep)] as Int32Array;
    for (let r = 0; r < runs.length; r += 2) {
      const [from, to] = [runs[r] as number, runs[r + 1] as number];
      firstWindow({ columns, sums, channels, radius, x: from });
      slide({ columns, sums, channels, radius, from, to });
      write(sums, { y, from, to });
    }
  }
}

type Sliding = {
  readonly columns: Float64Array;
  readonly sums: Float64Array;
  readonly channels: number;
  readonly radius: number;
  readonly from: number;
  readonly to: number;
};

/** Each next window from the one before: a column comes in and one goes. */
function slide({ columns, sums, channels, radius, from, to }: Sliding): void {
  const coming = (2 * radius + 1) * channels;
  for (let i = (from + 1) * channels; i < to * channels; i++)
    sums[i] = (sums[i - channels] as number) + (columns[i + coming] as number) - (columns[i] as number);
}

type FirstWindow = {
  readonly columns: Float64Array;
  readonly sums: Float64Array;
  readonly channels: number;
  readonly radius: number;
  readonly x: number;
};

/** The window with which a run begins. */
function firstWindow({ columns, sums, channels, radius, x }: FirstWindow): void {
  const last = columns.length / channels - 1;
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    // The columns begin radius + 1 before the row.
    for (let column = x + 1; column <= Math.min(last, x + 2 * radius + 1); column++) sum += columns[column * channels + c] as number;
    sums[x * channels + c] = sum;
  }
}
