const small = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const tens = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const scales = ['', 'thousand', 'million', 'billion', 'trillion'];
const irregular: Readonly<Record<string, string>> = { one: 'first', two: 'second', three: 'third', five: 'fifth', eight: 'eighth', nine: 'ninth', twelve: 'twelfth' };

/** Words of a whole number of at most 15 digits; longer ones are read digit by digit. */
export function cardinal(digits: string): readonly string[] {
  const clean = digits.replace(/^0+(?=\d)/, '');
  if (clean.length > 15) return digitByDigit(digits);
  const value = Number(clean);
  if (value === 0) return ['zero'];
  const words: string[] = [];
  for (let scale = scales.length - 1; scale >= 0; scale--) {
    const part = Math.floor(value / 1000 ** scale) % 1000;
    if (part === 0) continue;
    words.push(...belowThousand(part), ...(scale > 0 ? [scales[scale] as string] : []));
  }
  return words;
}

function belowThousand(value: number): readonly string[] {
  const words: string[] = [];
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  if (hundreds > 0) words.push(small[hundreds] as string, 'hundred');
  if (rest > 0 && rest < 20) words.push(small[rest] as string);
  else if (rest >= 20) {
    words.push(tens[Math.floor(rest / 10)] as string);
    if (rest % 10 > 0) words.push(small[rest % 10] as string);
  }
  return words;
}

/** Each digit by its name: "007" is zero zero seven. */
export function digitByDigit(digits: string): readonly string[] {
  return [...digits].map((digit) => small[Number(digit)] as string);
}

/** Words of an ordinal: 21 is twenty first. */
export function ordinal(digits: string): readonly string[] {
  const words = cardinal(digits);
  const last = words.at(-1) as string;
  const turned = irregular[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`);
  return [...words.slice(0, -1), turned];
}

/** Words of a year from 1000 to 2099 as it is said: 1999 nineteen ninety nine, 2005 two thousand five, 2024 twenty twenty four. */
export function year(digits: string): readonly string[] {
  const value = Number(digits);
  const century = Math.floor(value / 100);
  const rest = value % 100;
  if (value % 1000 < 10) return cardinal(digits);
  if (rest === 0) return [...cardinal(String(century)), 'hundred'];
  return [...cardinal(String(century)), ...(rest < 10 ? ['oh', small[rest] as string] : cardinal(String(rest)))];
}

/** Words of a number with thousands commas and a decimal point: "1,299.50" is one thousand two hundred ninety nine point five zero. */
export function decimal(text: string): readonly string[] {
  const [whole = '0', fraction] = text.replaceAll(',', '').split('.');
  return fraction === undefined ? cardinal(whole) : [...cardinal(whole === '' ? '0' : whole), 'point', ...digitByDigit(fraction)];
}
