import { englishCardinal, englishDecade, englishOrdinal, englishYear } from './english-numbers.ts';
import { beforeYear, monthNames, months, units } from './english-tables.ts';
import type { WordRule } from './word-context.ts';

const monthOf = (word: string): string | undefined => (/^\p{Lu}/u.test(word) ? months[word.toLowerCase()] : undefined);

function dateWords(year: string, { month, day }: { readonly month: string; readonly day: string }): readonly string[] | null {
  const name = monthNames[Number(month) - 1];
  if (name === undefined || Number(day) < 1 || Number(day) > 31) return null;
  return [name, ...englishOrdinal(Number(day)), ...englishYear(Number(year))];
}

/** "2026-11-21" and "11/21/2026" (month first, as in the United States). */
const numericDate: WordRule = ({ core }) => {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(core);
  if (iso) return dateWords(iso[1] ?? '', { month: iso[2] ?? '', day: iso[3] ?? '' });
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(core);
  return american && dateWords(american[3] ?? '', { month: american[1] ?? '', day: american[2] ?? '' });
};

/** "on 12/25": a day of a month (month first) behind a word that dates. */
const dayAndMonth: WordRule = ({ core, previous }) => {
  const match = /^(1[0-2]|0?[1-9])\/(3[01]|[12]\d|0?[1-9])$/.exec(core);
  const month = monthNames[Number(match?.[1]) - 1];
  return match && month && (previous === 'on' || beforeYear.has(previous)) ? [month, ...englishOrdinal(Number(match[2]))] : null;
};

/** "Nov" beside a day or year. */
const monthName: WordRule = ({ core, previous, next }) => {
  const name = monthOf(core);
  return name !== undefined && (/^\d/.test(next) || /^\d/.test(previous)) ? [name] : null;
};

/** The day in "Nov 21" and "21 November". */
const dayOfMonth: WordRule = ({ core, previous, next }) => {
  if (!/^(?:[12]?\d|3[01])$/.test(core) || core === '0') return null;
  return monthOf(previous) !== undefined || monthOf(next) !== undefined ? englishOrdinal(Number(core)) : null;
};

/** Four digits that stand for a year rather than a count. */
const yearAlone: WordRule = ({ core, previous, next }) => {
  if (!/^(?:1[1-9]|2[01])\d\d$/.test(core) || next in units) return null;
  const told =
    beforeYear.has(previous.toLowerCase()) ||
    monthOf(previous) !== undefined ||
    (/^\d{1,2}(?:st|nd|rd|th)?$/.test(previous) && next === '');
  const counted = /^[a-z]+s$/.test(next) || /^(?:people|million|percent|of|or|more)$/.test(next);
  return told || (!counted && /^(?:19|20)/.test(core)) ? englishYear(Number(core)) : null;
};

/** "1990s", "'90s", "80s". */
const decade: WordRule = ({ core }) => {
  const match = /^['’]?(\d{2}|\d{4})['’]?s$/.exec(core);
  return match && Number(match[1]) % 10 === 0 ? englishDecade(Number(match[1])) : null;
};

/** "2020-2026". */
const years: WordRule = ({ core }) => {
  const match = /^((?:19|20)\d\d)[-–]((?:19|20)?\d\d)$/.exec(core);
  return (
    match && [
      ...englishYear(Number(match[1])),
      'to',
      ...(match[2]?.length === 2 ? englishCardinal(Number(match[2])) : englishYear(Number(match[2]))),
    ]
  );
};

/** "3:30", "10:00", "9:05pm", "9am"; the hour from 0 to 24. */
const timeOfDay: WordRule = ({ core, next }) => {
  const match = /^(\d{1,2})(?::([0-5]\d))?(?::[0-5]\d)?([ap])?\.?(?:m\.?)?$/i.exec(core);
  const [, hour = '', minute, half] = match ?? [];
  if (!match || Number(hour) > 24 || (minute === undefined && half === undefined) || (half === undefined && /[a-z]/i.test(core)))
    return null;
  const tail = half === undefined ? [] : [half.toUpperCase(), 'M'];
  const words = englishCardinal(Number(hour));
  if (minute === undefined) return [...words, ...tail];
  if (minute === '00')
    return tail.length > 0 || /^[ap]\.?m\b/i.test(next)
      ? [...words, ...tail]
      : Number(hour) > 12
        ? [...words, 'hundred']
        : [...words, "o'clock"];
  return [...words, ...(Number(minute) < 10 ? ['oh'] : []), ...englishCardinal(Number(minute)), ...tail];
};

const dayNames = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

/** "Mon-Fri". */
const days: WordRule = ({ core }) => {
  const names = core
    .split(/[-–]/)
    .map((part) => (/^[A-Z][a-z]{2,3}$/.test(part) ? dayNames.find((name) => name.startsWith(part.toLowerCase())) : undefined));
  const [from, to] = names;
  return names.length === 2 && from && to ? [from, 'to', to] : null;
};

const numbered = /^(?:chapter|part|volume|act|episode|phase|mark|type|war|book)$/i;

/** "Chapter IV": Roman numerals up to 39 behind a word that is numbered, those of two letters and more behind any name. */
const roman: WordRule = ({ core, previous }) => {
  const named = numbered.test(previous) || (core.length > 1 && /^\p{Lu}\p{Ll}/u.test(previous));
  if (!named || !/^X{0,3}(?:IX|IV|V?I{0,3})$/.test(core) || core === '') return null;
  const values: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10 };
  const digits = [...core].map((letter) => values[letter] ?? 0);
  return englishCardinal(digits.reduce((sum, value, index) => sum + (value < (digits[index + 1] ?? 0) ? -value : value), 0));
};

/** Dates, years and times of day in English. */
export const dateRules: readonly WordRule[] = [
  numericDate,
  dayAndMonth,
  days,
  roman,
  monthName,
  dayOfMonth,
  yearAlone,
  decade,
  years,
  timeOfDay,
];
