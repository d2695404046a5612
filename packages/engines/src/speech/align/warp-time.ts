import type { Features } from './mel-features.ts';

/** For each frame of the reference the first and last frame of the sound that it fits. */
export type TimeWarp = { readonly first: Int32Array; readonly last: Int32Array };

/**
 * Dynamic time warping (Sakoe and Chiba 1978): the cheapest monotonous path between two sounds, within a band around the diagonal. Standing
 * still costs a little, except while the sound is silent (`silent` by its frames), where a speaker may pause as long as he likes.
 */
export function warpTime(reference: Features, { sound, silent }: { readonly sound: Features; readonly silent: Uint8Array }): TimeWarp {
  const rows = reference.count;
  const columns = sound.count;
  const half = Math.max(300, Math.ceil(columns * 0.2));
  const band = 2 * half + 1;
  const leftOf = (row: number): number => Math.round((row * (columns - 1)) / Math.max(1, rows - 1)) - half;
  const moves = new Uint8Array(rows * band);
  let before = new Float64Array(band).fill(Number.POSITIVE_INFINITY);
  let here = new Float64Array(band);
  for (let row = 0; row < rows; row += 1) {
    const left = leftOf(row);
    const shift = row === 0 ? 0 : left - leftOf(row - 1);
    for (let at = 0; at < band; at += 1) {
      const column = left + at;
      if (column < 0 || column >= columns) {
        here[at] = Number.POSITIVE_INFINITY;
        continue;
      }
      const cost = distance(reference, { row, sound, column });
      if (row === 0 && column === 0) {
        here[at] = cost;
        continue;
      }
      const pausing = silent[column] === 1;
      const diagonal = (before[at + shift - 1] ?? Number.POSITIVE_INFINITY) + cost;
      const stay = (here[at - 1] ?? Number.POSITIVE_INFINITY) + (pausing ? Math.min(cost, 0.6) : cost * 1.05 + 0.1);
      const skip = (before[at + shift] ?? Number.POSITIVE_INFINITY) + cost * 1.05 + 0.1;
      const best = Math.min(diagonal, stay, skip);
      here[at] = best;
      moves[row * band + at] = best === diagonal ? 0 : best === stay ? 1 : 2;
    }
    [before, here] = [here, before];
  }
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

function distance(
  reference: Features,
  { row, sound, column }: { readonly row: number; readonly sound: Features; readonly column: number },
): number {
  const { width } = reference;
  let sum = 0;
  for (let index = 0; index < width; index += 1) {
    const difference = (reference.values[row * width + index] ?? 0) - (sound.values[column * width + index] ?? 0);
    sum += difference * difference;
  }
  return Math.sqrt(sum / width);
}
