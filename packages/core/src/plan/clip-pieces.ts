import type { Layer } from '@filmwright/contracts';
import { type ClipMedia, type ClipRange, clipPasses } from './clip-range.ts';
import { placedLayer } from './visual-input.ts';

/**
 * An asset that holds `frames` frames of a clip from `firstFrame` on and is shown from where the piece before it ends to before `untilFrame`; those beyond serve
 * slow motion across the seams. The asset is null while it is made.
 */
export type ClipPiece = {
  readonly asset: string | null;
  readonly firstFrame: number;
  readonly untilFrame: number;
  readonly frames: number;
};
type MadePiece = ClipPiece & { readonly asset: string };

/** What a shot shows of a clip: pixels of its frames, which of them, and the assets they lie in, without a gap. Stages that draw it anew take and give this. */
export type ClipPictures = {
  readonly width: number;
  readonly height: number;
  readonly range: ClipRange;
  readonly pieces: readonly ClipPiece[];
  /** So many times larger than it was filmed or drawn; 1 where it is left out. */
  readonly enlarged?: number;
};
export type MadePictures = Omit<ClipPictures, 'pieces'> & { readonly pieces: readonly MadePiece[] };

/** A clip all of which is made; undefined while a piece of it is not. */
export function madePictures(pictures: ClipPictures): MadePictures | undefined {
  const pieces = pictures.pieces.flatMap(({ asset, ...piece }) => (asset === null ? [] : [{ ...piece, asset }]));
  return pieces.length === pictures.pieces.length ? { ...pictures, pieces } : undefined;
}

/** A clip of which only size and moments are known yet, so that what is made of it is foreseen. */
export function foreseenPictures(pictures: ClipPictures): ClipPictures {
  return { ...pictures, pieces: pictures.pieces.map((piece) => ({ ...piece, asset: null })) };
}

/** How a range fills a shot. */
export type ClipFill = { readonly untilFrame: number; readonly loop: boolean };

/** A clip as it was uploaded: one piece. */
export function wholeClip(clip: ClipMedia, range: ClipRange): MadePictures {
  const frames = Math.max(1, range.lastFrame + 1, Math.round((clip.durationMs * clip.fps) / 1000));
  const { width, height, asset } = clip;
  return { width, height, range, pieces: [{ asset: asset.digest, firstFrame: 0, untilFrame: frames, frames }] };
}

/** The first frame of a range that a shot shows, and the first behind those it shows. */
export function shownFrames(range: ClipRange, { untilFrame, loop }: ClipFill): { readonly first: number; readonly until: number } {
  const shown = loop ? range.frames : Math.min(range.frames, untilFrame);
  const until = Math.min(range.lastFrame + 1, Math.floor(range.start + range.step * (shown - 1) + hair) + 1);
  return { first: Math.floor(range.start + hair), until };
}

/** What of a clip's source does not depend on where it stands in the clip. */
type WholeSource = Extract<Layer['source'], { readonly type: 'clip' }>;
export type PieceLayers = ClipFill & {
  readonly pictures: Pick<MadePictures, 'range' | 'pieces'>;
  readonly source: WholeSource;
  readonly place: Parameters<typeof placedLayer>[1]['place'];
};

/** A layer for each playing of a range and each piece of it that is seen then. */
export function pieceLayers({ pictures: { range, pieces }, source, place, loop, untilFrame }: PieceLayers): readonly Layer[] {
  return clipPasses(range, { loop, untilFrame }).flatMap((pass) =>
    pieces.flatMap((piece, at): readonly Layer[] => {
      const frameOf = (clipFrame: number): number => Math.ceil((clipFrame - pass.start - hair) / range.step);
      const fromFrame = at === 0 ? pass.fromFrame : Math.max(pass.fromFrame, frameOf(piece.firstFrame));
      const until = at === pieces.length - 1 ? pass.untilFrame : Math.min(pass.untilFrame, frameOf(piece.untilFrame));
      if (until <= fromFrame) return [];
      const cut = {
        ...source,
        asset: piece.asset,
        start: pass.start - piece.firstFrame,
        heldFrame: pass.heldFrame,
        lastFrame: Math.min(range.lastFrame - piece.firstFrame, piece.frames - 1),
      };
      return [{ ...placedLayer(cut, { place, untilFrame }), fromFrame, untilFrame: until }];
    }),
  );
}

/** Below this a place counts as the whole frame before it. */
const hair = 1e-6;
