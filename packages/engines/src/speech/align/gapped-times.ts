import type { TokenTime } from '@filmwright/contracts';
import type { Sound } from '../sound/wav.ts';
import { featureRate, frameMs, melFeatures } from './mel-features.ts';
import { type Region, silentRegions } from './speech-regions.ts';
import { type HeardSound, warpTime } from './warp-time.ts';
import { carriedTimes } from './word-boundaries.ts';

export type GappedInput = {
  /** Spoken words of each token, in order. */
  readonly words: readonly (readonly string[])[];
  readonly sound: Sound;
  /** The same words by the same voice with a silence between all of them. */
  readonly gapped: Sound;
};

/** Silences shorter than this are closures of consonants, not gaps. */
const shortestGapMs = 200;
/** Words that a voice may run together ("of the" as one), and how many pieces one spoken word may fall into (characters, parts of a number). */
const widest = { words: 3, pieces: 12 };

/**
 * When each token is said in `sound`: the stretches between the gaps of `gapped` are given to the words (one each where their numbers agree, else by
 * the cheapest fit of lengths), and carried over by time warping. Null where there are fewer stretches than could be words.
 */
export function gappedTimes({ words, sound, gapped }: GappedInput): readonly TokenTime[] | null {
  const slow = heard(gapped);
  const stretches = stretchesBetween(slow.pauses, (gapped.samples.length * 1000) / gapped.sampleRate);
  const spoken = words.flatMap((list, token) => list.map((word) => ({ word, token })));
  const spans = stretchesOfWords(
    stretches,
    spoken.map(({ word }) => word),
  );
  if (spans === null) return null;
  const inGapped = words.map((_, token): TokenTime => {
    const own = spans.filter((__, index) => spoken[index]?.token === token);
    const [first] = own;
    const last = own.at(-1);
    return first && last ? { startMs: first.startMs, endMs: last.endMs } : null;
  });
  const fast = heard(sound);
  const carried = carriedTimes(inGapped, warpTime(slow.sound, fast.sound));
  let atMs = 0;
  return carried.map((time) => {
    if (time === null) return null;
    const startMs = Math.max(atMs, time.startMs);
    atMs = Math.max(startMs + 20, time.endMs);
    return { startMs, endMs: atMs };
  });
}

function stretchesBetween(pauses: readonly Region[], lengthMs: number): readonly Region[] {
  const stretches: Region[] = [];
  let startMs = 0;
  for (const pause of [
    ...pauses.filter((each) => each.endMs - each.startMs >= shortestGapMs || each.startMs < 20),
    { startMs: lengthMs, endMs: lengthMs },
  ]) {
    if (pause.startMs - startMs > 20) stretches.push({ startMs, endMs: pause.startMs });
    startMs = pause.endMs;
  }
  return stretches;
}

/** The stretch of each word: dynamic programming over how many stretches a word takes, or how many words share one. */
function stretchesOfWords(stretches: readonly Region[], words: readonly string[]): readonly Region[] | null {
  const total = stretches.reduce((sum, each) => sum + each.endMs - each.startMs, 0);
  const weights = words.map(weightOf);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  if (stretches.length === 0 || words.length === 0 || stretches.length * widest.words < words.length) return null;
  const expected = (from: number, until: number): number =>
    (weights.slice(from, until).reduce((sum, weight) => sum + weight, 0) / all) * total;
  const length = (from: number, until: number): number =>
    stretches.slice(from, until).reduce((sum, each) => sum + each.endMs - each.startMs, 0);
  type Step = { readonly cost: number; readonly words: number; readonly pieces: number };
  const best: (Step | undefined)[][] = Array.from({ length: words.length + 1 }, () => []);
  (best[0] as (Step | undefined)[])[0] = { cost: 0, words: 0, pieces: 0 };
  for (let word = 1; word <= words.length; word++) {
    for (let piece = 1; piece <= stretches.length; piece++) {
      const consider = (taken: number, pieces: number): void => {
        const before = best[word - taken]?.[piece - pieces];
        if (before === undefined) return;
        const fit = Math.abs(Math.log(Math.max(20, length(piece - pieces, piece)) / Math.max(20, expected(word - taken, word))));
        const cost = before.cost + fit + (taken + pieces - 2) * (pieces > 1 ? pieceCost(words[word - 1] ?? '', pieces) : 0.6);
        const known = best[word]?.[piece];
        if (known === undefined || cost < known.cost) (best[word] as (Step | undefined)[])[piece] = { cost, words: taken, pieces };
      };
      for (let taken = 1; taken <= Math.min(widest.words, word); taken++) consider(taken, 1);
      for (let pieces = 2; pieces <= Math.min(widest.pieces, piece); pieces++) consider(1, pieces);
    }
  }
  const spans: Region[] = new Array(words.length);
  for (let word = words.length, piece = stretches.length; word > 0; ) {
    const step = best[word]?.[piece];
    if (step === undefined) return null;
    const startMs = stretches[piece - step.pieces]?.startMs ?? 0;
    const endMs = stretches[piece - 1]?.endMs ?? startMs;
    let atMs = startMs;
    const share = weights.slice(word - step.words, word);
    const sum = share.reduce((whole, weight) => whole + weight, 0);
    share.forEach((weight, index) => {
      const untilMs = atMs + ((endMs - startMs) * weight) / sum;
      spans[word - step.words + index] = { startMs: atMs, endMs: untilMs };
      atMs = untilMs;
    });
    word -= step.words;
    piece -= step.pieces;
  }
  return spans;
}

/** A character of Chinese, a digit or a compound's part is a stretch of its own; other words seldom fall apart. */
function pieceCost(word: string, pieces: number): number {
  if (/\p{Script=Han}/u.test(word)) return [...word].length === pieces ? 0 : 0.3;
  return /\d/.test(word) ? 0.05 : 0.9;
}

function weightOf(word: string): number {
  let weight = 0.6;
  for (const sign of word.replaceAll(/\p{M}/gu, '')) weight += /\p{Script=Han}/u.test(sign) ? 2.6 : /\p{N}/u.test(sign) ? 4 : 1;
  return weight;
}

function heard(sound: Sound): { readonly sound: HeardSound; readonly pauses: readonly Region[] } {
  const features = melFeatures(atFeatureRate(sound));
  const pauses = silentRegions(features.energy);
  const silent = new Uint8Array(features.count);
  for (const { startMs, endMs } of pauses) silent.fill(1, Math.round(startMs / frameMs), Math.round(endMs / frameMs));
  return { sound: { features, silent }, pauses };
}

/** Samples at the rate of the features, by linear interpolation: both sounds lose the same. */
function atFeatureRate({ samples, sampleRate }: Sound): Float32Array {
  const step = sampleRate / featureRate;
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, index) => {
    const at = index * step;
    const left = Math.floor(at);
    const a = samples[left] ?? 0;
    return a + ((samples[left + 1] ?? a) - a) * (at - left);
  });
}
