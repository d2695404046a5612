import type { Token } from '@filmwright/contracts';
import { remembered } from '../text/remembered.ts';
import { chineseRules } from './chinese-numbers.ts';
import { cutWords } from './cut-words.ts';
import { endsSentence, englishRules } from './english-rules.ts';
import { germanRules, isGermanDay } from './german-rules.ts';
import { numeralsOf } from './numerals.ts';
import { plainWords } from './plain-words.ts';
import { signRules } from './sign-rules.ts';
import { unitRules } from './unit-words.ts';
import { bareLanguage } from './voice-language.ts';
import type { WordContext, WordRule } from './word-context.ts';

/** Pictures are shown and never spoken: keycaps, flags, sequences with joiners, skin tones and tags. Signs that are also letters of a text (©, ™, digits) stay. */
const emoji =
  /[\d#*]\uFE0F?\u20E3|(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F|\p{Regional_Indicator}|[\u{1F000}-\u{1FAFF}])(?:\p{Emoji_Modifier}|\uFE0F|[\u{E0020}-\u{E007F}])*(?:\u200D\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F)*)*|\uFE0E|\uFE0F/gu;
const closing = /["'”’»›」』】）)\]}]+$/u;
const edgeStart = /^["'“‘„‚«‹「『【（([{¿¡]+/u;
const edgeEnd = /["'”’“»›」』】）)\]},;:!?…。、，！？；：؟،؛।॥۔]+$/u;

/**
 * A line as written words and how each is spoken, for the BCP-47 `language`. Numbers, dates, money, units and abbreviations are written out for
 * English; numbers, money, units and signs for German, French, Spanish and Chinese; signs, units and money for Hindi and Arabic, whose voices read digits
 * themselves; other languages leave numbers with their signs to the voice. An emoji has no spoken words.
 */
export function spokenWords(text: string, language: string): readonly Token[] {
  return wordsOf({ text, language });
}

const wordsOf = remembered(({ text, language }: { readonly text: string; readonly language: string }): readonly Token[] => {
  const words = cutWords(text, language);
  const cores = words.map(({ written }) => coreOf(written));
  const numerals = numeralsOf(language);
  const rules = rulesOf(language);
  const shouted = isShouted(text);
  return words.map((word, index) => {
    const core = cores[index] ?? '';
    const next = cores[index + 1] ?? '';
    const spoken =
      numerals === null
        ? (voicedNumber(core) ?? plainWords(core))
        : speak({ core, previous: cores[index - 1] ?? '', next, numerals, shouted }, rules);
    return { ...word, spoken, pauseAfter: pauseAfter(word.written, { core, next: words[index + 1]?.written ?? '' }) };
  });
});

function rulesOf(language: string): readonly WordRule[] {
  const base = bareLanguage(language);
  if (base === 'en') return [...englishRules, ...signRules];
  const own = base === 'de' ? germanRules : base === 'zh' || base === 'yue' ? chineseRules : [];
  return [...own, ...unitRules(base === 'yue' ? 'zh' : base), ...signRules];
}

/** A number with its sign as it is written, for a voice that reads it by itself. */
function voicedNumber(core: string): readonly string[] | null {
  return /^[-−+]?\p{Sc}?\d(?:[\d.,]*\d)?(?:\p{Sc}|%|°C?)?$/u.test(core) ? [core] : null;
}

function speak(context: WordContext, rules: readonly WordRule[]): readonly string[] {
  const pointless = context.core.replace(/\.+$/, '');
  for (const core of pointless === context.core ? [context.core] : [context.core, pointless]) {
    for (const rule of rules) {
      const words = rule({ ...context, core });
      if (words !== null) return words;
    }
  }
  const parts = pointless.split(/([-‐‑–—/&+]+)/).filter((part) => part !== '');
  if (parts.length < 2) return plainWords(pointless);
  return parts.flatMap((part, index) => {
    if (!/^[-‐‑–—/&+]+$/.test(part)) return speak({ ...context, core: part, previous: '', next: '' }, rules);
    return between(part, { left: parts[index - 1] ?? '', right: parts[index + 1] ?? '', context });
  });
}

type Between = { readonly left: string; readonly right: string; readonly context: WordContext };

/** What a mark between two parts of a word says: "9am-5pm" to, "$5/month" per, "100+" plus, else nothing. */
function between(mark: string, { left, right, context: { numerals } }: Between): readonly string[] {
  const startsAsNumber = /^[$€£¥₹]?\d/;
  if (mark === '+' && right === '' && startsAsNumber.test(left)) return numerals.signs['+'] ?? [];
  if (/^[-‐‑–—]$/.test(mark) && startsAsNumber.test(left) && startsAsNumber.test(right)) return [numerals.to];
  if (mark === '/' && startsAsNumber.test(left) && /^\p{L}/u.test(right)) return numerals.signs['/'] ?? [];
  return [];
}

/** The word without outer quotes, brackets and end marks; a last point stays for the rules to judge. */
function coreOf(word: string): string {
  const written = word.replaceAll(emoji, '');
  const inner = written.replace(edgeStart, '');
  const cut = inner.replace(/\.(["'”’»)\]]+)$/u, '.').replace(edgeEnd, '');
  return /\d"$/.test(inner) && !/^["“]/.test(written) ? `${cut}"` : cut;
}

function isShouted(text: string): boolean {
  return !/\p{Ll}/u.test(text) && /\p{Lu}{2,}\P{L}+\p{Lu}{2,}/u.test(text);
}

function pauseAfter(written: string, { core, next }: { readonly core: string; readonly next: string }): Token['pauseAfter'] {
  const bare = written.replace(closing, '');
  if (!/[\p{L}\p{N}]/u.test(bare) && /^[–—-]+$/.test(bare)) return 'none';
  if (/[!?…。！？؟।॥۔]$/u.test(bare)) return 'sentence';
  if (bare.endsWith('.')) return endsSentence(core, next) && !isGermanDay(bare, next) ? 'sentence' : 'none';
  if (/[,;:、，；：،؛]$/u.test(bare) || /[–—]$/u.test(bare) || /^(?:[–—]|-$|--)/u.test(next)) return 'comma';
  return 'none';
}
