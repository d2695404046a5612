import type { FigurePerformance, Report, RigOutline, SpeechEnergy, TokenTime, Viseme } from '@filmwright/contracts';
import { visemesAt } from './figure-state.ts';
import { loudnessOf } from './loudness.ts';

/** A line that a figure says, where it stands in the shot, and the figure's performance in that shot. */
export type SpokenByFigure = {
  readonly startMs: number;
  readonly words: readonly TokenTime[];
  readonly energy: SpeechEnergy;
  readonly performance: Pick<FigurePerformance, 'visemes' | 'fps'>;
  readonly openings: RigOutline['openings'];
};

const hopMs = 10;
const furthestMs = 300;
const aroundMs = 400;
/** Syllables are like each other: of two shifts at which the curves are nearly as alike, by this share at the farthest, the nearer one counts. */
const nearer = 0.25;
/** A mouth is slower than a voice: both are compared as they are over this. */
const smoothMs = 60;

/** How far the mouth opens after (positive) or before the voice gets loud, for every word of a line in milliseconds; null where the voice hardly changes around it. */
export function mouthLags({ startMs, words, energy, performance, openings }: SpokenByFigure): readonly (number | null)[] {
  const loud = loudnessOf(energy);
  const lengthMs = energy.below.length * energy.hopMs;
  const hops = Math.ceil((lengthMs + 2 * furthestMs + 2 * aroundMs) / hopMs);
  const firstMs = -furthestMs - aroundMs;
  const voice = smoothed(Array.from({ length: hops }, (_, hop) => loud.at(firstMs + hop * hopMs)));
  const drawn = new Map<number, number>();
  const openAt = (ms: number): number => {
    // A frame stays on the screen until the next one.
    const frame = Math.floor(((ms + startMs) * performance.fps) / 1000 + 1e-6);
    const known = drawn.get(frame);
    if (known !== undefined) return known;
    const shapes = Object.entries(visemesAt(performance, frame)) as [Viseme, number][];
    const open = Math.sqrt(shapes.reduce((sum, [viseme, weight]) => sum + weight * openings[viseme], 0));
    drawn.set(frame, open);
    return open;
  };
  const mouth = smoothed(Array.from({ length: hops }, (_, hop) => openAt(firstMs + hop * hopMs)));
  return words.flatMap((word) => {
    if (word === null) return [];
    const from = Math.round((word.startMs - aroundMs - firstMs) / hopMs);
    const until = Math.round((word.endMs + aroundMs - firstMs) / hopMs);
    return [lagOf({ voice, mouth, from, until })];
  });
}

type Window = { readonly voice: readonly number[]; readonly mouth: readonly number[]; readonly from: number; readonly until: number };

/** The shift at which two curves are most alike within a window (Pearson's correlation), to a fraction of a hop. */
function lagOf({ voice, mouth, from, until }: Window): number | null {
  const heard = voice.slice(from, until);
  if (deviation(heard) < 0.07) return null;
  const reach = furthestMs / hopMs;
  const likeness: number[] = [];
  for (let shift = -reach; shift <= reach; shift++)
    likeness.push(correlation(heard, mouth.slice(from + shift, until + shift)) * (1 - (nearer * Math.abs(shift)) / reach));
  let best = 0;
  likeness.forEach((value, index) => {
    if (value > (likeness[best] as number)) best = index;
  });
  const [before, top, after] = [likeness[best - 1], likeness[best] as number, likeness[best + 1]];
  const bend = before === undefined || after === undefined ? 0 : before - 2 * top + after;
  const fraction = bend === 0 ? 0 : ((before as number) - (after as number)) / (2 * bend);
  return (best - reach + fraction) * hopMs;
}

function smoothed(values: readonly number[]): readonly number[] {
  const half = Math.round(smoothMs / hopMs / 2);
  return values.map((_, index) => {
    const part = values.slice(Math.max(0, index - half), index + half + 1);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [mean(one), mean(other)];
  const spread = deviation(one) * deviation(other);
  if (spread < 1e-9 || one.length !== other.length) return 0;
  return mean(one.map((value, index) => (value - a) * ((other[index] as number) - b))) / spread;
}

/** The report's figures of many words: how far off the mouth is, either way. Null where no word could be measured. */
export function mouthReport(lags: readonly (number | null)[]): Report['mouth'] {
  const off = lags.flatMap((lag) => (lag === null ? [] : [Math.abs(lag)])).sort((a, b) => a - b);
  if (off.length === 0) return null;
  const percentile = (share: number): number => Math.round((off[Math.max(0, Math.ceil(off.length * share) - 1)] as number) * 10) / 10;
  return {
    method: 'likeness of opening and loudness around each word',
    words: off.length,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
  };
}
