import type { CaptionPage, Token, TokenTime } from '@filmwright/contracts';
import { breakWords, joinWords, leansBack } from '../text/break-lines.ts';
import { estimateWidthEm } from '../text/estimate-lines.ts';
import { mayEndLine, mayStartLine } from '../text/kinsoku.ts';
import { remembered } from '../text/remembered.ts';
import { isUnspaced } from '../text/scripts.ts';
import { captionWords, type TimedWord } from './caption-words.ts';

/** Longest line whatever the box: 42 Latin characters (about 22 em) or 16 CJK characters. */
const widestEm = { spaced: 22.5, unspaced: 16.5 };
const leadMs = 80;
const holdMs = 400;
/** Hold of a line's last page while it is not known when the next line starts. */
const cautiousHoldMs = 240;
/** A gap that stays between two pages is at least this long, so that it reads as a pause and not as a flicker. */
const shortestGapMs = 200;
const longPauseMs = 350;
const longestPageMs = 7000;

export type CaptionPagesOptions = {
  readonly tokens: readonly Token[];
  /** When each token is spoken, in milliseconds of the shot. */
  readonly times: readonly TokenTime[];
  readonly fps: number;
  /** Width of a caption line in em, from the box the captions stand in. */
  readonly lineWidthEm: number;
  /** First frame after the shot. */
  readonly untilFrame: number;
  readonly language: string;
  /** The line as written; with it the words show the quotes and brackets around them. */
  readonly text?: string;
  /** First frame that is free; the end of the page before. */
  readonly fromFrame?: number;
  /** When the first word of the line after this one is spoken, in milliseconds of the shot; without it the last page leaves early enough for a usual pause. */
  readonly nextStartMs?: number;
};

type Limits = { readonly lineEm: number; readonly language: string };
type Page = { readonly from: number; readonly until: number };

const widthEm = (text: string): number => estimateWidthEm(text, true);

/** Whether words make a page of at most two lines; a word longer than a line may fill one, since it is shrunk when painted. */
const fitsPage = (words: readonly string[], limits: Limits): boolean => {
  const whole = widthEm(joinWords(words));
  if (whole <= limits.lineEm) return true;
  const { lines } = breakWords({ words, language: limits.language, maxWidth: limits.lineEm, measure: widthEm, maxLines: 2 });
  return lines.length <= 2 && lines.every((line) => line.width <= limits.lineEm || line.until - line.from === 1);
};

/** Cost of ending a page after a word that another page follows: low at sentence ends, colons, commas and pauses, high inside a phrase. */
const breakCost = (word: TimedWord, next: TimedWord): number => {
  const pauseMs = next.startMs - word.endMs;
  if (!mayEndLine(word.text) || !mayStartLine(next.text) || !next.spoken || leansBack(word.text, next.text)) return 30;
  if (word.ends === 'sentence') return 0;
  if (/[:;—–]$/u.test(word.text)) return 0.06;
  if (pauseMs > longPauseMs) return 0.1;
  if (word.ends === 'comma') return 0.25;
  const hanging = /^\p{L}{1,3}$/u.test(word.text) && !isUnspaced(word.text) ? 0.5 : 0;
  return 1.6 - Math.min(0.8, Math.max(0, pauseMs) / 400) + hanging;
};

/** Cost of what a page runs over: a sentence end or a long pause inside it. */
const crossCost = (word: TimedWord, next: TimedWord): number => {
  const pauseMs = next.startMs - word.endMs;
  const pause = pauseMs > longPauseMs ? 2.4 + (pauseMs - longPauseMs) / 500 : 0;
  return Math.max(pause, word.ends === 'sentence' ? 3.2 : word.ends === 'comma' ? 0.12 : 0);
};

type Grouping = { readonly words: readonly TimedWord[]; readonly limits: Limits };

/** Groups words into pages by a dynamic programme over all groupings; a film is planned anew with everything that ends, and this took most of that time. */
const groupWords = remembered(({ words, limits }: Grouping): readonly Page[] => {
  const texts = words.map((word) => word.text);
  const best: ({ readonly cost: number; readonly from: number } | undefined)[] = [{ cost: 0, from: 0 }];
  for (let until = 1; until <= words.length; until++) {
    let crossed = 0;
    for (let from = until - 1; from >= 0; from--) {
      const first = words[from] as TimedWord;
      const second = words[from + 1];
      if (from < until - 1 && second) crossed += crossCost(first, second);
      const page = texts.slice(from, until);
      if (from < until - 1 && !fitsPage(page, limits)) break;
      const before = best[from];
      if (!before) continue;
      const last = words[until - 1] as TimedWord;
      const next = words[until];
      const em = widthEm(joinWords(page));
      const lonely = until - from === 1 && em < limits.lineEm * 0.35 ? 4 : em < limits.lineEm * 0.3 ? 1 : 0;
      const empty = Math.max(0, 1 - em / (limits.lineEm * 1.4)) * 0.5;
      const tooLong = Math.max(0, last.endMs - first.startMs - longestPageMs) / 800;
      const cost = before.cost + 0.3 + crossed + lonely + empty + tooLong + (next ? breakCost(last, next) : 0);
      const known = best[until];
      if (!known || cost < known.cost) best[until] = { cost, from };
    }
  }
  const pages: Page[] = [];
  for (let until = words.length; until > 0; ) {
    const from = best[until]?.from ?? until - 1;
    pages.unshift({ from, until });
    until = from;
  }
  return pages;
});

/** When a page goes: it stays up to 400 ms after its last word, and to the next page where only a flicker of nothing would lie between. */
const endMsOf = (lastMs: number, nextMs: number | undefined): number => {
  if (nextMs === undefined) return lastMs + cautiousHoldMs;
  const gap = nextMs - lastMs;
  return gap <= holdMs ? nextMs : lastMs + Math.min(holdMs, gap - shortestGapMs);
};

/**
 * The caption pages of one spoken line in shot-relative frames. Written words are shown. A page holds at most two lines and ends at a sentence,
 * comma or pause where it can; it shows from 80 ms before its first word; a word is lit until the next one starts.
 */
export const captionPages = (options: CaptionPagesOptions): readonly CaptionPage[] => {
  const words = captionWords(options);
  if (words.length === 0) return [];
  const cjk = words.filter((word) => isUnspaced(word.text)).length * 2 > words.length;
  const lineEm = Math.max(2, Math.min(options.lineWidthEm, cjk ? widestEm.unspaced : widestEm.spaced));
  const groups = groupWords({ words, limits: { lineEm, language: options.language } });
  const frameOf = (ms: number): number => Math.round((ms * options.fps) / 1000);
  let free = options.fromFrame ?? 0;
  return groups.flatMap(({ from, until }, index) => {
    const group = words.slice(from, until);
    const first = group[0] as TimedWord;
    const last = group.at(-1) as TimedWord;
    const next = groups[index + 1];
    const followingMs = next ? (words[next.from] as TimedWord).startMs : options.nextStartMs;
    const nextStartMs = followingMs === undefined ? undefined : followingMs - leadMs;
    const fromFrame = Math.max(free, frameOf(first.startMs - leadMs));
    const lastFrame = Math.max(
      fromFrame + 1,
      Math.min(options.untilFrame, frameOf(endMsOf(last.endMs, nextStartMs === undefined ? undefined : Math.max(last.endMs, nextStartMs)))),
    );
    if (fromFrame >= options.untilFrame) return [];
    free = lastFrame;
    const starts = group.map((word) => Math.min(lastFrame, Math.max(fromFrame, frameOf(word.startMs))));
    return [
      {
        fromFrame,
        untilFrame: lastFrame,
        words: group.map((word, i) => {
          const start = starts[i] ?? fromFrame;
          const end = word.spoken ? (starts[i + 1] ?? Math.min(lastFrame, Math.max(start, frameOf(last.endMs)))) : start;
          return { text: word.text, fromFrame: start, untilFrame: Math.max(start, end) };
        }),
      },
    ];
  });
};
