import { graphemes, wordStarts } from './graphemes.ts';
import { mayBreakBetween } from './kinsoku.ts';
import { isUnspaced } from './scripts.ts';

/** The smallest stretch of text that stays on one line; `space` is what follows it when the line goes on, `hyphen` what ends it when the line breaks there. */
export type LineUnit = {
  readonly text: string;
  readonly space: string;
  readonly hyphen: string;
  /** Cost of breaking after it: 0 at a space, more inside a word; Infinity where the line must go on. */
  readonly breakCost: number;
  /** Whether the line must end here. */
  readonly mustBreak: boolean;
};

const breakingSpace = /[\t \u1680\u2000-\u2006\u2008-\u200A\u205F\u3000]+/u;
const number = /^[(+\-−]?[\d.,'’\u00A0\u202F\u0660-\u0669\u06F0-\u06F9]*[\d\u0660-\u0669\u06F0-\u06F9][%½¼¾]?$/u;
const unit =
  /^(?:[%‰°€$£¥₹]|°[CF]|[kcmµn]?[mgl]|[kMGT]?(?:B|Hz|W|Wh|V|Pa|bit|b)|[kMGT]i?B|[mµn]?[sA]|km\/h|mph|m²|m³|h|min|mAh|in|ft|oz|lbs?|dB|px|fps|[ap]\.?m\.?|(?:EUR|USD|GBP|JPY|CNY|CHF|Uhr|Mio|Mrd|million|billion|Millionen|ريال|درهم|دينار|جنيه|شيكل|ש״ח|руб|грн|тг)[.,;:!?]?|[€$£¥₹%][.,;:!?]?)$/iu;
const currency = /^(?:[€$£¥₹]|EUR|USD|GBP|CHF|JPY|CNY|Nr\.|No\.|#)$/u;

const glued = (before: string, after: string): boolean =>
  (number.test(before) && (unit.test(after) || /^\d{3}(?:[ .,]|$)/.test(after))) ||
  (currency.test(before) && number.test(after)) ||
  /^[?!:;»%–—।]$/.test(after);

/** Scripts whose lines may end after any character: Chinese and Japanese with their punctuation. */
const isCharacterWise = (grapheme: string): boolean =>
  isUnspaced(grapheme) && !/[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(grapheme);

/** Cuts one word without spaces where its script lets a line end: between CJK characters (kinsoku), at Thai words, after hyphens and dashes, at soft hyphens. */
const cutWord = (word: string, language: string): { text: string; hyphen: string; cost: number }[] => {
  const parts: { text: string; hyphen: string; cost: number }[] = [];
  const starts = isUnspaced(word) ? wordStarts(word, language) : undefined;
  const spelled = graphemes(word, language);
  let text = '';
  let offset = 0;
  const cut = (cost: number, hyphen = ''): void => {
    if (text) parts.push({ text, hyphen, cost });
    text = '';
  };
  for (const [i, grapheme] of spelled.entries()) {
    const next = spelled[i + 1];
    offset += grapheme.length;
    if (grapheme === '\u00AD' || grapheme === '\u200B') {
      cut(grapheme === '\u00AD' ? 0.06 : 0, grapheme === '\u00AD' ? '-' : '');
      continue;
    }
    text += grapheme;
    if (next === undefined || next === '\u00AD' || next === '\u200B') continue;
    if (/^[-‐–—/]$/.test(grapheme) && text.length > 1 && /^\p{L}/u.test(next) && /\p{L}.$/u.test(text)) cut(grapheme === '/' ? 0.05 : 0.02);
    else if (starts && mayBreakBetween(grapheme, next) && isUnspaced(grapheme + next)) {
      if (starts.has(offset)) cut(/^\p{Script=Hiragana}/u.test(next) ? 0.06 : 0.004);
      else if (isCharacterWise(grapheme) && isCharacterWise(next)) cut(0.08);
    }
  }
  cut(0);
  return parts;
};

/** Cuts a text into units that are never broken inside; numbers keep their units, NBSP and word joiners hold, `\n` ends a line. */
export const lineUnits = (text: string, language: string): readonly LineUnit[] => {
  const units: LineUnit[] = [];
  const paragraphs = text.replace(/\r\n?/g, '\n').split(/[\n\u2028\u2029]/);
  paragraphs.forEach((paragraph, p) => {
    const words = paragraph.split(breakingSpace).filter((word) => word !== '');
    const before = units.length;
    words.forEach((word, w) => {
      const next = words[w + 1];
      const parts = cutWord(word, language);
      parts.forEach((part, i) => {
        const lastPart = i === parts.length - 1;
        const hold = lastPart && next !== undefined && glued(word, next);
        units.push({
          text: part.text,
          space: lastPart && next !== undefined ? ' ' : '',
          hyphen: lastPart ? '' : part.hyphen,
          breakCost: hold ? Number.POSITIVE_INFINITY : lastPart ? 0 : part.cost,
          mustBreak: false,
        });
      });
    });
    if (p === paragraphs.length - 1) return;
    const ended = units.at(-1);
    if (ended && units.length > before) units[units.length - 1] = { ...ended, space: '', mustBreak: true };
    else units.push({ text: '', space: '', hyphen: '', breakCost: 0, mustBreak: true });
  });
  return units;
};
