import { englishCardinal } from './english-numbers.ts';
import { capitalWords, saidAsWords, webEndings } from './english-tables.ts';
import { plainWords } from './plain-words.ts';
import type { WordRule } from './word-context.ts';

const spell = (letters: string): readonly string[] =>
  [...letters].flatMap((letter) => (/\d/.test(letter) ? englishCardinal(Number(letter)) : [letter.toUpperCase()]));

/** Whether capitals can be said as a word: NASA and UNESCO can, USB and HDMI cannot; two and three letters are spelled but for a few. */
function sayable(word: string): boolean {
  if (capitalWords.has(word) || saidAsWords.has(word)) return true;
  if (word.length < 4) return false;
  if (word.length > 5) return /[AEIOUY]/.test(word);
  return /[AEIOUY]/.test(word) && !/[^AEIOUY]{3}/.test(word) && !/^[^AEIOUY]{2}[^AEIOUYLRWH]/.test(word);
}

/** "USB" and "PDFs" letter by letter, "U.S.A." too. */
const acronym: WordRule = ({ core, shouted }) => {
  if (/^(?:\p{Lu}\.){2,}\p{Lu}?$/u.test(core)) return spell(core.replaceAll('.', ''));
  const match = /^([A-Z]{2,6})(['’]?s)?$/.exec(core);
  const letters = match?.[1] ?? '';
  if (!match || (shouted && /[AEIOUY]/.test(letters)) || sayable(letters)) return null;
  const words = spell(letters);
  return match[2] ? [...words.slice(0, -1), `${words.at(-1)}'s`] : words;
};

/** "MP4", "H264", "iPhone15": letters as an acronym or a word, digits as a number. */
const lettersAndDigits: WordRule = (context) => {
  if (!/^(?=.*[A-Za-z])(?=.*\d)[A-Za-z\d]+$/.test(context.core)) return null;
  return (context.core.match(/\d+|[A-Za-z]+/g) ?? []).flatMap((part) => {
    if (/^\d/.test(part)) return part.length > 4 || part.startsWith('0') ? spell(part) : englishCardinal(Number(part));
    return (/^[A-Z]{1,5}$/.test(part) && !sayable(part)) || /^[^aeiouy]{2,4}$/.test(part)
      ? spell(part)
      : part.length === 1
        ? [part.toUpperCase()]
        : plainWords(part);
  });
};

/** "R&D", "a+b=c", "H.264": letters, numbers and the signs between them. */
const joinedBySigns: WordRule = ({ core, numerals }) => {
  if (!/^(?:[A-Z](?:&[A-Z]+)+|[A-Z]+&[A-Z]|(?:[A-Za-z]|\d+)(?:[+=×](?:[A-Za-z]|\d+))+|[A-Z]\.\d+)$/.test(core)) return null;
  return (core.match(/\d+|[A-Za-z]|[&+=×]/g) ?? []).flatMap(
    (part) => numerals.signs[part] ?? (/^\d/.test(part) ? englishCardinal(Number(part)) : spell(part)),
  );
};

const pathWords = (text: string): readonly string[] =>
  text.split(/([./@_-])/).flatMap((part) => {
    if (part === '') return [];
    const sign = { '.': 'dot', '/': 'slash', '@': 'at', _: 'underscore', '-': 'dash' }[part];
    if (sign !== undefined) return [sign];
    if (part.toLowerCase() === 'www' || (/^[a-z]{2}$/.test(part) && webEndings.has(part) && !['me', 'in', 'it', 'us', 'at'].includes(part)))
      return spell(part);
    return (part.match(/\d+|\D+/g) ?? []).flatMap((piece) =>
      /^\d{1,4}$/.test(piece) ? englishCardinal(Number(piece)) : plainWords(piece),
    );
  });

/** "orlune.com", "https://orlune.com/shop", "hello@orlune.com". */
const webAddress: WordRule = ({ core }) => {
  const match = /^(?:https?:\/\/)?((?:[\w.+-]+@)?[\w-]+(?:\.[\w-]+)*\.([a-z]{2,6}))(\/\S*)?$/i.exec(core);
  if (!match || !webEndings.has((match[2] ?? '').toLowerCase())) return null;
  return pathWords(`${match[1]}${(match[3] ?? '').replace(/\/$/, '')}`);
};

/** "@orlune" and "#launch". */
const handle: WordRule = ({ core }) => {
  const match = /^([@#])(\p{L}[\w]*)$/u.exec(core);
  return match && [match[1] === '@' ? 'at' : 'hashtag', ...plainWords(match[2] ?? '')];
};

/** A capital standing alone is the letter, but for the words A and I; "A + B" is letters. */
const loneLetter: WordRule = ({ core, previous, next }) => {
  if (/^[B-HJ-Z]$/.test(core)) return [core];
  return core === 'A' && (/^[&+=/]$/.test(next) || /^[&+=/]$/.test(previous)) ? ['A'] : null;
};

/** Web addresses, acronyms and words mixed with digits in English. */
export const letterRules: readonly WordRule[] = [webAddress, handle, joinedBySigns, loneLetter, acronym, lettersAndDigits];
