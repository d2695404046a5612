import type { Features } from './mel-features.ts';

/** For each frame of the reference the first and last frame of the sound that it fits. */
export type TimeWarp = { readonly first: Int32Array; readonly last: Int32Array };
/** A sound's features and which of its frames are silent (1). */
export type HeardSound = { readonly features: Features; readonly silent: Uint8Array };

/** What it costs at most to let a frame of silence pass alone: a speaker may pause where another does not, as long as he likes. */
const pauseCost = 0.5;
/** What it costs beyond the distance to let a frame of speech pass alone. */
const stretchCost = 0.1;
/** Frames that are taken together in the first, coarse pass, and how far the second may stray from it. */
const coarse = 4;
const strayFrames = 32;
/** Pairs of groups up to which the coarse pass looks everywhere: sounds of some four minutes. */
const widestSearch = 36_000_000;

/** Which frames of the sound each frame of the reference may fit: `from` to `to`, both included and never falling. */
type Corridor = { readonly from: Int32Array; readonly to: Int32Array };

/**
 * Dynamic time warping (Sakoe and Chiba 1978): the cheapest monotonous path between two sounds of the same words. A pass over groups of four frames,
 * for sounds beyond four minutes within a fifth of the sound around the diagonal, leads the exact one.
 */
export function warpTime(reference: HeardSound, sound: HeardSound): TimeWarp {
  const [small, smallSound] = [pooled(reference), pooled(sound)];
  const led = warpWithin(small, { sound: smallSound, corridor: diagonalCorridor(small.features.count, smallSound.features.count) });
  return warpWithin(reference, { sound, corridor: corridorAround(led, { rows: reference.features.count, columns: sound.features.count }) });
}

function diagonalCorridor(rows: number, columns: number): Corridor {
  const half = rows * columns <= widestSearch ? columns : Math.ceil(columns * 0.2);
  const middle = (row: number): number => Math.round((row * (columns - 1)) / Math.max(1, rows - 1));
  return {
    from: Int32Array.from({ length: rows }, (_, row) => Math.max(0, middle(row) - half)),
    to: Int32Array.from({ length: rows }, (_, row) => Math.min(columns - 1, middle(row) + half)),
  };
}

function corridorAround({ first, last }: TimeWarp, { rows, columns }: { readonly rows: number; readonly columns: number }): Corridor {
  const group = (row: number): number => Math.min(first.length - 1, Math.floor(row / coarse));
  return {
    from: Int32Array.from({ length: rows }, (_, row) =>
      Math.min(columns - 1, Math.max(0, (first[group(row)] ?? 0) * coarse - strayFrames)),
    ),
    to: Int32Array.from({ length: rows }, (_, row) =>
      row === rows - 1 ? columns - 1 : Math.min(columns - 1, ((last[group(row)] ?? 0) + 1) * coarse + strayFrames),
    ),
  };
}

/** The mean of each group of frames; a group is silent when most of it is. */
function pooled({ features, silent }: HeardSound): HeardSound {
  const { width } = features;
  const count = Math.max(1, Math.floor(features.count / coarse));
  const values = new Float32Array(count * width);
  const energy = new Float32Array(count);
  const quiet = new Uint8Array(count);
  for (let group = 0; group < count; group += 1) {
    let silentFrames = 0;
    for (let frame = group * coarse; frame < Math.min(features.count, (group + 1) * coarse); frame += 1) {
      silentFrames += silent[frame] ?? 0;
      for (let index = 0; index < width; index += 1) {
        const at = group * width + index;
        values[at] = (values[at] as number) + (features.values[frame * width + index] as number) / coarse;
      }
    }
    quiet[group] = silentFrames * 2 > coarse ? 1 : 0;
  }
  return { features: { count, width, values, energy }, silent: quiet };
}

function warpWithin(reference: HeardSound, { sound, corridor }: { readonly sound: HeardSound; readonly corridor: Corridor }): TimeWarp {
  const rows = reference.features.count;
  const columns = sound.features.count;
  const { from, to } = corridor;
  const starts = new Float64Array(rows + 1);
  for (let row = 0; row < rows; row += 1) starts[row + 1] = (starts[row] as number) + (to[row] as number) - (from[row] as number) + 1;
  const moves = new Uint8Array(starts[rows] as number);
  let before = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
  let here = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < rows; row += 1) {
    const [left, right, start] = [from[row] as number, to[row] as number, starts[row] as number];
    const skipsPause = reference.silent[row] === 1;
    // Costs stand one place to the right, so that place 0 is before the first frame.
    here[left] = Number.POSITIVE_INFINITY;
    for (let column = left; column <= right; column += 1) {
      const cost = distance({ reference: reference.features, sound: sound.features, row, column });
      if (row === 0 && column === 0) {
        here[1] = cost;
        continue;
      }
      const alone = cost * 1.05 + stretchCost;
      const diagonal = (before[column] as number) + cost;
      const stay = (here[column] as number) + (sound.silent[column] === 1 ? Math.min(cost, pauseCost) : alone);
      const skip = (before[column + 1] as number) + (skipsPause ? Math.min(cost, pauseCost) : alone);
      const best = Math.min(diagonal, stay, skip);
      here[column + 1] = best;
      moves[start + column - left] = best === diagonal ? 0 : best === stay ? 1 : 2;
    }
    if (right + 2 <= columns) here[right + 2] = Number.POSITIVE_INFINITY;
    [before, here] = [here, before];
    here.fill(Number.POSITIVE_INFINITY, left, Math.min(columns + 1, (to[Math.min(rows - 1, row + 1)] as number) + 2));
  }
  const first = new Int32Array(rows).fill(columns - 1);
  const last = new Int32Array(rows);
  for (let row = rows - 1, column = columns - 1; row >= 0 && column >= 0; ) {
    first[row] = Math.min(first[row] as number, column);
    last[row] = Math.max(last[row] as number, column);
    const move = moves[(starts[row] as number) + column - (from[row] as number)];
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

type Cell = { readonly reference: Features; readonly sound: Features; readonly row: number; readonly column: number };

function distance({ reference, sound, row, column }: Cell): number {
  const { width } = reference;
  const own = reference.values;
  const others = sound.values;
  let sum = 0;
  for (let index = 0, a = row * width, b = column * width; index < width; index += 1, a += 1, b += 1) {
    const difference = (own[a] as number) - (others[b] as number);
    sum += difference * difference;
  }
  return Math.sqrt(sum / width);
}
