import { graphemes } from './graphemes.ts';
import { mayEndLine, mayStartLine } from './kinsoku.ts';
import { type LineUnit, lineUnits } from './line-units.ts';
import { isUnspaced } from './scripts.ts';

/** One line of a broken text; `from`..`until` (exclusive) index its words where words were given. */
export type BrokenLine = { readonly text: string; readonly width: number; readonly from: number; readonly until: number };
/** `fits` is false when a line is wider than allowed, a word had to be cut, or there are more lines than allowed; the lines hold the whole text even then. */
export type BrokenLines = { readonly lines: readonly BrokenLine[]; readonly fits: boolean };

type BreakOptions = {
  readonly language: string;
  /** Widest line, in the unit of `measure`. */
  readonly maxWidth: number;
  readonly measure: (text: string) => number;
  readonly maxLines?: number;
};

const widowShare = 0.22;
/** Whether a word belongs to the one before it: a counter to its number where no spaces are written, a particle to its word. */
export const leansBack = (before: string, after: string): boolean =>
  (isUnspaced(after) && /\d$/.test(before) && /^\p{Script=Han}/u.test(after)) || (isUnspaced(before) && leaningWord.test(after));
/** A number that the word after it counts with. */
const isNumber = /^[(]?[\d.,٠-٩۰-۹०-९]*[\d٠-٩۰-۹०-९]$/u;
/** Chinese and Japanese particles that lean on the word before them. */
const leaningWord = /^(?:的|了|吗|嗎|呢|吧|啊|们|們|着|著|过|過|得|地|は|が|を|に|で|と|も|の|へ|や|か|ね|よ)(?![\p{Script=Han}])/u;

/** Units wider than a line are cut between graphemes: the last resort, marked by `cut`. */
const fitUnits = (units: readonly LineUnit[], options: BreakOptions): { units: readonly LineUnit[]; cut: boolean } => {
  let cut = false;
  const fitted = units.flatMap((unit) => {
    if (options.measure(unit.text) <= options.maxWidth) return [unit];
    const pieces: string[] = [];
    let piece = '';
    for (const grapheme of graphemes(unit.text, options.language)) {
      if (piece !== '' && options.measure(piece + grapheme) > options.maxWidth) {
        pieces.push(piece);
        piece = '';
      }
      piece += grapheme;
    }
    pieces.push(piece);
    if (pieces.length > 1) cut = true;
    return pieces.map(
      (text, i): LineUnit =>
        i === pieces.length - 1 ? { ...unit, text } : { text, space: '', hyphen: '', breakCost: 1, mustBreak: false },
    );
  });
  return { units: fitted, cut };
};

/** What a line's end costs by the words around it: less after a comma and before a bracket, more after a short word or just inside a bracket. */
const edgeCost = (last: LineUnit, next: LineUnit | undefined): number => {
  const after = next?.text ?? '';
  // Where no spaces are written a mark is the only seam that the eye has.
  const pause = /[、。，；：！？]$/u.test(last.text) ? -0.14 : /[,;:.!?،؛।]$/u.test(last.text) || /^[([{«„“‘¿¡]/u.test(after) ? -0.03 : 0;
  const counted = isNumber.test(last.text) && /^\p{L}/u.test(after) ? 0.08 : 0;
  const leaning = last.space === '' && leaningWord.test(after) ? 0.12 : 0;
  const opened = /^[([{«„“‘]/u.test(last.text) && !/[)\]}»”’.,!?]$/u.test(last.text) ? 0.08 : 0;
  const letters = last.space ? (/^\p{Script=Latin}+$/u.exec(last.text)?.[0].length ?? 9) : 9;
  const short = letters <= 2 ? 0.06 : letters === 3 ? 0.03 : letters === 4 ? 0.015 : 0;
  return pause + opened + short + counted + leaning;
};

type Best = { readonly lines: number; readonly cost: number; readonly from: number };

/** Picks the breaks that give the fewest lines and, among those, the most even ones without a widow (dynamic programme over all lines). */
const chooseBreaks = (units: readonly LineUnit[], options: BreakOptions): readonly (readonly [number, number])[] => {
  const space = options.measure(' ');
  const widths = units.map((unit) => options.measure(unit.text));
  const hyphen = options.measure('-');
  const best: (Best | undefined)[] = [{ lines: 0, cost: 0, from: 0 }];
  for (let end = 1; end <= units.length; end++) {
    const last = units[end - 1];
    let width = 0;
    if (!last || (end < units.length && last.breakCost === Number.POSITIVE_INFINITY)) continue;
    for (let from = end - 1; from >= 0; from--) {
      const unit = units[from];
      if (!unit || (from < end - 1 && unit.mustBreak)) break;
      width += (widths[from] ?? 0) + (from < end - 1 && unit.space ? space : 0);
      const whole = width + (last.hyphen ? hyphen : 0);
      const tooWide = whole > options.maxWidth * 1.0001;
      const before = best[from];
      if (tooWide && best[end]) break;
      if (!before) continue;
      const slack = Math.max(0, 1 - whole / options.maxWidth);
      const final = end === units.length;
      const widow =
        final && from > 0 && !units[from - 1]?.mustBreak && (end - from === 1 || whole < options.maxWidth * widowShare)
          ? 0.25 * (1 - whole / options.maxWidth)
          : 0;
      const edge = final ? 0 : edgeCost(last, units[end]);
      const cost = before.cost + slack * slack + widow + edge + (final || last.mustBreak ? 0 : last.breakCost) + (tooWide ? 100 : 0);
      const lines = before.lines + 1;
      const known = best[end];
      if (!known || lines < known.lines || (lines === known.lines && cost < known.cost)) best[end] = { lines, cost, from };
    }
  }
  const spans: [number, number][] = [];
  for (let end = units.length; end > 0; ) {
    const from = best[end]?.from ?? 0;
    spans.unshift([from, end]);
    end = from;
  }
  return spans;
};

const joinUnits = (units: readonly LineUnit[]): string =>
  units.map((unit, i) => (i === units.length - 1 ? unit.text + unit.hyphen : unit.text + unit.space)).join('');

const finish = (lines: readonly BrokenLine[], options: BreakOptions & { readonly cut: boolean }): BrokenLines => ({
  lines,
  fits:
    !options.cut &&
    lines.length <= (options.maxLines ?? Number.POSITIVE_INFINITY) &&
    lines.every((line) => line.width <= options.maxWidth * 1.0001),
});

/** Breaks a text into the fewest, most even lines; CJK by kinsoku, never inside a grapheme, between a number and its unit, or at a non-breaking space. */
export const breakLines = (options: BreakOptions & { readonly text: string }): BrokenLines => {
  const { units, cut } = fitUnits(lineUnits(options.text, options.language), options);
  if (units.length === 0) return { lines: [], fits: true };
  const lines = chooseBreaks(units, options).map(([from, until]) => {
    const text = joinUnits(units.slice(from, until));
    return { text, width: options.measure(text), from, until };
  });
  return finish(lines, { ...options, cut });
};

/** What stands between two displayed words: nothing in scripts that write no spaces, else a space; a word that ends in a space keeps it. */
export const spaceBetween = (before: string, after: string): '' | ' ' => {
  const left = Array.from(before).at(-1) ?? '';
  const right = Array.from(after)[0] ?? '';
  return left === ' ' || isUnspaced(left) || isUnspaced(right) ? '' : ' ';
};

/** Words as one line of text. */
export const joinWords = (words: readonly string[]): string =>
  words
    .map((word, i) => word + (i + 1 < words.length ? spaceBetween(word, words[i + 1] ?? '') : ''))
    .join('')
    .trimEnd();

/** Breaks between whole words only (captions, whose words are lit one by one); `from`..`until` of each line index `words`. */
export const breakWords = (options: BreakOptions & { readonly words: readonly string[] }): BrokenLines => {
  const { words } = options;
  if (words.length === 0) return { lines: [], fits: true };
  const units = words.map((word, i): LineUnit => {
    const next = words[i + 1];
    const held = next !== undefined && (!mayStartLine(next) || !mayEndLine(word) || leansBack(word, next));
    return {
      text: word,
      space: next === undefined ? '' : spaceBetween(word, next),
      hyphen: '',
      breakCost: held ? Number.POSITIVE_INFINITY : 0,
      mustBreak: false,
    };
  });
  const lines = chooseBreaks(units, options).map(([from, until]) => {
    const text = joinWords(words.slice(from, until));
    return { text, width: options.measure(text), from, until };
  });
  return finish(lines, { ...options, cut: false });
};
