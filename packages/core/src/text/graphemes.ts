const segmenters = new Map<string, Intl.Segmenter>();

const segmenter = (language: string, granularity: 'grapheme' | 'word'): Intl.Segmenter => {
  const name = `${granularity} ${language}`;
  const known = segmenters.get(name);
  if (known) return known;
  const made = new Intl.Segmenter(language, { granularity });
  segmenters.set(name, made);
  return made;
};

/** What a reader sees as single characters: base letter and marks, a flag, a whole emoji ZWJ sequence. */
export const graphemes = (text: string, language = 'en'): readonly string[] =>
  Array.from(segmenter(language, 'grapheme').segment(text), (part) => part.segment);

/** Start offsets (UTF-16) of the words of a text as its language sees them, punctuation being words of its own; finds words where no spaces are written (ja, zh, th). */
export const wordStarts = (text: string, language = 'en'): ReadonlySet<number> =>
  new Set(Array.from(segmenter(language, 'word').segment(text), (part) => part.index));
