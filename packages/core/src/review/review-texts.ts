import type { CapabilityInput, CapabilityOutput, TextFinding } from '@filmwright/contracts';
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';
import { bareLanguage } from '../speech/voice-language.ts';
import { wordLists } from './word-lists.ts';

type Found = Omit<TextFinding, 'path' | 'verdict'>;
type Finder = (text: string) => readonly Found[];

const english = 'en';
/** Disguised words are found too, and harmless ones that hold them are known. */
const englishSure = 0.9;
/** Written without spaces, so that a word may stand anywhere; shorter ones are parts of too many others. */
const unspaced = new Set(['ja', 'zh', 'th', 'ko']);
const leastUnspaced = 2;

/**
 * Looks through texts for words of published lists. A list cannot tell how a word is meant, so whatever is found is doubtful and nothing is held.
 * `unread` are the languages for which there is no list; their texts were not looked at.
 */
export function reviewTexts({ texts }: CapabilityInput<'text-review'>): CapabilityOutput<'text-review'> {
  const findings: TextFinding[] = [];
  const unread = new Set<string>();
  for (const { path, text, language } of texts) {
    const find = finderOf(bareLanguage(language));
    if (find === undefined) unread.add(language);
    else findings.push(...find(text).map((found) => ({ path, ...found, verdict: 'doubtful' as const })));
  }
  return { findings, unread: [...unread].sort() };
}

const finders = new Map<string, Finder>();

function finderOf(language: string): Finder | undefined {
  const known = finders.get(language);
  if (known !== undefined) return known;
  const made = language === english ? findEnglish() : findListed(language);
  if (made === undefined) return undefined;
  const finder = inComposed(made);
  finders.set(language, finder);
  return finder;
}

/** Letters with the marks that stand on them, and the parts of Korean syllables. */
const clusters = /[\u1100-\u11ff]+|\P{M}\p{M}*|\p{M}+/gu;

/** Finds words too whose letters and marks are written apart, as some systems do; lists have them together. Places are those of the text as it is. */
function inComposed(find: Finder): Finder {
  return (text) => {
    const composed = text.normalize('NFC');
    if (composed === text) return find(text);
    const places: number[] = [];
    for (const { 0: cluster, index } of text.matchAll(clusters))
      for (let units = cluster.normalize('NFC').length; units > 0; units--) places.push(index);
    return find(composed).map((found) => {
      const [start, end] = [places[found.start] ?? 0, places[found.end] ?? text.length];
      return { ...found, start, end, words: text.slice(start, end) };
    });
  };
}

function findEnglish(): Finder {
  const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
  return (text) =>
    matcher.getAllMatches(text, true).map(({ startIndex: start, endIndex }) => ({
      words: text.slice(start, endIndex + 1),
      start,
      end: endIndex + 1,
      list: 'obscenity',
      sure: englishSure,
    }));
}

function findListed(language: string): Finder | undefined {
  const list = wordLists[language]?.();
  if (list === undefined) return undefined;
  const bounded = !unspaced.has(language);
  const words = list.words.filter((word) => bounded || word.length >= leastUnspaced).sort((a, b) => b.length - a.length);
  const any = words.map((word) => word.normalize('NFC').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const letter = '[\\p{L}\\p{M}\\p{N}]';
  const pattern = new RegExp(bounded ? `(?<!${letter})(?:${any})(?!${letter})` : any, 'giu');
  return (text) =>
    [...text.matchAll(pattern)].map(({ 0: words, index: start }) => ({
      words,
      start,
      end: start + words.length,
      list: list.name,
      sure: list.sure,
    }));
}
