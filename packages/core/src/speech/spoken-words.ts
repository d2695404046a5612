import type { Token } from '@filmwright/contracts';
import { englishWords } from './english-words.ts';

const unspaced = /^(zh|ja|th|lo|km|my)\b/;
const spokenChar = /[\p{L}\p{N}$€£¥%&+=@#°×÷]/u;
const control = /[\p{Cc}\p{Cf}]/gu;

/** The words of a line as written, each with how it is spoken; a token without spoken words (an emoji, a dash) is shown but not said. */
export function spokenWords(text: string, language: string): readonly Token[] {
  const pieces = unspaced.test(language) ? segments(text, language) : spaced(text);
  const english = /^en\b/.test(language);
  const tokens = pieces.map(({ written, start }, index): Token => {
    const clean = written.normalize('NFC').replaceAll(control, (char) => (char === '\u200d' || char === '\u200c' ? char : ''));
    const spoken = !spokenChar.test(clean) ? [] : english ? joined(clean, { before: pieces[index - 1]?.written, after: pieces[index + 1]?.written }) : plainWords(clean);
    return { written: clean, start, end: start + written.length, spoken, pauseAfter: pauseAfter(clean) };
  });
  return tokens.filter((token) => token.written !== '');
}

type Piece = { readonly written: string; readonly start: number };

function spaced(text: string): readonly Piece[] {
  return [...text.matchAll(/[^\s\u200b]+/gu)].map((match) => ({ written: match[0], start: match.index }));
}

/** Words of languages that are written without spaces; punctuation stays with the word before it. */
function segments(text: string, language: string): readonly Piece[] {
  const pieces: { written: string; start: number }[] = [];
  for (const { segment, index, isWordLike } of new Intl.Segmenter(language, { granularity: 'word' }).segment(text)) {
    if (segment.trim() === '') continue;
    const last = pieces.at(-1);
    const attaches = !isWordLike && last !== undefined && last.start + last.written.length === index && /^[\p{P}\p{S}]+$/u.test(segment) && !/^[（「『《〈【“‘(]/u.test(segment);
    if (attaches) last.written += segment;
    else pieces.push({ written: segment, start: index });
  }
  return pieces;
}

/** English words whose neighbours decide: a day beside its month is an ordinal. */
function joined(word: string, { before, after }: { readonly before: string | undefined; readonly after: string | undefined }): readonly string[] {
  const month = /^(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)\.?,?$/i;
  const day = /^([12]?\d|3[01])(,?)$/.exec(word);
  if (day !== null && ((before !== undefined && /^[A-Z]/.test(before) && month.test(before)) || (after !== undefined && /^[A-Z]/.test(after) && month.test(after)))) return englishWords(`${day[1]}th`);
  return englishWords(word);
}

/** Other languages: the engine reads digits itself; only the punctuation around a word goes. */
function plainWords(word: string): readonly string[] {
  const bare = word.replace(/^[\p{P}\p{Z}]+|[\p{P}\p{Z}]+$/gu, '');
  return bare === '' ? [word] : [bare];
}

function pauseAfter(word: string): Token['pauseAfter'] {
  const end = word.replace(/["'”’»)\]）」』》]+$/u, '');
  if (/[.!?…。！？؟।]$/u.test(end)) return /^(dr|mr|mrs|ms|prof|st|vs|no|approx|e\.g|i\.e)\.$/i.test(end) ? 'none' : 'sentence';
  return /[,;:،、，；：—–]$/u.test(end) ? 'comma' : 'none';
}
