import bidiModule from 'bidi-js';

export type Direction = 'ltr' | 'rtl';

/** A stretch of text of one embedding level; odd levels run right to left. `start`..`end` are UTF-16 offsets, end exclusive. */
export type BidiRun = { readonly start: number; readonly end: number; readonly level: number };

// The package is CommonJS whose whole export is the factory; its types describe the ES module build.
type Factory = typeof bidiModule extends { readonly default: infer Default } ? Default : typeof bidiModule;
const createBidi = bidiModule as unknown as Factory;
const bidi = createBidi();
const rightToLeft = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi']);
const strongRight = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const strong = /\p{L}/u;

/** Direction in which a language is written. */
export const languageDirection = (language: string): Direction => {
  const [base = '', ...rest] = language.split(/[-_]/);
  if (rest.some((part) => /^(?:Arab|Hebr)$/i.test(part))) return 'rtl';
  return rightToLeft.has(base) && !rest.some((part) => /^(?:Latn|Cyrl)$/i.test(part)) ? 'rtl' : 'ltr';
};

/**
 * Direction of a paragraph: that of its first letter (UAX 9, P2), or that of its language where it has none. In a language written from right to
 * left, a text with any of its letters runs that way, also where a foreign name comes first.
 */
export const directionOf = (text: string, language: string): Direction => {
  const own = languageDirection(language);
  if (own === 'rtl' && strongRight.test(text)) return 'rtl';
  for (const character of text) if (strong.test(character)) return strongRight.test(character) ? 'rtl' : 'ltr';
  return own;
};

/** Cuts a line at changes of embedding level and at `cuts` (offsets), and puts the pieces in the order they stand from left to right (UAX 9, L2). */
export const visualRuns = (
  text: string,
  options: { readonly direction: Direction; readonly cuts?: Iterable<number> },
): readonly BidiRun[] => {
  if (text.length === 0) return [];
  const { levels } = bidi.getEmbeddingLevels(text, options.direction);
  const paragraphLevel = options.direction === 'rtl' ? 1 : 0;
  const at: number[] = Array.from(levels);
  for (let i = at.length - 1; i >= 0 && /\s/.test(text.charAt(i)); i--) at[i] = paragraphLevel;
  const cuts = new Set(options.cuts ?? []);
  const runs: BidiRun[] = [];
  let start = 0;
  for (let i = 1; i <= text.length; i++) {
    if (i < text.length && at[i] === at[start] && !cuts.has(i)) continue;
    runs.push({ start, end: i, level: at[start] ?? 0 });
    start = i;
  }
  const highest = Math.max(...runs.map((run) => run.level));
  for (let level = highest; level > 0; level--) {
    for (let from = 0; from < runs.length; from++) {
      if ((runs[from]?.level ?? 0) < level) continue;
      let to = from;
      while ((runs[to + 1]?.level ?? -1) >= level) to++;
      runs.splice(from, to - from + 1, ...runs.slice(from, to + 1).reverse());
      from = to;
    }
  }
  return runs;
};

/** Order in which the words of one line stand from left to right, as indices into `words`; numbers inside right-to-left text keep their place. */
export const visualOrder = (words: readonly string[], direction: Direction): readonly number[] => {
  const starts: number[] = [];
  let length = 0;
  for (const word of words) {
    starts.push(length);
    length += word.length + 1;
  }
  const seen = new Set<number>();
  const cuts = starts.flatMap((start, i) => [start, start + (words[i]?.length ?? 0)]);
  for (const run of visualRuns(words.join(' '), { direction, cuts })) {
    const index = starts.findIndex((start, i) => run.start >= start && run.start < start + (words[i]?.length ?? 0));
    if (index >= 0) seen.add(index);
  }
  return [...seen];
};
