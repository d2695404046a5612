/** Something that is said, and about how long that takes. */
export type Timed<Said> = { readonly said: Said; readonly ms: number };

/** A shot is best about so long; shorter ones flicker, longer ones stand still. */
const bestMs = 6500;
const shortestMs = 2400;
const longestMs = 11_000;

/**
 * Sentences in groups, one for each shot, so that all shots together are nearest to a calm rhythm: about six and a half seconds each, none much longer
 * than eleven, none a flicker. Sentences stay whole and in order; the cuts are those of the least sum of squared distances, found from the end.
 */
export function cutByRhythm<Said>(sentences: readonly Timed<Said>[]): readonly (readonly Timed<Said>[])[] {
  const count = sentences.length;
  const costs: number[] = new Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const nexts: number[] = new Array(count + 1).fill(count);
  costs[count] = 0;
  for (let from = count - 1; from >= 0; from--) {
    let ms = 0;
    for (let to = from + 1; to <= count; to++) {
      ms += sentences[to - 1]?.ms ?? 0;
      if (to > from + 1 && ms > longestMs) break;
      const cost = (costs[to] ?? 0) + shotCost(ms);
      if (cost >= (costs[from] ?? 0)) continue;
      costs[from] = cost;
      nexts[from] = to;
    }
  }
  const groups: (readonly Timed<Said>[])[] = [];
  for (let from = 0; from < count; from = nexts[from] ?? count) groups.push(sentences.slice(from, nexts[from]));
  return groups;
}

function shotCost(ms: number): number {
  const away = (ms - bestMs) / bestMs;
  return away ** 2 + (ms < shortestMs ? 1 : 0) + (ms > longestMs ? (ms - longestMs) / longestMs : 0);
}
