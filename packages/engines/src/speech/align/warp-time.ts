import type { Features } from './mel-features.ts';

/** For each frame of the reference the first and last frame of the sound that it fits; `cost` is how far both are apart on the mean. */
export type TimeWarp = { readonly first: Int32Array; readonly last: Int32Array; readonly cost: number };
/** A sound's features and which of its frames are silent (1). */
export type HeardSound = { readonly features: Features; readonly silent: Uint8Array };

/** What it costs at most to let a frame of silence pass alone: a speaker may pause where another does not, as long as he likes. */
const pauseCost = 0.5;
/** What it costs beyond the distance to let a frame of speech pass alone. */
const stretchCost = 0.1;

/** Dynamic time warping (Sakoe and Chiba 1978): the cheapest monotonous path between two sounds of the same words, within a band around the diagonal. */
export function warpTime(reference: HeardSound, sound: HeardSound): TimeWarp {
  const rows = reference.features.count;
  const columns = sound.features.count;
  const half = Math.ceil(Math.min(2000, Math.max(300, columns * 0.2)));
  const band = 2 * half + 1;
  const leftOf = (row: number): number => Math.round((row * (columns - 1)) / Math.max(1, rows - 1)) - half;
  const moves = new Uint8Array(rows * band);
  const line = new Float32Array(band);
  let before = new Float64Array(band).fill(Number.POSITIVE_INFINITY);
  let here = new Float64Array(band);
  for (let row = 0; row < rows; row += 1) {
    const left = leftOf(row);
    const shift = row === 0 ? 0 : left - leftOf(row - 1);
    distances({ reference: reference.features, sound: sound.features, row, left, line });
    const skipsPause = reference.silent[row] === 1;
    for (let at = 0; at < band; at += 1) {
      const column = left + at;
      if (column < 0 || column >= columns) {
        here[at] = Number.POSITIVE_INFINITY;
        continue;
      }
      const cost = line[at] as number;
      if (row === 0 && column === 0) {
        here[at] = cost;
        continue;
      }
      const alone = cost * 1.05 + stretchCost;
      const diagonal = (before[at + shift - 1] ?? Number.POSITIVE_INFINITY) + cost;
      const stay = (here[at - 1] ?? Number.POSITIVE_INFINITY) + (sound.silent[column] === 1 ? Math.min(cost, pauseCost) : alone);
      const skip = (before[at + shift] ?? Number.POSITIVE_INFINITY) + (skipsPause ? Math.min(cost, pauseCost) : alone);
      const best = Math.min(diagonal, stay, skip);
      here[at] = best;
      moves[row * band + at] = best === diagonal ? 0 : best === stay ? 1 : 2;
    }
    [before, here] = [here, before];
  }
  const total = before[columns - 1 - leftOf(rows - 1)] ?? 0;
  return { ...pathOf({ moves, band, rows, columns, leftOf }), cost: total / (rows + columns) };
}

type Moves = {
  readonly moves: Uint8Array;
  readonly band: number;
  readonly rows: number;
  readonly columns: number;
  readonly leftOf: (row: number) => number;
};

function pathOf({ moves, band, rows, columns, leftOf }: Moves): { readonly first: Int32Array; readonly last: Int32Array } {
  const first = new Int32Array(rows).fill(columns - 1);
  const last = new Int32Array(rows);
  for (let row = rows - 1, column = columns - 1; row >= 0 && column >= 0; ) {
    first[row] = Math.min(first[row] ?? column, column);
    last[row] = Math.max(last[row] ?? column, column);
    const move = moves[row * band + column - leftOf(row)];
    if (row === 0 && column === 0) break;
    if (row === 0 || move === 1) column -= 1;
    else if (column === 0 || move === 2) row -= 1;
    else {
      row -= 1;
      column -= 1;
    }
  }
  return { first, last };
}

type Row = {
  readonly reference: Features;
  readonly sound: Features;
  readonly row: number;
  readonly left: number;
  readonly line: Float32Array;
};

/** How far one frame of the reference is from the sound's frames of its band. */
function distances({ reference, sound, row, left, line }: Row): void {
  const { width, values } = reference;
  const others = sound.values;
  const own = row * width;
  for (let at = Math.max(0, -left); at < line.length && left + at < sound.count; at += 1) {
    const other = (left + at) * width;
    let sum = 0;
    for (let index = 0; index < width; index += 1) {
      const difference = (values[own + index] as number) - (others[other + index] as number);
      sum += difference * difference;
    }
    line[at] = Math.sqrt(sum / width);
  }
}
