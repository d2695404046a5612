/** ISO 15924 names of the writing systems for which fonts are looked for; `Zsye` is emoji, `Zzzz` any other. */
export const scripts = ['Latn', 'Cyrl', 'Grek', 'Arab', 'Hebr', 'Deva', 'Hans', 'Jpan', 'Kore', 'Thai', 'Zsye', 'Zzzz'] as const;
export type Script = (typeof scripts)[number];

const emoji = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Emoji}\uFE0F|\p{Regional_Indicator})/u;
const han = /^\p{Script=Han}/u;
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const single: readonly (readonly [Script, RegExp])[] = [
  ['Latn', /^\p{Script=Latin}/u],
  ['Cyrl', /^\p{Script=Cyrillic}/u],
  ['Grek', /^\p{Script=Greek}/u],
  ['Arab', /^\p{Script=Arabic}/u],
  ['Hebr', /^\p{Script=Hebrew}/u],
  ['Deva', /^\p{Script=Devanagari}/u],
  ['Jpan', /^[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Kore', /^\p{Script=Hangul}/u],
  ['Thai', /^\p{Script=Thai}/u],
];

/** Writing system of one grapheme, or null where it belongs to all (digits, punctuation, spaces); Han characters are read as the language of the text has them. */
export const scriptOf = (grapheme: string, language = 'en'): Script | null => {
  if (emoji.test(grapheme) && !/^[\d#*]$/.test(grapheme) && !/\uFE0E/.test(grapheme)) return 'Zsye';
  if (han.test(grapheme)) return language.startsWith('ja') ? 'Jpan' : language.startsWith('ko') ? 'Kore' : 'Hans';
  for (const [script, pattern] of single) if (pattern.test(grapheme)) return script;
  return /^\p{L}/u.test(grapheme) ? 'Zzzz' : null;
};

/** Writing systems of a text in order of first use; a text with kana is Japanese throughout, whatever its language tag says. */
export const scriptsOf = (text: string, language = 'en'): readonly Script[] => {
  const reading = kana.test(text) ? 'ja' : language;
  const found = new Set<Script>();
  for (const character of text.match(/\p{Emoji}\uFE0F|\p{L}|\p{Extended_Pictographic}|\p{Regional_Indicator}/gu) ?? []) {
    const script = scriptOf(character, reading);
    if (script) found.add(script);
  }
  return [...found];
};

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6\u30FC]/u;

/** True for characters of scripts that put no spaces between words (Chinese, Japanese, Thai and their punctuation; not Korean). */
export const isUnspaced = (character: string): boolean => unspaced.test(character);
