import type { Picture } from './picture.ts';

/** Numbers of each cell, and of each pixel, side by side. */
export const edgePlanes = 8;

export type EdgeRows = {
  readonly picture: Picture;
  /** Pixels of a cell across and down. */
  readonly times: number;
  readonly width: number;
  readonly height: number;
  /** Cells that matter, with a number other than 0; all pixels between them and their neighbours do. */
  readonly marked: Uint8Array;
  /** `edgePlanes` numbers of each cell that is marked or next to one. */
  readonly planes: Float32Array;
};

/** Pixels `from` to before `to` of a row of the picture; the numbers of pixel x begin at `(x - from) * edgePlanes`. */
export type EdgeRun = { readonly y: number; readonly from: number; readonly to: number; readonly values: Float32Array };

/** Gives, row by row, the pixels at marked cells with the cells' numbers mixed in straight lines between the cells' middles. */
export function eachEdgeRun({ picture, times, width, height, marked, planes }: EdgeRows, visit: (run: EdgeRun) => void): void {
  const mixed = new Float32Array(width * edgePlanes);
  const values = new Float32Array((picture.width + times) * edgePlanes);
  // Pixels from a cell's first one to the first behind its middle, and how far that one lies on the way to the next cell.
  const toMiddle = Math.ceil((times - 1) / 2);
  const phase = (toMiddle + 0.5) / times - 0.5;
  for (let pair = -1; pair < height; pair++) {
    const [upper, lower] = [Math.max(0, pair), Math.min(height - 1, pair + 1)];
    const runs = runsBetween({ marked, width, upper: upper * width, lower: lower * width });
    if (runs.length === 0) continue;
    for (let step = 0; step < times; step++) {
      const y = pair * times + toMiddle + step;
      if (y < 0 || y >= picture.height) continue;
      const down = phase + step / times;
      for (let r = 0; r < runs.length; r += 2) {
        const [first, last] = [runs[r] as number, runs[r + 1] as number];
        const [above, below] = [upper * width * edgePlanes, lower * width * edgePlanes];
        const end = (Math.min(width - 1, last + 1) + 1) * edgePlanes;
        for (let i = Math.max(0, first) * edgePlanes; i < end; i++) {
          const top = planes[above + i] as number;
          mixed[i] = top + down * ((planes[below + i] as number) - top);
        }
        const from = Math.max(0, first * times + toMiddle);
        const to = Math.min(picture.width, (last + 1) * times + toMiddle);
        if (from >= to) continue;
        // Left of the first cell's middle there are fewer pixels than times.
        let skipped = from - (first * times + toMiddle);
        let at = 0;
        for (let cell = first; cell <= last; cell++) {
          const left = Math.max(0, cell) * edgePlanes;
          const right = Math.min(width - 1, cell + 1) * edgePlanes;
          for (let k = skipped; k < times; k++, at += edgePlanes) {
            const along = phase + k / times;
            for (let j = 0; j < edgePlanes; j++) {
              const one = mixed[left + j] as number;
              values[at + j] = one + along * ((mixed[right + j] as number) - one);
            }
          }
          skipped = 0;
        }
        visit({ y, from, to, values });
      }
    }
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
