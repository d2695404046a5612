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

function cutUnspaced(word: WrittenWord, cutter: Intl.Segmenter): readonly WrittenWord[] {
  const pieces: { written: string; start: number; end: number; open: boolean }[] = [];
  for (const { segment, index, isWordLike } of cutter.segment(word.written)) {
    const start = word.start + index;
    const end = start + segment.length;
    const last = pieces.at(-1);
    if (last && (last.open || (!isWordLike && !opening.test(segment) && !/\p{Extended_Pictographic}/u.test(segment)))) {
      last.written += segment;
      last.end = end;
      last.open = last.open && !isWordLike;
    } else pieces.push({ written: segment, start, end, open: !isWordLike && opening.test(segment) });
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
