import type { Film, Payload } from '@filmwright/contracts';
import { type ClipMedia, clipRange, clipsOf } from './clip-range.ts';

/** A part of a clip is looked at so often, at least and at most so many times; longer ones more seldom. */
const lookEveryMs = 2000;
const leastLooks = 3;
const mostLooks = 24;
/** In all its parts together. */
const mostInAll = 60;

type Range = { readonly fromMs: number; readonly untilMs: number };
export type Looks = NonNullable<Payload<'review'>['clip']>;

/** Instants at which a clip is reviewed: in every part of it that the film shows, in the middles of equal pieces. */
export function looksAtShown(film: Film, { file, clip }: { readonly file: string; readonly clip: ClipMedia }): Looks {
  const { fps } = film.format;
  const whole = { fromMs: 0, untilMs: clip.durationMs };
  const shown = film.storyboard.flatMap((shot): readonly Range[] => [
    ...clipsOf(shot).flatMap(({ use }) => {
      if (use.clip !== file) return [];
      const { start, lastFrame, rate } = clipRange(use, { clip, fps });
      return [{ fromMs: (start * 1000) / rate, untilMs: ((lastFrame + 1) * 1000) / rate }];
    }),
    ...(isOnScreen(shot, file) ? [whole] : []),
  ]);
  return looksAt(shown.length === 0 ? [whole] : shown, clip.fps);
}

/** Instants in the middles of equal pieces of ranges of a clip. */
export function looksAt(ranges: readonly Range[], fps: number): Looks {
  const each = ranges.flatMap(({ fromMs, untilMs }) => {
    const looks = Math.min(mostLooks, Math.max(leastLooks, Math.ceil((untilMs - fromMs) / lookEveryMs)));
    return Array.from({ length: looks }, (_, at) => Math.floor(fromMs + ((at + 0.5) * (untilMs - fromMs)) / looks));
  });
  const all = [...new Set(each)].sort((a, b) => a - b);
  const count = Math.min(mostInAll, all.length);
  return { fps, atMs: Array.from({ length: count }, (_, at) => all[Math.floor(((at + 0.5) * all.length) / count)] ?? 0) };
}

/** Whether a figure's screen shows the clip, which is always all of it. */
function isOnScreen({ visual }: Film['storyboard'][number], file: string): boolean {
  return (
    visual !== undefined && 'screen' in visual && visual.screen !== undefined && 'clip' in visual.screen && visual.screen.clip === file
  );
}
