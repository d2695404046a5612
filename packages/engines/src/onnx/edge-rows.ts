/** Numbers of each cell, side by side. */
export const edgePlanes = 8;

export type EdgeRows = {
  /** The picture's size in pixels. */
  readonly size: { readonly width: number; readonly height: number };
  /** Pixels of a cell across and down. */
  readonly times: number;
  readonly width: number;
  readonly height: number;
  /** Cells that matter, with a number other than 0; all pixels between them and their neighbours do. */
  readonly marked: Uint8Array;
  /** `edgePlanes` numbers of each cell that is marked or next to one. */
  readonly planes: Float32Array;
};

/**
 * The pixels `x` to before `end` of a row of the picture that lie between the middles of two cells of a row of numbers, `left` and `right` (places in
 * `mixed`): on the way from one to the other the first has gone the share `along`, and each next one 1 / times more.
 */
export type EdgeGap = { readonly mixed: Float32Array; y: number; x: number; end: number; left: number; right: number; along: number };

/** Gives, row by row, the pixels at marked cells, one gap between cells after the other, with the cells' numbers mixed for the row; it is one object that changes. */
export function eachEdgeGap({ size, times, width, height, marked, planes }: EdgeRows, visit: (gap: EdgeGap) => void): void {
  const mixed = new Float32Array(width * edgePlanes);
  // Pixels from a cell's first one to the first behind its middle, and how far that one lies on the way to the next cell.
  const toMiddle = Math.ceil((times - 1) / 2);
  const phase = (toMiddle + 0.5) / times - 0.5;
  const gap: EdgeGap = { mixed, y: 0, x: 0, end: 0, left: 0, right: 0, along: 0 };
  for (let pair = -1; pair < height; pair++) {
    const upper = Math.max(0, pair);
    const lower = Math.min(height - 1, pair + 1);
    const runs = runsBetween({ marked, width, upper: upper * width, lower: lower * width });
    for (let step = 0; step < times && runs.length > 0; step++) {
      gap.y = pair * times + toMiddle + step;
      if (gap.y < 0 || gap.y >= size.height) continue;
      for (let r = 0; r < runs.length; r += 2) {
        const first = runs[r] as number;
        const last = runs[r + 1] as number;
        const from = Math.max(0, first) * edgePlanes;
        const to = (Math.min(width - 1, last + 1) + 1) * edgePlanes;
        mixRows({
          planes,
          mixed,
          from,
          to,
          above: upper * width * edgePlanes,
          below: lower * width * edgePlanes,
          down: phase + step / times,
        });
        for (let cell = first; cell <= last; cell++) {
          const start = cell * times + toMiddle;
          gap.x = Math.max(0, start);
          gap.end = Math.min(size.width, start + times);
          gap.along = phase + (gap.x - start) / times;
          gap.left = Math.max(0, cell) * edgePlanes;
          gap.right = Math.min(width - 1, cell + 1) * edgePlanes;
          visit(gap);
        }
      }
    }
  }
}

type Mixing = {
  readonly planes: Float32Array;
  readonly mixed: Float32Array;
  readonly from: number;
  readonly to: number;
  readonly above: number;
  readonly below: number;
  readonly down: number;
};

function mixRows({ planes, mixed, from, to, above, below, down }: Mixing): void {
  for (let i = from; i < to; i++) {
    const top = planes[above + i] as number;
    mixed[i] = top + down * ((planes[below + i] as number) - top);
  }
}

type Between = { readonly marked: Uint8Array; readonly width: number; readonly upper: number; readonly lower: number };

/** Runs of gaps between cells, each with the cell on its left (-1 is the border), at which one of the four cells around is marked: first, last, first, last. */
function runsBetween({ marked, width, upper, lower }: Between): readonly number[] {
  const runs: number[] = [];
  let open = false;
  let before = 0;
  for (let cell = 0; cell <= width; cell++) {
    const own = cell < width ? (marked[upper + cell] as number) | (marked[lower + cell] as number) : 0;
    const matters = (own | before) !== 0;
    if (matters !== open) runs.push(matters ? cell - 1 : cell - 2);
    open = matters;
    before = own;
  }
  if (open) runs.push(width - 1);
  return runs;
}
