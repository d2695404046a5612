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

const clock = /^([01]?\d|2[0-4])[:.]([0-5]\d)$/;

/** "14:30 Uhr" is vierzehn Uhr dreißig: the hour is said by the first word, the minutes by the second. */
const timeOfDay: WordRule = ({ core, previous, next, numerals }) => {
  const hour = clock.exec(core);
  if (hour !== null && next === 'Uhr') return numerals.cardinal(Number(hour[1])).map((word) => (word === 'eins' ? 'ein' : word));
  const before = core === 'Uhr' ? clock.exec(previous) : null;
  return before === null ? null : ['Uhr', ...(before[2] === '00' ? [] : numerals.cardinal(Number(before[2])))];
};

/** Rules for German alone. */
export const germanRules: readonly WordRule[] = [dayOfMonth, timeOfDay];
