import type { FigurePerformance, SpeechEnergy, TokenTime } from '@filmwright/contracts';
import type { Phone } from '../speech/phone-rules.ts';
import { visemesOf } from '../speech/visemes-of.ts';
import { loudnessOf } from './loudness.ts';

/** A spoken line: its words, when each is said (milliseconds of its audio), and how loud it is. */
export type MouthLine = {
  readonly words: readonly { readonly spoken: readonly string[]; readonly time: TokenTime }[];
  readonly energy: SpeechEnergy;
  readonly language: string;
};

export type VisemeKey = FigurePerformance['visemes'][number];

/** Sounds shorter than this are not seen, but for lips that close or touch the teeth. */
const shortestMs = 45;
/** A long vowel follows the voice in steps of about this. */
const stepMs = 70;
/** The mouth shuts in gaps between words from here on. */
const gapMs = 90;
const quiet = 0.16;

/** Keys of the mouth for a line, in milliseconds of its audio: shapes from the letters, laid within each word to where they sound, and opened as far as the voice is loud. */
export function mouthTrack({ words, energy, language }: MouthLine): readonly (Omit<VisemeKey, 'frame'> & { readonly ms: number })[] {
  const loud = loudnessOf(energy);
  const keys: (Omit<VisemeKey, 'frame'> & { ms: number })[] = [];
  const rest = (ms: number): void => {
    if (keys.length > 0 && keys.at(-1)?.viseme !== 'rest') keys.push({ ms, viseme: 'rest', open: 1 });
  };
  let spokenUntil = 0;
  for (const { spoken, time } of words) {
    if (time === null || time.endMs - time.startMs < 20) continue;
    const phones = spoken.flatMap((word) => visemesOf(word, language));
    if (phones.length === 0) continue;
    if (time.startMs - spokenUntil > gapMs && loud.mean(spokenUntil + 20, time.startMs - 20) < quiet) rest(spokenUntil);
    const until = trimmedEnd(time.endMs, { from: time.startMs + 60, loud: loud.at });
    for (const sound of placed(phones, { fromMs: time.startMs, untilMs: until, loud: loud.at })) keys.push(...keysOf(sound, loud));
    spokenUntil = until;
  }
  rest(spokenUntil);
  return keys.filter((key, index) => index === 0 || key.ms > (keys[index - 1]?.ms ?? 0));
}

/** Where a word falls silent, if its end reaches into a pause. */
function trimmedEnd(endMs: number, { from, loud }: { readonly from: number; readonly loud: (ms: number) => number }): number {
  let end = endMs;
  while (end - 10 > from && loud(end - 10) < 0.05) end -= 10;
  return end;
}

type Sound = { readonly phone: Phone; readonly fromMs: number; readonly untilMs: number };
type Word = { readonly fromMs: number; readonly untilMs: number; readonly loud: (ms: number) => number };

const hopMs = 10;

/** Lays the sounds of a word over its time: vowels come to lie where it is loud, closed lips where it is not, each about as long as usual (dynamic programming). */
function placed(phones: readonly Phone[], { fromMs, untilMs, loud }: Word): readonly Sound[] {
  const hops = Math.max(1, Math.round((untilMs - fromMs) / hopMs));
  const least = hops >= phones.length * 3 ? 2 : 1;
  const kept = hops >= phones.length * least ? phones : phones.filter((phone) => phone.kind !== 'soft').slice(0, hops);
  if (kept.length <= 1) return [{ phone: kept[0] ?? (phones[0] as Phone), fromMs, untilMs }];
  const total = kept.reduce((sum, phone) => sum + phone.weight, 0);
  let before = 0;
  const middles = kept.map((phone) => {
    const middle = ((before + phone.weight / 2) / total) * hops;
    before += phone.weight;
    return middle;
  });
  const spread = Math.max(3, hops * 0.3);
  const cost = (hop: number, index: number): number => {
    const away = (hop + 0.5 - (middles[index] as number)) / spread;
    return misfit(kept[index] as Phone, loud(fromMs + (hop + 0.5) * hopMs)) + 0.8 * away * away;
  };
  // best[index]: the least cost at which `index` is the sound of a hop, having lasted `least` hops at least.
  const starts: number[][] = [];
  let costs = kept.map((_, index) => (index === 0 ? 0 : Infinity));
  let began = kept.map(() => 0);
  for (let hop = 0; hop < hops; hop++) {
    const next: number[] = [];
    const since: number[] = [];
    for (let index = 0; index < kept.length; index++) {
      const stay = costs[index] as number;
      const from = index > 0 && hop - (began[index - 1] as number) >= least ? (costs[index - 1] as number) : Infinity;
      const enter = hop > 0 ? from : Infinity;
      const better = enter < stay;
      next.push(Math.min(stay, enter) + cost(hop, index));
      since.push(better ? hop : (began[index] as number));
    }
    starts.push(since);
    costs = next;
    began = since;
  }
  const edges: number[] = [];
  for (let index = kept.length - 1, hop = hops - 1; index >= 0; index--) {
    const start = index === 0 ? 0 : Math.min(hop, starts[Math.max(0, hop)]?.[index] ?? 0);
    edges.unshift(start);
    hop = start - 1;
  }
  if (!Number.isFinite(costs.at(-1) ?? Infinity)) edges.splice(0, edges.length, ...middles.map((_, index) => (hops * index) / kept.length));
  return kept.map((phone, index) => ({
    phone,
    fromMs: fromMs + (edges[index] as number) * hopMs,
    untilMs: index + 1 < kept.length ? fromMs + (edges[index + 1] as number) * hopMs : untilMs,
  }));
}

/** How badly a sound fits a loudness of 0..1. */
function misfit({ kind }: Phone, loud: number): number {
  if (kind === 'vowel') return (1 - loud) ** 2;
  if (kind === 'closed') return 1.2 * loud ** 2;
  if (kind === 'hiss') return Math.abs(loud - 0.4) * 0.6;
  return Math.abs(loud - 0.65) * 0.3;
}

function keysOf(
  { phone, fromMs, untilMs }: Sound,
  loud: ReturnType<typeof loudnessOf>,
): readonly (Omit<VisemeKey, 'frame'> & { ms: number })[] {
  const { viseme, kind } = phone;
  const length = untilMs - fromMs;
  if (length < shortestMs && (kind === 'soft' || viseme === 's')) return [];
  if (kind === 'closed' || viseme === 'fv') return [{ ms: fromMs, viseme, open: 1 }];
  const steps = Math.max(1, Math.round(length / stepMs));
  return Array.from({ length: steps }, (_, step) => {
    const from = fromMs + (length * step) / steps;
    const heard = loud.mean(from, from + length / steps);
    const open = kind === 'vowel' ? 0.25 + 0.75 * heard : 0.2 + 0.6 * heard;
    // A loud open vowel opens the mouth all the way.
    return { ms: Math.round(from), viseme: viseme === 'a' && heard > 0.93 && length > 110 ? ('wide' as const) : viseme, open: round(open) };
  });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
