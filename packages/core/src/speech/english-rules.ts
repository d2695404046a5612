import { dateRules } from './english-dates.ts';
import { letterRules } from './english-letters.ts';
import { measureRules } from './english-measures.ts';
import { abbreviations, mayEndSentence } from './english-tables.ts';
import type { WordRule } from './word-context.ts';

/** Whether the point behind a word ends the sentence rather than an abbreviation; `next` is the next written word, empty at the end. */
export function endsSentence(core: string, next: string): boolean {
  if (next === '') return true;
  const lower = core.toLowerCase();
  if (lower === 'no.' && /^\d/.test(next)) return false;
  if (!(lower in abbreviations) && !/^(?:\p{L}\.)+$/u.test(core)) return true;
  return mayEndSentence.has(lower) && /^["“(]?\p{Lu}/u.test(next);
}

const abbreviation: WordRule = ({ core, previous, next }) => {
  const lower = core.toLowerCase();
  if (lower === 'st.' && /^\p{Lu}/u.test(previous) && !/^\p{Lu}/u.test(next)) return ['street'];
  if (lower === 'no.' && /^\d/.test(next)) return ['number'];
  if (lower === 'min.' || lower === 'max.') return /^\d/.test(next) ? [lower === 'min.' ? 'minimum' : 'maximum'] : null;
  return abbreviations[lower]?.split(' ') ?? (/^[ap]m$/i.test(core) && core !== 'am' ? [core[0]?.toUpperCase() ?? '', 'M'] : null);
};

/** The second half of "9 am" and "10:30 am". */
const halfOfDay: WordRule = ({ core, previous }) => (/^am$/i.test(core) && /^\d{1,2}(?::\d\d)?$/.test(previous) ? ['A', 'M'] : null);

/** Rules for English alone, most special first. */
export const englishRules: readonly WordRule[] = [halfOfDay, abbreviation, ...dateRules, ...measureRules, ...letterRules];
