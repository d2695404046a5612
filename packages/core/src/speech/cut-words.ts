/** A word as it stands in a text, punctuation attached; `start`..`end` are UTF-16 indices of the text. */
export type WrittenWord = { readonly written: string; readonly start: number; readonly end: number };

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const opening = /^[\p{Ps}\p{Pi}¿¡]+$/u;

/** The words of a text: at spaces, and inside scripts that write none at word segments, with punctuation attached to the word that it belongs to. */
export function cutWords(text: string, language: string): readonly WrittenWord[] {
  const words: WrittenWord[] = [];
  let cutter: Intl.Segmenter | undefined;
  // Control, formatting and private characters are neither shown nor spoken; joiners inside words and emoji stay.
  // A no-break blank between digits groups them.
  for (const match of text.matchAll(/(?:[^\s\p{Cc}\u200b\u2060\ufeff]|(?<=\d)[\u00a0\u202f](?=\d))+/gu)) {
    const word = { written: match[0], start: match.index, end: match.index + match[0].length };
    if (unspaced.test(word.written)) {
      cutter ??= segmenter(language);
      words.push(...cutUnspaced(word, cutter));
    } else words.push(word);
  }
  return words;
}

type Piece = { written: string; readonly start: number; end: number; open: boolean };

function cutUnspaced(word: WrittenWord, cutter: Intl.Segmenter): readonly WrittenWord[] {
  const pieces: Piece[] = [];
  let from = word.start;
  // A wide comma between digits parts two numbers; word segments would take them for one.
  for (const clause of word.written.split(/(?<=[，。、；：！？])/u)) {
    for (const { segment, index, isWordLike } of cutter.segment(clause)) {
      const start = from + index;
      const last = pieces.at(-1);
      const opens =
        opening.test(segment) || (/^\p{Sc}$/u.test(segment) && /^\d/.test(clause.slice(index + 1)) && !/\d$/.test(last?.written ?? ''));
      const attached = !isWordLike && !opens && !/\p{Extended_Pictographic}/u.test(segment);
      const ranged = /\d[:\-–—~～]$/u.test(last?.written ?? '') && /^\d/.test(segment);
      if (last && (last.open || attached || ranged)) {
        last.written += segment;
        last.end = start + segment.length;
        last.open = last.open && !isWordLike;
      } else pieces.push({ written: segment, start, end: start + segment.length, open: !isWordLike && opens });
    }
    from += clause.length;
  }
  return pieces.map(({ written, start, end }) => ({ written, start, end }));
}

function segmenter(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: 'word' });
  } catch {
    return new Intl.Segmenter('en', { granularity: 'word' });
  }
}
