import { englishCardinal, englishOrdinal } from './english-numbers.ts';
import { sizes, units } from './english-tables.ts';
import { numberWords } from './numerals.ts';
import { signRules } from './sign-rules.ts';
import { numberPattern, type WordContext, type WordRule } from './word-context.ts';

const unitWords = (unit: string, amount: string): readonly string[] | null =>
  units[unit]?.[/^[-−]?1$/.test(amount) ? 0 : 1].split(' ') ?? null;

/** A unit written apart from its number: the second word of "5 kg". Letters that are also words (m, s, h, x) need the number. */
const unitAfterNumber: WordRule = ({ core, previous }) =>
  numberPattern.test(previous) && !/^[x×"″]$/.test(core) ? unitWords(core, previous) : null;
/** Units that are never anything else, wherever they stand. */
const unitAlone: WordRule = ({ core }) => (/[/°²³]|Wh$|bps$|Hz$/.test(core) ? unitWords(core, '') : null);

/** "5kg", "1080p", "4K", "60fps", "3x", "10k", "20°C". */
const numberWithUnit: WordRule = ({ core, numerals }) => {
  const match = /^([-−+]?\d[\d.,]*?)-?([a-zA-Z°²³/×"″%]+)$/.exec(core);
  const [, amount = '', unit = ''] = match ?? [];
  if (!match) return null;
  const number = numberWords(amount, numerals);
  if (number === null) return null;
  if (/^\d{3,4}$/.test(amount) && (unit === 'p' || unit === 'i')) {
    return [...englishCardinal(Math.floor(Number(amount) / 100)), ...englishCardinal(Number(amount) % 100), unit.toUpperCase()];
  }
  if (unit === 'K' || (unit === 'D' && amount.length === 1)) return [...number, unit];
  const named = unitWords(unit, amount) ?? (unit in sizes ? [sizes[unit] ?? ''] : null);
  return named && [...number, ...named];
};

const ordinalNumber: WordRule = ({ core, numerals }) => {
  const match = /^(\d[\d,]*)(?:st|nd|rd|th)$/i.exec(core);
  return match && englishOrdinal(Number((match[1] ?? '').replace(numerals.group, '')));
};

/** "5-10", "5–10%", "$5-$10", "5-10kg": each side by its own rules. */
const range: WordRule = (context) => {
  const match = /^([$€£]?\d[\d.,]*)[-–—]([$€£]?\d[\d.,]*)(%|[a-zA-Z°]+)?$/.exec(context.core);
  const [, from = '', to = '', unit = ''] = match ?? [];
  if (!match) return null;
  const sign = /^[$€£]/.exec(from)?.[0] ?? '';
  const left = firstFit({ ...context, core: sign && !/^[$€£]/.test(to) ? from.slice(1) : from }, signRules);
  const right = firstFit({ ...context, core: `${sign && !/^[$€£]/.test(to) ? sign : ''}${to}${unit}` }, [...signRules, numberWithUnit]);
  return left && right && [...left, 'to', ...right];
};

/** "1/2", "3/4", "24/7"; "3 1/2" is three and one half. */
const fraction: WordRule = ({ core, previous }) => {
  if (core === '24/7') return ['twenty', 'four', 'seven'];
  const words = fractionWords(core);
  return words && /^\d{1,4}$/.test(previous) ? ['and', ...words] : words;
};

function fractionWords(core: string): readonly string[] | null {
  const match = /^(\d{1,3})\/(\d{1,3})$/.exec(core);
  if (!match) return null;
  const [count, parts] = [Number(match[1]), Number(match[2])];
  if (parts === 2) return [...englishCardinal(count), count === 1 ? 'half' : 'halves'];
  if (parts === 4) return [...englishCardinal(count), count === 1 ? 'quarter' : 'quarters'];
  if (count > 1 && (parts === 10 || parts === 100)) return [...englishCardinal(count), 'out', 'of', ...englishCardinal(parts)];
  if (parts < 3 || count >= parts) return [...englishCardinal(count), 'over', ...englishCardinal(parts)];
  const ordinal = englishOrdinal(parts);
  return [...englishCardinal(count), ...ordinal.slice(0, -1), `${ordinal.at(-1)}${count === 1 ? '' : 's'}`];
}

/** Groups of digits that are dialled, not counted: "1-800-555-0199", "555-0199". */
const telephone: WordRule = ({ core }) => {
  if (!/^\+?\d{1,4}(?:[-.]\d{2,4}){2,}$|^\d{3}-\d{4}$/.test(core) || core.replaceAll(/\D/g, '').length < 7) return null;
  return [...core.replaceAll(/\D/g, '')].flatMap((digit) => englishCardinal(Number(digit)));
};

const vulgar: Readonly<Record<string, string>> = {
  '½': 'one half',
  '¼': 'one quarter',
  '¾': 'three quarters',
  '⅓': 'one third',
  '⅔': 'two thirds',
};
const vulgarFraction: WordRule = ({ core }) => {
  const match = /^(\d*)([½¼¾⅓⅔])$/.exec(core);
  if (!match) return null;
  const words = (vulgar[match[2] ?? ''] ?? '').split(' ');
  return match[1] ? [...englishCardinal(Number(match[1])), 'and', ...words.map((word) => (word === 'one' ? 'a' : word))] : words;
};

/** The x between two numbers ("3 x 4"). */
const loneTimes: WordRule = ({ core, previous, next }) => (core === 'x' && /^\d/.test(previous) && /^\d/.test(next) ? ['times'] : null);

/** "16:9", "#5", "v2.0", "2.0.1", "1920x1080". */
const notation: WordRule = ({ core, numerals }) => {
  const ratio = /^(\d{1,2}):(\d)$/.exec(core);
  if (ratio) return [...englishCardinal(Number(ratio[1])), ratio[2] === '1' ? 'to' : 'by', ...englishCardinal(Number(ratio[2]))];
  const size = /^(\d+)[x×](\d+)$/.exec(core);
  if (size) return [...englishCardinal(Number(size[1])), 'by', ...englishCardinal(Number(size[2]))];
  const height = /^(\d)['’′](\d{1,2})["”″]?$/.exec(core);
  if (height) return [...englishCardinal(Number(height[1])), 'foot', ...englishCardinal(Number(height[2]))];
  const hash = /^#(\d+)$/.exec(core);
  if (hash) return ['number', ...englishCardinal(Number(hash[1]))];
  const version = /^v?(\d+(?:\.\d+)+)$/i.exec(core);
  if (!version || numberWords(core, numerals) !== null) return null;
  const parts = (version[1] ?? '').split('.').flatMap((part, index) => [...(index > 0 ? ['point'] : []), ...englishCardinal(Number(part))]);
  return [...(/^v/i.test(core) ? ['version'] : []), ...parts];
};

/** What the first fitting rule says, or null. */
export function firstFit(context: WordContext, rules: readonly WordRule[]): readonly string[] | null {
  for (const rule of rules) {
    const words = rule(context);
    if (words !== null) return words;
  }
  return null;
}

/** Numbers with units, ranges, fractions and notations in English. */
export const measureRules: readonly WordRule[] = [
  telephone,
  vulgarFraction,
  loneTimes,
  unitAfterNumber,
  unitAlone,
  ordinalNumber,
  range,
  fraction,
  notation,
  numberWithUnit,
];
