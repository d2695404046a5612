import type { FigureEntry, Film, Path, RigOutline, Shot } from '@filmwright/contracts';
import type { Walk } from '../figure/perform.ts';
import { figuresOf, figuresVisual, speakerOf } from '../film/figures.ts';
import type { Size } from '../film/frames.ts';
import { linesOf } from '../film/lines-of.ts';
import { isCaptioned } from './captions.ts';
import { round } from './motion.ts';

/** Rigs of a film's characters by name; undefined for those that are not read yet. */
export type RigOf = (character: string) => RigOutline | undefined;

/** A figure where it stands on the whole frame, in output pixels. */
export type FigurePlace = {
  readonly entry: FigureEntry;
  readonly outline: RigOutline;
  /** Pixels for one rig unit. */
  readonly unit: number;
  readonly x: number;
  /** Where the lower edge of its framing is. */
  readonly baseY: number;
  readonly framing: string;
  readonly facing: 'left' | 'right';
};

/** Height of a figure as a share of the frame, by framing. */
const heights: Readonly<Record<string, number>> = { full: 0.8, knees: 0.85, waist: 0.83, bust: 0.76 };
/** Half the width of a standing figure, in shares of its whole height. */
const halfWidthShare = 0.2;

export type ScreenPlace = { readonly at: readonly [number, number]; readonly width: number; readonly lowerEdge: number };

/** Where a screen stands when the document does not say: beside figures, or above them in a frame that is not wide. */
export function screenPlace(shot: Shot, size: Size): ScreenPlace | null {
  const screen = figuresVisual(shot)?.screen;
  if (screen === undefined) return null;
  const first = figuresOf(shot)[0]?.at;
  const beside = isWide(size);
  // Most screens show 16:9; what is higher covers more.
  const heightOf = (width: number): number => (width * size.width * 9) / 16 / size.height;
  const width = screen.width ?? (beside ? 0.5 : Math.min(0.86, (0.36 * 16 * size.height) / 9 / size.width));
  const above = (size.height > size.width * 1.4 ? 0.1 : 0.05) + heightOf(width) / 2;
  const at = screen.at ?? (beside ? ([(first ?? 0.27) > 0.5 ? 0.31 : 0.69, 0.4] as const) : ([0.5, above] as const));
  return { at, width, lowerEdge: at[1] + heightOf(width) / 2 };
}

/** Whether there is room beside a figure. */
function isWide(size: Size): boolean {
  return size.width > size.height * 1.1;
}

export type PlacesInput = { readonly film: Film; readonly shot: Shot; readonly size: Size; readonly rigOf: RigOf };

/** The figures of a shot on the whole frame; undefined while a rig is not known. */
export function figurePlaces({ film, shot, size, rigOf }: PlacesInput): readonly FigurePlace[] | undefined {
  const entries = figuresOf(shot);
  const outlines = entries.map((entry) => rigOf(entry.character));
  if (outlines.some((outline) => outline === undefined)) return undefined;
  const screen = screenPlace(shot, size);
  const landscape = isWide(size);
  const shares = entries.map(
    (entry, index) => entry.at ?? defaultPlace(index, { count: entries.length, screenAt: landscape ? (screen?.at[0] ?? null) : null }),
  );
  const walks = entries.some((entry) => entry.enter !== 'none' || entry.leave !== 'none');
  const captioned = isCaptioned(film, shot);
  return entries.map((entry, index) => {
    const outline = outlines[index] as RigOutline;
    const share = shares[index] as number;
    const framing = entry.framing ?? (walks || !('waist' in outline.framings) ? 'full' : 'waist');
    const lower = outline.framings[framing] ?? outline.ground;
    // In an upright frame the width is what is scarce; of one alone the elbows may be cut off.
    const across = entries.length === 1 ? 1.25 : 0.94 / (entries.length * 0.8);
    const widest = (size.width * across) / ((outline.ground - outline.top) * halfWidthShare * 2);
    // A head stays clear of a screen above it.
    const free = landscape || screen === null ? 1 : Math.max(0.3, 0.97 - screen.lowerEdge);
    const wanted = ((entry.height ?? Math.min(heights[framing] ?? 0.83, free)) * size.height) / (lower - outline.top);
    const unit = entry.height === undefined ? Math.min(wanted, widest) : wanted;
    return {
      entry,
      outline,
      unit: round(unit),
      x: round(share * size.width),
      baseY: round(framing === 'full' ? size.height * (captioned ? 0.9 : 0.94) : size.height),
      framing,
      facing: entry.facing ?? defaultFacing(index, shares),
    };
  });
}

function defaultPlace(index: number, { count, screenAt }: { readonly count: number; readonly screenAt: number | null }): number {
  if (count > 1) return count === 2 ? (index === 0 ? 0.3 : 0.7) : 0.16 + (0.68 * index) / (count - 1);
  if (screenAt === null) return 0.5;
  return screenAt >= 0.5 ? 0.27 : 0.73;
}

/** Towards the others, or alone towards the middle of the frame. */
function defaultFacing(index: number, shares: readonly number[]): 'left' | 'right' {
  const own = shares[index] as number;
  const others = shares.filter((_, other) => other !== index);
  const aim = others.length === 0 ? 0.5 : others.reduce((sum, share) => sum + share, 0) / others.length;
  return own > aim + 1e-9 ? 'left' : 'right';
}

/** How a figure walks in and out of the frame: its cycles for the performance, and where it is from frame to frame. */
export type Walking = { readonly enter: Walk | null; readonly leave: Walk | null; readonly x: Path };

const cycleSeconds = 1.06;
/** Steps grow from standing and come to rest over this, as walk cycles do. */
const easeSeconds = 0.25;

export type WalkInput = {
  readonly place: FigurePlace;
  readonly width: number;
  readonly fps: number;
  /** Frame from which a figure that leaves may go. */
  readonly leaveFrame: number;
};

/** The walks of a figure: the ground that passes under its feet is what its cycle covers, so that they do not slide. */
export function walksOf({ place, width, fps, leaveFrame }: WalkInput): Walking {
  const { entry, outline, x, unit } = place;
  const still = { enter: null, leave: null, x: [{ frame: 0, value: x, ease: 'linear' as const }] };
  const stride = outline.cycles['walk']?.stride;
  if (stride === undefined || (entry.enter === 'none' && entry.leave === 'none')) return still;
  const cycleFrames = Math.round(cycleSeconds * fps);
  const pace = (stride * unit) / cycleFrames;
  const easeFrames = Math.round(easeSeconds * fps);
  const half = (outline.ground - outline.top) * halfWidthShare * unit;
  const framesFor = (distance: number): number => Math.ceil(distance / pace + easeFrames / 2);
  const keys: Path[number][] = [];
  let enter: Walk | null = null;
  if (entry.enter !== 'none') {
    const way = entry.enter === 'from-left' ? 1 : -1;
    const frames = framesFor(way > 0 ? x + half : width - x + half);
    enter = { startFrame: -cycleFrames, endFrame: frames, cycleFrames, towards: way > 0 ? 'right' : 'left' };
    keys.push({ frame: 0, value: round(x - way * pace * (frames - easeFrames / 2)), ease: 'linear' });
    for (let step = 0; step <= easeFrames; step++)
      keys.push({ frame: frames - easeFrames + step, value: round(x - way * pace * gone(easeFrames - step, easeFrames)), ease: 'linear' });
  } else keys.push({ frame: 0, value: x, ease: 'linear' });
  let leave: Walk | null = null;
  if (entry.leave !== 'none') {
    const way = entry.leave === 'to-right' ? 1 : -1;
    const frames = framesFor(way > 0 ? width - x + half : x + half);
    const from = Math.max(leaveFrame, (enter?.endFrame ?? 0) + easeFrames);
    leave = { startFrame: from, endFrame: from + frames + easeFrames, cycleFrames, towards: way > 0 ? 'right' : 'left' };
    for (let step = 0; step <= easeFrames; step++)
      keys.push({ frame: from + step, value: round(x + way * pace * gone(step, easeFrames)), ease: 'linear' });
    keys.push({ frame: from + frames, value: round(x + way * pace * (frames - easeFrames / 2)), ease: 'linear' });
  }
  return { enter, leave, x: keys };
}

/** Frames' worth of walking covered `step` frames after standing, while the pace grows by the ease of the cycle. */
function gone(step: number, easeFrames: number): number {
  let sum = 0;
  const parts = 4;
  for (let part = 0; part < step * parts; part++) {
    const share = (part + 0.5) / parts / easeFrames;
    sum += (share * share * share * (10 - 15 * share + 6 * share * share)) / parts;
  }
  return sum;
}

/** Milliseconds that a shot needs for its figures before the first line and after the last. */
export type WalkingTimes = { readonly beforeMs: number; readonly afterMs: number };

/** What walking in and out adds to a shot: whoever speaks first has arrived by then, and whoever leaves is gone at its end. */
export function walkingTimes(input: PlacesInput): WalkingTimes {
  const { film, shot, size } = input;
  if (!figuresOf(shot).some((entry) => entry.enter !== 'none' || entry.leave !== 'none')) return { beforeMs: 0, afterMs: 0 };
  const { fps } = film.format;
  const [first] = linesOf(shot);
  const speaker = first === undefined ? null : speakerOf(shot, first);
  let [beforeMs, afterMs] = [0, 0];
  for (const place of figurePlaces(input) ?? []) {
    const { enter, leave } = walksOf({ place, width: size.width, fps, leaveFrame: 0 });
    if (enter !== null && (speaker === null || place.entry.character === speaker))
      beforeMs = Math.max(beforeMs, (enter.endFrame * 1000) / fps - 150);
    // The last steps are taken where nobody sees them.
    if (leave !== null) afterMs = Math.max(afterMs, ((leave.endFrame - leave.startFrame) * 1000) / fps - easeSeconds * 1000);
  }
  return { beforeMs: Math.round(beforeMs), afterMs: Math.round(afterMs) };
}
