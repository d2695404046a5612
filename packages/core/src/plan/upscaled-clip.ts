import type { Upscale } from '@filmwright/contracts';
import { type ClipFill, type ClipPictures, type ClipPiece, shownFrames } from './clip-pieces.ts';
import { ranks } from './planner.ts';
import { type Enlarged, enlargeMs, enlargingOf, unchanged } from './upscale.ts';
import type { VisualInput } from './visual-input.ts';

/** Pieces of this many seconds are made larger each by itself, so that runners share a clip and a lost attempt loses little. */
const pieceSeconds = 1;
/** Where frames are drawn between them pieces are longer, since each holds frames more to both sides: as many as tell how it moves on across a seam. */
const between = { pieceSeconds: 2, before: 4, behind: 5 } as const;

export type UpscaleClip = ClipFill & {
  /** Undefined while it is not known what is shown. */
  readonly pictures: ClipPictures | undefined;
  readonly asked: Upscale | undefined;
  /** How many times its size the frame shows of the clip at most. */
  readonly shown: number;
  /** Frames will be drawn between those that are made. */
  readonly slowed: boolean;
};

/** A clip with frames as large as the document asks for; undefined while it is not known what is shown. */
export function upscaledClip(
  input: VisualInput,
  { pictures, asked, shown, slowed, ...fill }: UpscaleClip,
): Enlarged<ClipPictures> | undefined {
  const { planner, address, index } = input;
  const at = { kind: 'upscale-clip', stage: 'prepare', shot: index, rank: ranks.awaited } as const;
  if (pictures === undefined) {
    const estimateMs = enlargeMs({ width: 960, height: 540 }, { model: '', frames: 60 });
    if (asked !== undefined) planner.ask({ ...at, address: `${address}/upscale/0`, estimateMs, payload: undefined });
    return undefined;
  }
  const enlarging = enlargingOf(input, { asked, of: 'clip', source: pictures, shown });
  if (enlarging.model === null) return unchanged(pictures, enlarging.issue);
  const { model, factor } = enlarging;
  const { rate } = pictures.range;
  const parts = partsOf(pictures, { fill, slowed });
  const made = parts.map(({ from, firstFrame, frames }, number) =>
    planner.ask({
      ...at,
      address: `${address}/upscale/${number}`,
      estimateMs: enlargeMs(pictures, { model, frames }),
      payload:
        from.asset === null ? undefined : { clip: from.asset, model, factor, rate, firstFrame: firstFrame - from.firstFrame, frames },
    }),
  );
  const pieces = parts.map(({ from: _, ...part }, number) => ({ ...part, asset: made[number]?.asset.digest ?? null }));
  const { width, height } = made[0] ?? { width: pictures.width * factor, height: pictures.height * factor };
  const credits = made.slice(0, 1).flatMap((one) => (one === undefined ? [] : [one.credit]));
  return { what: { ...pictures, width, height, pieces, enlarged: factor }, credits, warnings: [] };
}

type Part = Omit<ClipPiece, 'asset'> & { readonly from: ClipPiece };

/** The frames that a shot shows in pieces on a grid, so that shots which show the same share them. */
function partsOf(
  { range, pieces }: ClipPictures,
  { fill, slowed }: { readonly fill: ClipFill; readonly slowed: boolean },
): readonly Part[] {
  const length = Math.max(1, Math.round((slowed ? between.pieceSeconds : pieceSeconds) * range.rate));
  const seen = shownFrames(range, fill);
  const parts: Part[] = [];
  for (const from of pieces) {
    const until = Math.min(from.untilFrame, Math.max(seen.until, seen.first + 1));
    for (let firstFrame = Math.max(from.firstFrame, seen.first); firstFrame < until; ) {
      const untilFrame = Math.min(until, (Math.floor(firstFrame / length) + 1) * length);
      // Slow motion shows a share of the frame behind the seam too.
      const behind = slowed ? between.behind : range.blend ? 1 : 0;
      const last = Math.min(untilFrame + behind, from.firstFrame + from.frames);
      const begin = slowed ? Math.max(from.firstFrame, firstFrame - between.before) : firstFrame;
      parts.push({ from, firstFrame: begin, untilFrame, frames: last - begin });
      firstFrame = untilFrame;
    }
  }
  return parts;
}
