import type { WordRule } from './word-context.ts';

const monthName = /^(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)/;
const irregular: Readonly<Record<number, string>> = { 1: 'erster', 3: 'dritter', 7: 'siebter', 8: 'achter' };

/** Whether a number with a point is the day of a month ("21. November") rather than a sentence's end. */
export function isGermanDay(written: string, next: string): boolean {
  return /^(?:[12]?\d|3[01])\.$/.test(written) && monthName.test(next);
}

/** "21. November" is einundzwanzigster November. */
const dayOfMonth: WordRule = ({ core, next, numerals }) => {
  if (!isGermanDay(core, next)) return null;
  const day = Number.parseInt(core, 10);
  return [irregular[day] ?? `${numerals.cardinal(day).join('')}${day < 20 ? 'ter' : 'ster'}`];
};

/** Rules for German alone. */
export const germanRules: readonly WordRule[] = [dayOfMonth];
