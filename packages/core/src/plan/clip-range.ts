import type { Film, Media, Shot, Visual } from '@filmwright/contracts';
import { millisecondsOf } from '../film/frames.ts';
import type { Uploads } from './uploads.ts';

export type ClipMedia = Extract<Media, { readonly type: 'clip' }>;

/** A clip as a visual names it, with what is taken of it and how fast it plays. */
export type ClipUse = {
  readonly clip: string;
  readonly from: string;
  readonly to?: string | undefined;
  readonly speed: number;
  readonly loop: boolean;
  readonly crop?: readonly [number, number, number, number] | undefined;
  readonly sound: 'keep' | 'duck' | 'mute';
  readonly volume: number;
};

/** A use of a clip in frames: film frame f shows clip frame `start + step * f`, for `frames` frames of the film. */
export type ClipRange = {
  /** Frames a second of the clip. */
  readonly rate: number;
  readonly start: number;
  readonly step: number;
  readonly frames: number;
  /** Last clip frame of the range. */
  readonly lastFrame: number;
  /** Slow motion shows two neighbours by shares where a moment lies between them. */
  readonly blend: boolean;
};

/** Below this a place counts as the whole frame before it. */
const hair = 1e-6;

/** What a visual takes of a clip; a range beyond the clip is cut to it, and one frame is left at least. */
export function clipRange(use: Pick<ClipUse, 'from' | 'to' | 'speed'>, { clip, fps }: { clip: ClipMedia; fps: number }): ClipRange {
  const rate = clip.fps;
  const total = Math.max(1, Math.round((clip.durationMs * rate) / 1000));
  const placeOf = (duration: string): number => (millisecondsOf(duration, fps) * rate) / 1000;
  const start = Math.min(placeOf(use.from), total - 1);
  const end = Math.min(use.to === undefined ? total : placeOf(use.to), total);
  const lastFrame = Math.max(Math.floor(start + hair), Math.ceil(end - hair) - 1);
  // Not rounded: the steps of a long shot add up.
  const step = (use.speed * rate) / fps;
  const frames = Math.max(1, Math.ceil((lastFrame + 1 - start - 2 * hair) / step));
  return { rate, start, step, frames, lastFrame, blend: use.speed < 1 };
}

/** One playing of a range in shot-relative frames; `start` and `heldFrame` are those of its source. */
export type ClipPass = {
  readonly fromFrame: number;
  readonly untilFrame: number;
  readonly start: number;
  readonly heldFrame: number;
};

/** How a range fills a shot: once, its last frame standing from then on, or over and over. */
export function clipPasses(
  range: ClipRange,
  { loop, untilFrame }: { readonly loop: boolean; readonly untilFrame: number },
): readonly ClipPass[] {
  const { start, step, frames } = range;
  if (!loop) return [{ fromFrame: 0, untilFrame, start, heldFrame: frames - 1 }];
  return Array.from({ length: Math.max(1, Math.ceil(untilFrame / frames)) }, (_, pass) => ({
    fromFrame: pass * frames,
    untilFrame: Math.min(untilFrame, (pass + 1) * frames),
    start: start - pass * frames * step,
    heldFrame: (pass + 1) * frames - 1,
  }));
}

/** The clips that a shot shows or has stand before something else, with where in the shot they are named; the one that its length follows comes first. */
export function clipsOf(shot: Pick<Shot, 'visual'>): readonly { readonly use: ClipUse; readonly path: string }[] {
  const { visual } = shot;
  if (visual === undefined) return [];
  const ground = 'background' in visual ? { seen: visual.background, path: 'visual.background' } : { seen: visual, path: 'visual' };
  const subject = subjectClip(visual);
  return [
    ...(subject === null ? [] : [{ use: subject, path: 'visual.subject' }]),
    ...('clip' in ground.seen ? [{ use: ground.seen, path: ground.path }] : []),
  ];
}

const subjectClip = (visual: Visual): ClipUse | null => ('subject' in visual && 'clip' in visual.subject ? visual.subject : null);

export type ShotClip = { readonly film: Film; readonly shot: Shot; readonly uploads: Uploads };

/** Milliseconds that a shot's clip plays, or null if the shot has none or it is not probed yet. */
export function clipLengthMs({ film, shot, uploads }: ShotClip): number | null {
  const { fps } = film.format;
  const [first] = clipsOf(shot);
  const clip = first === undefined ? undefined : uploads.media(first.use.clip, 'clip');
  return first === undefined || clip === undefined ? null : (clipRange(first.use, { clip, fps }).frames * 1000) / fps;
}

/** The part of a clip that is shown, in pixels of even sides and places; null for all of it. */
export function clipCrop(use: Pick<ClipUse, 'crop'>, clip: { readonly width: number; readonly height: number }) {
  if (use.crop === undefined) return null;
  const even = (value: number): number => 2 * Math.round(value / 2);
  const [x, y, width, height] = use.crop;
  const wide = Math.max(2, Math.min(even(width * clip.width), clip.width - (clip.width % 2)));
  const high = Math.max(2, Math.min(even(height * clip.height), clip.height - (clip.height % 2)));
  return {
    x: Math.max(0, Math.min(even(x * clip.width), clip.width - wide)),
    y: Math.max(0, Math.min(even(y * clip.height), clip.height - high)),
    width: wide,
    height: high,
  };
}
