import { numberWords } from './numerals.ts';
import { numberPattern, type WordContext, type WordRule } from './word-context.ts';

const bigWords = new Set([
  'thousand',
  'million',
  'billion',
  'trillion',
  'tausend',
  'million',
  'millionen',
  'milliarden',
  'millions',
  'milliards',
  'mil',
  'millones',
]);
const shortSizes: Readonly<Record<string, number>> = { k: 1e3, K: 1e3, m: 1e6, M: 1e6, mn: 1e6, bn: 1e9, B: 1e9 };

/** A number alone ("1,299.50", "-5", "+5", "#3"). */
const plainNumber: WordRule = ({ core, numerals }) => {
  const sign = core.startsWith('+') ? (numerals.signs['+'] ?? []) : [];
  const body = core.replace(/^\+/, '');
  if (!numberPattern.test(body)) return null;
  const words = numberWords(body, numerals);
  return words && [...sign, ...words];
};

/** Money: "$129.00", "€5", "129€", "$1,299.50", "$5M"; before "million" only the number ("$5 million" puts the currency behind). */
const money: WordRule = ({ core, next, numerals }) => {
  const match =
    /^([-−]?)([$€£¥₹])([\d.,'\u00a0]*\d)(k|K|m|M|mn|bn|B)?$/.exec(core) ??
    /^([-−]?)()([\d.,'\u00a0]*\d)(k|K|m|M|mn|bn|B)?([$€£¥₹])$/.exec(core);
  if (!match) return null;
  const names = numerals.money[match[2] || match[5] || ''];
  const amount = match[3] ?? '';
  if (!names) return null;
  const sign = match[1] ? [numerals.minus] : [];
  if (bigWords.has(next.toLowerCase())) {
    const words = numberWords(amount, numerals);
    return words && [...sign, ...words];
  }
  const size = shortSizes[match[4] ?? ''];
  if (size !== undefined) {
    const words = numberWords(amount, numerals);
    return words && [...sign, ...words, ...numerals.cardinal(size).slice(1), names[1]];
  }
  const [whole = '', cents = ''] = amount.replace(numerals.group, '').split(numerals.decimal);
  if (!/^\d*$/.test(whole) || !/^(\d{2})?$/.test(cents)) {
    const words = numberWords(amount, numerals);
    return words && [...sign, ...words, names[1]];
  }
  const units = numberWords(whole || '0', numerals) ?? [];
  const hundredths = Number(cents || '0');
  const parts = hundredths > 0 ? [...numerals.cardinal(hundredths), hundredths === 1 ? names[2] : names[3]] : [];
  if (Number(whole) === 0 && parts.length > 0) return [...sign, ...parts];
  return [...sign, ...units, Number(whole) === 1 ? names[0] : names[1], ...(parts.length > 0 ? [numerals.and, ...parts] : [])];
};

/** "million" behind an amount of money names the currency. */
const moneySize: WordRule = ({ core, previous, numerals }) => {
  const names = numerals.money[/^[$€£¥₹](?=[\d.,]+$)/.exec(previous)?.[0] ?? ''];
  return names && bigWords.has(core.toLowerCase()) ? [core.toLowerCase(), names[1]] : null;
};

/** "12%", "-3.5%". */
const percentage: WordRule = ({ core, numerals }) => {
  if (!/[%٪]$/.test(core)) return null;
  const words = plainNumber({ core: core.slice(0, -1), numerals } as WordContext);
  return words && [...words, ...numerals.percent];
};

/** A sign standing alone; a currency behind its amount ("5 €"). */
const loneSign: WordRule = ({ core, previous, numerals }) => {
  const names = numerals.money[core];
  if (core === '/' && !/^[$€£¥₹]?\d/.test(previous)) return [];
  return names && numberPattern.test(previous) ? [previous === '1' ? names[0] : names[1]] : (numerals.signs[core] ?? null);
};

/** Rules that every language with numerals shares, most special first. */
export const signRules: readonly WordRule[] = [money, moneySize, percentage, plainNumber, loneSign];
