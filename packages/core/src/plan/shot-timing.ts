import type { Film, Shot, TransitionKind } from '@filmwright/contracts';
import { framesOf, millisecondsOf } from '../film/frames.ts';
import type { SpokenLine } from './speech.ts';

/** When things happen inside a shot, in shot-relative frames and milliseconds. */
export type ShotTiming = {
  readonly frames: number;
  /** How the shot is entered; null for a cut. */
  readonly transition: { readonly kind: TransitionKind; readonly frames: number } | null;
  /** Start of each line in milliseconds of the shot. */
  readonly lineStartsMs: readonly number[];
  /** Frames that the narration needs with a breath before and after; 0 without one. */
  readonly spokenFrames: number;
  /** The narration needs more frames than the length that the document gives. */
  readonly lateFrames: number;
};

const leadMs = 200;
const tailMs = 420;
/** A translation may run closer to the end of its shot. */
const dubTailMs = 160;
const silentShotMs = 4000;
const shortestMs = 500;

export type TimingInput = {
  readonly film: Film;
  readonly shot: Shot;
  readonly first: boolean;
  readonly lines: readonly SpokenLine[];
  /** Length of the shot's clip from where it starts, or null. */
  readonly clipMs: number | null;
  /** What its figures need to walk in before the first line and out after the last. */
  readonly walking?: { readonly beforeMs: number; readonly afterMs: number };
  /** Of a dub: the timing of the original, whose length and starts of lines are kept where they can be. */
  readonly original?: ShotTiming | null;
};

/** A shot lasts as long as it says; else as its narration with a breath before and after; else as its clip; else four seconds. */
export function shotTiming({ film, shot, first, lines, clipMs, walking, original = null }: TimingInput): ShotTiming {
  const { fps } = film.format;
  const entered = transitionOf(shot, { first, fps });
  const lead = Math.max(leadMs + (entered === null ? 0 : (entered.frames * 1000 * 0.6) / fps), walking?.beforeMs ?? 0);
  const tail = Math.max(original === null ? tailMs : dubTailMs, walking === undefined || walking.afterMs === 0 ? 0 : walking.afterMs + 200);
  const lineStartsMs: number[] = [];
  const starts = original?.lineStartsMs.length === lines.length ? original.lineStartsMs : [];
  let atMs = lead;
  lines.forEach((line, index) => {
    atMs = Math.max(atMs, starts[index] ?? 0);
    lineStartsMs.push(atMs);
    atMs += line.lengthMs + (index < lines.length - 1 ? line.pauseMs : 0);
  });
  const spokenFrames = lines.length === 0 ? 0 : Math.ceil(((atMs + tail) * fps) / 1000);
  const silentMs = clipMs ?? silentShotMs;
  const wanted =
    shot.length === undefined ? (spokenFrames > 0 ? spokenFrames : Math.round((silentMs * fps) / 1000)) : framesOf(shot.length, fps);
  const frames = Math.max(original?.frames ?? wanted, spokenFrames, Math.round((shortestMs * fps) / 1000));
  const transition = entered === null ? null : { ...entered, frames: Math.max(1, Math.min(entered.frames, Math.floor(frames / 2))) };
  return {
    frames,
    transition,
    lineStartsMs,
    spokenFrames,
    lateFrames: shot.length === undefined ? 0 : Math.max(0, frames - Math.max(wanted, original?.frames ?? 0)),
  };
}

function transitionOf(shot: Shot, { first, fps }: { readonly first: boolean; readonly fps: number }): ShotTiming['transition'] {
  const wanted = shot.transition;
  if (first || wanted === undefined || wanted === 'cut') return null;
  const kind = typeof wanted === 'string' ? wanted : wanted.kind;
  if (kind === 'cut') return null;
  const frames = typeof wanted === 'string' ? Math.round(0.5 * fps) : Math.round((millisecondsOf(wanted.length, fps) * fps) / 1000);
  return frames < 1 ? null : { kind, frames };
}
