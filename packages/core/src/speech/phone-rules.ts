import type { Viseme } from '@filmwright/contracts';

/**
 * A sound as the mouth shows it. `kind` says how loud it is: a vowel is loud, a closed one silent at the lips, a hiss in between, and a soft one
 * takes on what is around it. `weight` is its usual length beside that of others.
 */
export type Phone = { readonly viseme: Viseme; readonly kind: 'vowel' | 'closed' | 'hiss' | 'soft'; readonly weight: number };

const vowel = (viseme: Viseme, weight = 1): Phone => ({ viseme, kind: 'vowel', weight });
const closed: Phone = { viseme: 'mbp', kind: 'closed', weight: 0.7 };
const lip: Phone = { viseme: 'fv', kind: 'hiss', weight: 0.75 };
const hiss: Phone = { viseme: 's', kind: 'hiss', weight: 0.8 };
const tongue: Phone = { viseme: 'l', kind: 'soft', weight: 0.6 };
const round: Phone = { viseme: 'u', kind: 'soft', weight: 0.6 };
const back: Phone = { viseme: 'e', kind: 'soft', weight: 0.5 };

/** Short names of sounds in the rules below. */
const phones: Readonly<Record<string, Phone>> = {
  a: vowel('a'),
  A: vowel('a', 1.3),
  e: vowel('e'),
  // A murmured vowel, as at the end of "better".
  '@': { viseme: 'e', kind: 'vowel', weight: 0.6 },
  i: vowel('i'),
  o: vowel('o'),
  O: vowel('o', 1.3),
  u: vowel('u'),
  p: closed,
  f: lip,
  s: hiss,
  l: tongue,
  w: round,
  k: back,
  j: { viseme: 'i', kind: 'soft', weight: 0.5 },
  r: { viseme: 'u', kind: 'soft', weight: 0.45 },
};

/** Sounds from their short names. */
export function phonesOf(names: string): readonly Phone[] {
  return [...names].flatMap((name) => phones[name] ?? []);
}

/** From letters, tried at each place of a word in this order, to the short names of sounds (see `phones`). */
export type LetterRule = readonly [letters: RegExp, sounds: string];

const rule = (letters: string, sounds: string): LetterRule => [new RegExp(letters, 'uy'), sounds];

const consonants: readonly LetterRule[] = [
  rule('[mbp]+', 'p'),
  rule('ph|[fv]+', 'f'),
  rule('sh+|[sz]+|ç', 's'),
  rule('[tdn]+|l+', 'l'),
  rule('[kgqx]+', 'k'),
  rule('h', 'k'),
  rule('r+', 'r'),
  rule('w', 'w'),
  rule('j', 'j'),
];

const v = 'aeiouy';
/** English spelling; where it has several ways to be read, the most frequent. */
const english: readonly LetterRule[] = [
  rule('eigh', 'ei'),
  rule('igh', 'ai'),
  rule('(ou|au)gh(?=t)', 'O'),
  rule('ough', 'ou'),
  rule('tch|ch|sh|j|dge?(?=$|[aeiou])(?<=dge?)|ti(?=on|al)|ci(?=al|an)|ss?i(?=on)', 's'),
  rule('th', 'l'),
  rule('ph|gh(?=$)', 'f'),
  rule('gh|(?<=^)k(?=n)|(?<=^)w(?=r)|b(?<=mb)(?=$)|h(?=$)', ''),
  rule('wh', 'w'),
  rule('qu', 'kw'),
  rule('ck|ng|x|c(?![eiy])|[kgq]+', 'k'),
  rule('c', 's'),
  // A silent e at the end, alone, before s, or in the past tense of all but t and d.
  rule(`(?<=[${v}][^${v}]{1,2})es?$(?<![szxc]es|[^${v}]les?|[sc]hes)`, ''),
  rule(`(?<=[${v}].*[^${v}td])ed$(?<=ed)`, 'l'),
  rule('le(?=$|s$)', '@l'),
  rule(`a(?=[^${v}wrx]e(s|d)?$)`, 'ei'),
  rule(`i(?=[^${v}wrx]e(s|d)?$)`, 'ai'),
  rule(`o(?=[^${v}wrx]e(s|d)?$)`, 'ou'),
  rule(`u(?=[^${v}wrx]e(s|d)?$)`, 'u'),
  rule('eau|oa|oe(?=$)', 'ou'),
  rule('oo|ew|ue|ui|eu', 'u'),
  rule('ou|ow(?!$|n$)', 'au'),
  rule('ow', 'ou'),
  rule('oi|oy', 'oi'),
  rule('ee|ea|ie(?!$)|ei', 'i'),
  rule('ie', 'ai'),
  rule('ai|ay|ey', 'ei'),
  rule('au|aw|all(?=$)', 'O'),
  rule('ar', 'A'),
  rule('or', 'O'),
  rule('[eiu]r(?![aeiou])', '@'),
  rule('air|are(?=$)', 'e@'),
  rule(`y(?=[${v}])`, 'j'),
  rule('(?<=^[^aeiou]*)y$', 'ai'),
  rule('y', 'i'),
  rule('a(?=$)', '@'),
  rule('o(?=$)', 'ou'),
  rule('i(?=nd|ld)', 'ai'),
  rule('o(?=ld)', 'ou'),
  rule('a+', 'a'),
  rule('e+', 'e'),
  rule('i+', 'i'),
  rule('o+', 'o'),
  rule('u+', 'a'),
  ...consonants,
];

const german: readonly LetterRule[] = [
  rule('tsch|sch|ch|(?<=^)s(?=[tp])|z|tz|c(?=[eiäö])', 's'),
  rule('ei|ai|ey|ay', 'ai'),
  rule('eu|äu', 'oi'),
  rule('ieh?', 'i'),
  rule('au', 'au'),
  rule('qu', 'kf'),
  rule('pf', 'pf'),
  rule('[wv]', 'f'),
  rule('ng|nk|ck', 'k'),
  rule(`(?<=[${v}äöü])h`, ''),
  rule('er(?=$|n$|s$)', '@'),
  rule('e(?=$|n$|l$|t$|s$|m$)', '@'),
  rule('[öœ]', 'o'),
  rule('[üy]', 'u'),
  rule('ä+|e+', 'e'),
  rule('a+', 'a'),
  rule('i+', 'i'),
  rule('o+', 'o'),
  rule('u+', 'u'),
  rule('ß', 's'),
  rule('c', 'k'),
  ...consonants,
];

const french: readonly LetterRule[] = [
  // The ending of verbs; that of adverbs is heard.
  rule('(?<=..)(?<!m)ent$', ''),
  rule('eaux?|aux?', 'o'),
  rule('oi|oî', 'wa'),
  rule('ou|où|oû', 'u'),
  rule('eu|œu|œ', 'u'),
  rule('ain|ein|in(?![aeiouy])', 'e'),
  rule('[ae]n(?![aeiouyn])', 'o'),
  rule('on(?![aeiouyn])', 'o'),
  rule('ai|ei|é|è|ê', 'e'),
  rule('ch|j|g(?=[ei])|c(?=[eiy])', 's'),
  rule('gn', 'l'),
  rule('qu', 'k'),
  rule('h', ''),
  rule('(?<=..)(e|es|[tdsxzp])$', ''),
  rule('u', 'u'),
];

const spanish: readonly LetterRule[] = [
  rule('ch|c(?=[ei])', 's'),
  rule('qu|gu(?=[ei])', 'k'),
  rule('ll|y(?=[aeiou])', 'j'),
  rule('ñ', 'l'),
  rule('h', ''),
  rule('j|g(?=[ei])', 'k'),
  rule('u(?=[aeo])', 'w'),
];

const italian: readonly LetterRule[] = [
  rule('ch|gh', 'k'),
  rule('gli', 'li'),
  rule('gn', 'l'),
  rule('sc(?=[ei])|c(?=[ei])|g(?=[ei])', 's'),
  rule('qu', 'kw'),
  rule('h', ''),
];

/** Letters as most languages in Latin script read them; accents are taken off before. */
const latin: readonly LetterRule[] = [
  rule('ch|c(?=[eiy])|j', 's'),
  rule('th', 'l'),
  rule('aa+', 'A'),
  rule('[aå]', 'a'),
  rule('[eæ]+', 'e'),
  rule('[iyı]+', 'i'),
  rule('[oø]+', 'o'),
  rule('u+', 'u'),
  rule('c', 'k'),
  ...consonants,
];

const cyrillic: readonly LetterRule[] = [
  rule('[мбп]+', 'p'),
  rule('[вф]+', 'f'),
  rule('[сзцшщчж]+', 's'),
  rule('[лтдн]+', 'l'),
  rule('[кгхґ]+', 'k'),
  rule('р+', 'r'),
  rule('[ая]', 'a'),
  rule('[еэє]', 'e'),
  rule('[иыйії]+', 'i'),
  rule('[оё]', 'o'),
  rule('[ую]', 'u'),
];

const greek: readonly LetterRule[] = [
  rule('ου', 'u'),
  rule('μπ|[μπβ]', 'p'),
  rule('[φ]', 'f'),
  rule('αι', 'e'),
  rule('ει|οι|υι', 'i'),
  rule('[σςζξψ]', 's'),
  rule('[λτδνθρ]', 'l'),
  rule('[κγχ]', 'k'),
  rule('α', 'a'),
  rule('ε', 'e'),
  rule('[ηιυ]', 'i'),
  rule('[οω]', 'o'),
];

const byLanguage: Readonly<Record<string, readonly LetterRule[]>> = {
  en: english,
  de: german,
  fr: [...french, ...latin],
  es: [...spanish, ...latin],
  pt: [...spanish, ...latin],
  ca: [...spanish, ...latin],
  it: [...italian, ...latin],
};

const joined = new Map<string, readonly LetterRule[]>();

/** Rules for words of a language (BCP 47); letters of other scripts are read as they are there. */
export function letterRules(language: string): readonly LetterRule[] {
  const base = language.split('-')[0] ?? '';
  const own = Object.hasOwn(byLanguage, base) ? base : '';
  const rules = joined.get(own) ?? [...(byLanguage[own] ?? latin), ...cyrillic, ...greek];
  joined.set(own, rules);
  return rules;
}

/** Whether accents mean nothing to the rules of a language, so that they are taken off before reading. */
export function plainLetters(language: string): boolean {
  return !['de', 'fr', 'es', 'pt', 'ca'].includes(language.split('-')[0] ?? '');
}
