import type { CaptionPage, Cue } from '@filmwright/contracts';
import { breakWords } from '../text/break-lines.ts';
import { estimateWidthEm } from '../text/estimate-lines.ts';
import { isUnspaced } from '../text/scripts.ts';

/** Cues that follow each other closely keep this much apart, as subtitle players and style guides want (two frames at 24 fps). */
const gapMs = 84;
const shortestMs = 200;

/** The pages of a shot as subtitle cues in milliseconds of the film; `startFrame` is the film frame at which the shot starts. Cues never overlap. */
export const cuesOf = (pages: readonly CaptionPage[], options: { readonly startFrame: number; readonly fps: number }): readonly Cue[] => {
  const msOf = (frame: number): number => Math.round(((options.startFrame + frame) * 1000) / options.fps);
  return pages.map((page, index) => {
    const next = pages[index + 1];
    const startMs = msOf(page.fromFrame);
    const latest = next ? msOf(next.fromFrame) - gapMs : Number.POSITIVE_INFINITY;
    const endMs = Math.min(msOf(page.untilFrame), Math.max(latest, Math.min(startMs + shortestMs, latest + gapMs)));
    const words = page.words.map((word) => word.text);
    const maxWidth = words.some(isUnspaced) ? 16.5 : 22.5;
    const { lines } = breakWords({ words, language: 'und', maxWidth, measure: (text) => estimateWidthEm(text, true), maxLines: 2 });
    return { startMs, endMs: Math.max(startMs + 1, endMs), text: lines.map((line) => line.text).join('\n') };
  });
};
