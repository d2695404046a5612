import type { CaptionPage, Credit, Film, Issue, Layer } from '@filmwright/contracts';
import type { SpokenByFigure } from '../figure/mouth-lag.ts';
import { figuresVisual } from '../film/figures.ts';
import type { Size } from '../film/frames.ts';
import { wordsOf } from '../film/texts-of.ts';
import { captionLayer, isCaptioned, shotCaptions } from './captions.ts';
import { clipLengthMs } from './clip-range.ts';
import { walkingTimes } from './figure-places.ts';
import { fontsFor } from './fonts.ts';
import type { PlanInput } from './plan-build.ts';
import { planDubbedSpeech } from './plan-dub.ts';
import { planFigures, rigsOf } from './plan-figures.ts';
import type { Planner } from './planner.ts';
import { type ShotTiming, shotTiming } from './shot-timing.ts';
import type { ShotPicture } from './spans.ts';
import type { SpokenLine } from './speech.ts';
import { placeTexts, textLayers } from './text-layers.ts';
import type { Uploads } from './uploads.ts';
import { finishOf, logoLayer, planVisual } from './visual-layers.ts';

export type ShotInput = {
  readonly film: Film;
  readonly size: Size;
  readonly index: number;
  readonly planner: Planner;
  readonly uploads: Uploads;
  readonly offer: PlanInput['offer'];
  /** All takes that its shots have drawn are wanted, not the chosen ones alone. */
  readonly allTakes: boolean;
};

/** A shot as far as it is known: its timing is an estimate until `timed`, its picture null until everything on it is known. */
export type PlannedShot = {
  readonly id: string;
  readonly index: number;
  readonly address: string;
  readonly timing: ShotTiming;
  /** Frames that a dubbed shot is longer than its original. */
  readonly grownFrames: number;
  readonly timed: boolean;
  readonly lines: readonly SpokenLine[];
  readonly pages: readonly CaptionPage[];
  readonly picture: ShotPicture | null;
  readonly credits: readonly Credit[];
  readonly warnings: readonly Issue[];
  /** Lines that figures say, for measuring their mouths. */
  readonly mouths: readonly SpokenByFigure[];
};

/** Frames that a shot's visual goes on under the transition into the next shot. */
function tailFrames(film: Film, index: number): number {
  const next = film.storyboard[index + 1];
  if (next?.transition === undefined || next.transition === 'cut') return 0;
  return Math.ceil(film.format.fps * 2);
}

/** Asks for a shot's speech and pictures and lays it out as soon as they are there. */
export function planShot({ film, size, index, planner, uploads, offer, allTakes }: ShotInput): PlannedShot {
  const shot = film.storyboard[index];
  if (shot === undefined) throw new RangeError(`shot ${index} does not exist`);
  const address = `shot/${shot.id ?? index}`;
  const walking = walkingTimes({ film, shot, size, rigOf: rigsOf(film, uploads) });
  const base = { film, shot, first: index === 0, clipMs: clipLengthMs({ film, shot, uploads }), walking };
  const speech = planDubbedSpeech({ film, shot, index, address, planner, uploads, voices: offer.voices }, base);
  const { lines, original } = speech;
  const timed = speech.settled && lines.every((line) => line.audio !== null);
  const timing = shotTiming({ ...base, lines, original });
  const untilFrame = timing.frames + tailFrames(film, index);
  const { models, modelsFor, generators = [], pools } = offer;
  const seen = { film, shot, index, address, size, untilFrame, planner, uploads, models, modelsFor, generators, pools, allTakes };
  const figures = figuresVisual(shot) === null ? null : planFigures({ ...seen, timing, lines });
  const visual = figures === null ? planVisual(seen) : figures;
  const pages = timed && film.captions !== false && shot.captions !== false ? (shotCaptions({ film, size, timing, lines }) ?? []) : [];
  const fonts = fontsFor(wordsOf(shot), { film, uploads, fonts: offer.fonts });
  const logo = shot.logo === false ? null : logoLayer(seen);
  const credits = [
    ...lines.flatMap((line) => (line.credit === null ? [] : [line.credit])),
    ...(visual?.credits ?? []),
    ...(fonts?.credits ?? []),
  ];
  const mouths = figures?.mouths ?? [];
  const known = {
    grownFrames: original === null ? 0 : timing.frames - original.frames,
    id: shot.id ?? String(index),
    index,
    address,
    timing,
    timed,
    lines,
    pages,
    credits,
    warnings: visual?.warnings ?? [],
    mouths,
  };
  if (!timed || visual === undefined || fonts === undefined || logo === undefined) return { ...known, picture: null };
  const placed = placeTexts({ film, shot, size, frames: timing.frames, captioned: isCaptioned(film, shot), fonts: fonts.stack, uploads });
  const texts = textLayers(placed, { fps: film.format.fps, size, frames: timing.frames });
  const captions = shot.captions === false ? null : captionLayer({ film, size, pages, fonts: fonts.stack, frames: timing.frames });
  const layers: Layer[] = [...visual.layers, ...(logo === null ? [] : [logo]), ...texts, ...(captions === null ? [] : [captions])];
  return { ...known, picture: { timing, layers, finish: finishOf(shot) } };
}
