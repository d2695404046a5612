import { type Credit, findModelRef, type Interpolate, type Issue, type Output, type Payload } from '@filmwright/contracts';
import { problemAt } from '../film/issues.ts';
import { type ClipFill, type ClipPictures, type ClipPiece, shownFrames } from './clip-pieces.ts';
import { ranks } from './planner.ts';
import { tellPools } from './pool-models.ts';
import { rationalOf } from './rational.ts';
import type { VisualInput } from './visual-input.ts';

/** Pieces of this many seconds of the film are drawn each by itself, so that runners share a clip and a lost attempt loses little. */
const pieceSeconds = 2;
/** A clip that has nearly a frame for each of the film is left as it is: what is missing cannot be seen. */
const enough = 0.99;
/** Two cores of a desk machine take so long for a frame of a million pixels, at most that many of which a model sees, and so long before the first. */
const msPerMegapixel = 2200;
const copiedMsPerMegapixel = 200;
const startMs = 1500;

export type InterpolateUse = ClipFill & {
  /** Undefined while the clip is probed. A model may have made it larger: that costs more than frames between, so it is done to the clip's own frames alone. */
  readonly pictures: ClipPictures | undefined;
  /** As the document says it; nothing for a clip that is to stay as it is. */
  readonly asked: Interpolate | undefined;
  /** Where in the shot it says so. */
  readonly path: string;
  /** Part of the addresses of its tasks. */
  readonly name: string;
};

/** A clip with what was drawn for it, and what there is to tell of that. */
export type InterpolatedClip = {
  readonly pictures: ClipPictures;
  readonly credits: readonly Credit[];
  readonly warnings: readonly Issue[];
};

type Drawn = Output<'interpolate'>;
/** Frames of the film, and how many of them lie between two of the clip's own: the work, known before its clip is. */
type Work = { readonly frames: number; readonly parts: number };
type Asking = Work & { readonly at: number; readonly payload: Payload<'interpolate'> | undefined };

/** Whether frames between the clip's own are asked for and are missing: it plays slower than the film shows frames. */
export function isInterpolated(asked: Interpolate | undefined, step: number): boolean {
  return asked !== undefined && asked !== false && step < enough;
}

/** Has the frames drawn that a slowed clip lacks, one for each frame of the film; undefined while the clip is probed. A clip with enough frames stays as it is. */
export function interpolatedClip(input: VisualInput, use: InterpolateUse): InterpolatedClip | undefined {
  const { film, index, planner, address } = input;
  const { pictures, asked, path, name } = use;
  const ask = ({ at, payload, ...work }: Asking): Drawn | undefined =>
    planner.ask({
      address: `${address}/${name}/${at}`,
      kind: 'interpolate',
      stage: 'prepare',
      shot: index,
      rank: ranks.awaited,
      estimateMs: estimateOf(work, pictures),
      payload,
    });
  if (pictures === undefined) {
    if (asked !== undefined && asked !== false) ask({ at: 0, frames: 60, parts: 4, payload: undefined });
    return undefined;
  }
  if (!isInterpolated(asked, pictures.range.step)) return { pictures, credits: [], warnings: [] };
  const model = modelFor(asked, input.modelsFor?.interpolation ?? []);
  if (model === undefined)
    return {
      pictures,
      credits: [],
      warnings: [noModel(asked, { path, offered: input.modelsFor?.interpolation ?? [], pools: input.pools })],
    };
  const { fps } = film.format;
  const { range, parts, pieces } = spread(pictures, { fps, fill: use });
  const shrink = shrinkOf(pictures);
  const drawn = parts.map(({ asset, first, frames, step }, at) => {
    const said = { model, rate: pictures.range.rate, first, step: step.num, parts: step.den, frames, fps, shrink };
    return ask({ at, frames, parts: step.den, payload: asset === null ? undefined : { clip: asset, ...said } });
  });
  return {
    pictures: { ...pictures, range, pieces: pieces.map((piece, at) => ({ ...piece, asset: drawn[at]?.asset.digest ?? null })) },
    credits: drawn.slice(0, 1).flatMap((one) => (one === undefined ? [] : [one.credit])),
    warnings: [],
  };
}

type Part = {
  readonly asset: string | null;
  readonly first: number;
  readonly frames: number;
  readonly step: ReturnType<typeof rationalOf>;
};

/**
 * A frame for each of the film, on a grid that begins with the clip: shots that show the same share them, and where the grid meets the clip's own frames these
 * are taken. The range begins at the nearest one, at most half a frame of the film away.
 */
function spread(
  { range, pieces }: ClipPictures,
  { fps, fill }: { readonly fps: number; readonly fill: ClipFill },
): { readonly range: ClipPictures['range']; readonly parts: readonly Part[]; readonly pieces: readonly Omit<ClipPiece, 'asset'>[] } {
  const step = rationalOf(range.step);
  const frameAt = (place: number): number => Math.ceil((place * step.den) / step.num - hair);
  const last = pieces.at(-1);
  const total = last === undefined ? 1 : last.firstFrame + last.frames;
  // Behind the clip's last frame there is nothing to draw towards.
  const lastFrame = Math.min(frameAt(range.lastFrame + 1) - 1, Math.floor(((total - 1) * step.den) / step.num + hair));
  // What the first piece does not hold cannot be shown.
  const begin = frameAt(pieces[0]?.firstFrame ?? 0);
  const start = Math.max(begin, Math.min(lastFrame, Math.round((range.start * step.den) / step.num)));
  const onGrid = { rate: fps, start, step: 1, frames: range.frames, lastFrame, blend: false };
  const shown = shownFrames(onGrid, fill);
  const length = Math.max(1, Math.round(pieceSeconds * fps));
  const parts: Part[] = [];
  const made: Omit<ClipPiece, 'asset'>[] = [];
  let next = Math.max(shown.first, begin);
  for (const piece of pieces) {
    const until = Math.min(shown.until, piece === last ? shown.until : frameAt(piece.untilFrame));
    for (let firstFrame = next; firstFrame < until; next = firstFrame) {
      const untilFrame = Math.min(until, (Math.floor(firstFrame / length) + 1) * length);
      const frames = untilFrame - firstFrame;
      made.push({ firstFrame, untilFrame, frames });
      parts.push({ asset: piece.asset, first: firstFrame * step.num - piece.firstFrame * step.den, frames, step });
      firstFrame = untilFrame;
    }
  }
  return { range: onGrid, parts, pieces: made };
}

/** Keeps a frame that is meant to lie on a place from falling behind it in rounding. */
const hair = 1e-9;

function modelFor(asked: Interpolate | undefined, offered: readonly string[]): string | undefined {
  return typeof asked === 'object' ? findModelRef(offered, asked.model) : offered[0];
}

/**
 * How many times smaller the copies are on which movement is looked for: about twice as large as a clip was before it was made larger. On its own size what
 * moves by less than a pixel is placed unevenly; on larger copies nothing more is found.
 */
function shrinkOf({ enlarged = 1 }: Pick<ClipPictures, 'enlarged'>): number {
  return Math.max(1, Math.round(enlarged / 2));
}

function estimateOf({ frames, parts }: Work, pictures: ClipPictures | undefined): number {
  const { width, height } = pictures ?? { width: 1280, height: 720 };
  // Where the grid meets a frame of the clip, that frame is taken.
  const drawnShare = parts === 1 ? 0 : 1 - 1 / parts;
  const megapixels = (width * height) / 1e6;
  const seen = megapixels / Math.max(shrinkOf(pictures ?? {}), Math.ceil(Math.sqrt(megapixels))) ** 2;
  return Math.round(startMs + frames * drawnShare * (seen * msPerMegapixel + megapixels * copiedMsPerMegapixel));
}

type NoModel = Pick<VisualInput, 'pools'> & { readonly path: string; readonly offered: readonly string[] };

function noModel(asked: Interpolate | undefined, { path, offered, pools }: NoModel): Issue {
  const wanted = typeof asked === 'object' ? asked.model : undefined;
  const found = offered.length === 0 ? 'none' : offered.join(', ');
  const issue = problemAt(wanted === undefined ? path : `${path}.model`, {
    code: 'model-unavailable',
    message:
      wanted === undefined
        ? `${path} asks for frames between the clip's own, and no runner has a model that draws them.`
        : `${path}.model asks for ${JSON.stringify(wanted)}, which no runner has or which draws no frames between frames; there is ${found}.`,
    found,
    wanted: wanted ?? 'a model that draws frames between frames',
    next: `Add one on a runner with \`filmwright models add ${wanted ?? 'rife-4.6'}\`${offered.length > 0 ? `, write \`interpolate: true\`` : ''}, or leave \`interpolate\` out.`,
  });
  return tellPools(issue, { asked: wanted, kind: 'interpolate', pools });
}
