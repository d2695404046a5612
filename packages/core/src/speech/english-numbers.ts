const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const scales: readonly (readonly [number, string])[] = [
  [1e15, 'quadrillion'],
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
  [1e3, 'thousand'],
  [100, 'hundred'],
];
const ordinals: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

/** English words of a whole number from 0 below 10^18, American (no "and"). */
export function englishCardinal(value: number): readonly string[] {
  for (const [scale, name] of scales) {
    if (value < scale) continue;
    const rest = value % scale;
    return [...englishCardinal(Math.floor(value / scale)), name, ...(rest > 0 ? englishCardinal(rest) : [])];
  }
  if (value < 20) return [small[value] ?? ''];
  const ten = tens[Math.floor(value / 10)] ?? '';
  return value % 10 === 0 ? [ten] : [ten, small[value % 10] ?? ''];
}

/** English words of a place in an order: 21 is twenty first. */
export function englishOrdinal(value: number): readonly string[] {
  const words = englishCardinal(value);
  const last = words.at(-1) ?? '';
  const ending = ordinals[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`);
  return [...words.slice(0, -1), ending];
}

/** English words of a year: 1999 nineteen ninety nine, 2007 two thousand seven, 2026 twenty twenty six, 1905 nineteen oh five. */
export function englishYear(year: number): readonly string[] {
  const rest = year % 100;
  if (year < 1100 || year > 2999 || (year >= 2000 && year < 2010) || year % 1000 === 0) return englishCardinal(year);
  const century = englishCardinal(Math.floor(year / 100));
  if (rest === 0) return [...century, 'hundred'];
  return rest < 10 ? [...century, 'oh', ...englishCardinal(rest)] : [...century, ...englishCardinal(rest)];
}

/** English words of ten years: 1990 is nineteen nineties, 90 is nineties. */
export function englishDecade(year: number): readonly string[] {
  const words = year < 100 ? englishCardinal(year) : englishYear(year);
  const last = words.at(-1) ?? '';
  return [...words.slice(0, -1), last.endsWith('y') ? `${last.slice(0, -1)}ies` : `${last}s`];
}
