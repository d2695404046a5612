import type { Token } from '@filmwright/contracts';
import { cutWords } from './cut-words.ts';
import { endsSentence, englishRules } from './english-rules.ts';
import { germanRules, isGermanDay } from './german-rules.ts';
import { numeralsOf } from './numerals.ts';
import { plainWords } from './plain-words.ts';
import { signRules } from './sign-rules.ts';
import type { WordContext, WordRule } from './word-context.ts';

const closing = /["'”’»›」』】）)\]}]+$/u;
const edgeStart = /^["'“‘„‚«‹「『【（([{¿¡]+/u;
const edgeEnd = /["'”’“»›」』】）)\]},;:!?…。、，！？；：؟،]+$/u;

/**
 * A line as written words and how each is spoken, for the BCP-47 `language`. Numbers, dates, money, units and abbreviations are written out for
 * English; numbers, money and signs for German, French and Spanish; other languages leave digits to the voice. An emoji has no spoken words.
 */
export function spokenWords(text: string, language: string): readonly Token[] {
  const words = cutWords(text, language);
  const cores = words.map(({ written }) => coreOf(written));
  const numerals = numeralsOf(language);
  const base = language.toLowerCase().split(/[-_]/)[0];
  const own = base === 'en' ? englishRules : base === 'de' ? germanRules : [];
  const rules: readonly WordRule[] = [...own, ...signRules];
  const shouted = isShouted(text);
  return words.map((word, index) => {
    const core = cores[index] ?? '';
    const next = cores[index + 1] ?? '';
    const spoken = numerals === null ? plainWords(core) : speak({ core, previous: cores[index - 1] ?? '', next, numerals, shouted }, rules);
    return { ...word, spoken, pauseAfter: pauseAfter(word.written, { core, next: words[index + 1]?.written ?? '' }) };
  });
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
function coreOf(written: string): string {
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
  if (/[!?…。！？؟]$/u.test(bare)) return 'sentence';
  if (bare.endsWith('.')) return endsSentence(core, next) && !isGermanDay(bare, next) ? 'sentence' : 'none';
  if (/[,;:、，；：،]$/u.test(bare) || /[–—]$/u.test(bare) || /^(?:[–—]|-$|--)/u.test(next)) return 'comma';
  return 'none';
}
