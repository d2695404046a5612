import type { Numerals } from './numerals.ts';

/** What a rule sees of a word: its core (outer quotes, brackets and end marks cut off) and its neighbours' cores. */
export type WordContext = {
  readonly core: string;
  readonly previous: string;
  readonly next: string;
  readonly numerals: Numerals;
  /** True when the whole line is in capitals, so that capitals mark no acronym. */
  readonly shouted: boolean;
};
/** Spoken words of a written one, or null when the rule does not fit. */
export type WordRule = (context: WordContext) => readonly string[] | null;

/** A pattern of a plain number: grouped digits and a fraction. */
export const numberPattern = /^[-−–]?(?:\d[\d.,'\u00a0\u202f]*\d|\d)$/;
