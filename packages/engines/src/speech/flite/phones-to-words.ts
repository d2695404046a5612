/** A phone of a sentence and when it ends, in milliseconds. */
export type TimedPhone = { readonly phone: string; readonly endMs: number };

/**
 * Which phones of a sentence belong to which word, given each word's phones when said alone: the cheapest edit path between both. Answers the
 * index of each word's first phone and the index behind its last.
 */
export function phonesOfWords(
  phones: readonly string[],
  words: readonly (readonly string[])[],
): readonly { readonly from: number; readonly to: number }[] {
  const flat = words.flatMap((word, index) => word.map((phone) => ({ phone, word: index })));
  const rows = flat.length + 1;
  const columns = phones.length + 1;
  const cost = new Float64Array(rows * columns);
  const differ = (row: number, column: number): number => {
    const wanted = flat[row - 1]?.phone ?? '';
    const found = phones[column - 1] ?? '';
    if (wanted === found) return 0;
    const vowel = /^[aeiou]/;
    return vowel.test(wanted) === vowel.test(found) ? 0.6 : 1.4;
  };
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (row === 0 || column === 0) {
        cost[row * columns + column] = row + column;
        continue;
      }
      const both = (cost[(row - 1) * columns + column - 1] ?? 0) + differ(row, column);
      const skipWord = (cost[(row - 1) * columns + column] ?? 0) + 1;
      const skipPhone = (cost[row * columns + column - 1] ?? 0) + 1;
      cost[row * columns + column] = Math.min(both, skipWord, skipPhone);
    }
  }
  const owner = new Array<number>(phones.length).fill(-1);
  for (let row = rows - 1, column = columns - 1; row > 0 && column > 0; ) {
    const here = cost[row * columns + column] ?? 0;
    if (Math.abs(here - ((cost[(row - 1) * columns + column - 1] ?? 0) + differ(row, column))) < 1e-9) {
      owner[column - 1] = flat[row - 1]?.word ?? -1;
      row -= 1;
      column -= 1;
    } else if (Math.abs(here - ((cost[row * columns + column - 1] ?? 0) + 1)) < 1e-9) {
      owner[column - 1] = flat[row - 1]?.word ?? -1;
      column -= 1;
    } else row -= 1;
  }
  let at = 0;
  return words.map((_, word) => {
    const from = owner.indexOf(word);
    if (from < 0) return { from: at, to: at };
    at = owner.lastIndexOf(word) + 1;
    return { from, to: at };
  });
}
