import type { Film, Issue } from '@filmwright/contracts';
import { millisecondsOf } from '../film/frames.ts';
import { problemAt, warningAt } from '../film/issues.ts';
import { type ClipMedia, type ClipUse, clipRange, clipsOf } from './clip-range.ts';
import type { ShotTiming } from './shot-timing.ts';
import type { Uploads } from './uploads.ts';

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(2))} s`;

/** A loop shorter than this flickers rather than plays. */
const shortestLoopMs = 500;
/** A clip may stand still for so long at the end of its shot before it is told. */
const unseenMs = 700;

/** Places in clips that are not there, told once the clips were looked at. */
export function clipIssues(film: Film, uploads: Uploads): readonly Issue[] {
  return film.storyboard.flatMap((shot, index) =>
    clipsOf(shot).flatMap(({ use, path }): readonly Issue[] => {
      const clip = uploads.media(use.clip, 'clip');
      return clip === undefined ? [] : rangeIssues(use, { clip, fps: film.format.fps, path: `storyboard[${index}].${path}` });
    }),
  );
}

type Where = { readonly clip: ClipMedia; readonly fps: number; readonly path: string };

function rangeIssues(use: ClipUse, { clip, fps, path }: Where): readonly Issue[] {
  const frameMs = 1000 / clip.fps;
  const name = JSON.stringify(use.clip);
  const lasts = seconds(clip.durationMs);
  if (millisecondsOf(use.from, fps) > clip.durationMs - frameMs / 2)
    return [
      problemAt(`${path}.from`, {
        code: 'clip-range',
        message: `${path}.from is ${use.from}, but ${name} lasts ${lasts}; nothing of it would be seen.`,
        found: use.from,
        wanted: `less than ${lasts}`,
        next: 'Start the clip earlier.',
      }),
    ];
  const { frames } = clipRange(use, { clip, fps });
  if (use.loop && (frames * 1000) / fps < shortestLoopMs)
    return [
      problemAt(`${path}.loop`, {
        code: 'clip-range',
        message: `${path} repeats ${seconds((frames * 1000) / fps)} of ${name}; wanted at least ${seconds(shortestLoopMs)}.`,
        found: seconds((frames * 1000) / fps),
        wanted: `at least ${seconds(shortestLoopMs)}`,
        next: 'Take more of the clip, play it slower, or leave `loop` out.',
      }),
    ];
  if (use.to === undefined || millisecondsOf(use.to, fps) <= clip.durationMs + frameMs) return [];
  return [
    warningAt(`${path}.to`, {
      code: 'clip-range',
      message: `${path}.to is ${use.to}, but ${name} lasts ${lasts}; it plays to its end.`,
      found: use.to,
      wanted: `at most ${lasts}`,
      next: 'Write an earlier `to`, or leave it out.',
    }),
  ];
}

type Held = {
  readonly film: Film;
  readonly index: number;
  readonly timing: ShotTiming;
  readonly uploads: Uploads;
};

/** Tells of a clip that ends well before its shot, so that its last frame stands still. */
export function heldClips({ film, index, timing, uploads }: Held): readonly Issue[] {
  const { fps } = film.format;
  return clipsOf(film.storyboard[index] ?? {}).flatMap(({ use, path }): readonly Issue[] => {
    const clip = uploads.media(use.clip, 'clip');
    if (clip === undefined || use.loop) return [];
    const playsMs = (clipRange(use, { clip, fps }).frames * 1000) / fps;
    const shotMs = (timing.frames * 1000) / fps;
    if (shotMs - playsMs <= unseenMs) return [];
    return [
      warningAt(`storyboard[${index}].${path}`, {
        code: 'clip-held',
        message: `${JSON.stringify(use.clip)} plays for ${seconds(playsMs)} of a shot of ${seconds(shotMs)}; then its last frame stands still.`,
        found: seconds(playsMs),
        wanted: `at least ${seconds(shotMs)}`,
        next: 'Write `loop: true`, a slower `speed`, or take more of the clip.',
      }),
    ];
  });
}
