/** A phone with when it is said, in milliseconds. */
export type Phone = { readonly name: string; readonly startMs: number; readonly endMs: number };

/** For each word the first and last of the said phones that are its own, by least edit distance between expected and said phones; null where none is left for it. */
export function matchPhones(
  words: readonly (readonly string[])[],
  said: readonly Phone[],
): readonly ({ readonly startMs: number; readonly endMs: number } | null)[] {
  const expected = words.flatMap((phones, word) => phones.map((name) => ({ name, word })));
  const rows = expected.length + 1;
  const columns = said.length + 1;
  const cost = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) cost[i * columns] = i;
  for (let j = 0; j < columns; j++) cost[j] = j;
  const change = (i: number, j: number): number => {
    const a = expected[i - 1]?.name ?? '';
    const b = said[j - 1]?.name ?? '';
    return a === b ? 0 : isVowel(a) === isVowel(b) ? 0.6 : 1.6;
  };
  for (let i = 1; i < rows; i++) {
    for (let j = 1; j < columns; j++) {
      cost[i * columns + j] = Math.min(
        (cost[(i - 1) * columns + j - 1] ?? 0) + change(i, j),
        (cost[(i - 1) * columns + j] ?? 0) + 1,
        (cost[i * columns + j - 1] ?? 0) + 1,
      );
    }
  }
  const times: ({ startMs: number; endMs: number } | null)[] = words.map(() => null);
  let i = rows - 1;
  let j = columns - 1;
  while (i > 0 && j > 0) {
    const here = cost[i * columns + j] ?? 0;
    if (Math.abs(here - ((cost[(i - 1) * columns + j - 1] ?? 0) + change(i, j))) < 1e-4) {
      const phone = said[j - 1] as Phone;
      const word = expected[i - 1]?.word ?? 0;
      const known = times[word];
      times[word] = { startMs: phone.startMs, endMs: known?.endMs ?? phone.endMs };
      i--;
      j--;
    } else if (Math.abs(here - ((cost[i * columns + j - 1] ?? 0) + 1)) < 1e-4) j--;
    else i--;
  }
  return times;
}

function isVowel(phone: string): boolean {
  return /^[aeiou]/.test(phone);
}
