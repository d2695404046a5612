import { installedModel } from '../models/model-shelf.ts';
import { defaultCutOutModel } from './cut-out.ts';
import { cutWithMask } from './cut-with-mask.ts';
import { forLooking, frameMask, type SeenFrame } from './frame-mask.ts';
import { type ModelPool, openModelPool } from './model-pool.ts';
import { type Box, boxAbove, cropPicture, type Picture, type Plane } from './picture.ts';
import { wantMasks } from './picture-card.ts';
import { resizedPart } from './resample.ts';
import { smoothingReach, smoothMask } from './smooth-mask.ts';

export type CutOutFrames = {
  /** Frames in order, straight RGBA; those before `first` and behind `first + count` only help the others. Each must stay as it is once given. */
  readonly pictures: AsyncIterable<Picture>;
  readonly first: number;
  readonly count: number;
  readonly model?: string;
  readonly home: string;
  readonly signal?: AbortSignal;
  /** Loaded models to use; without it the model is loaded for these frames alone. */
  readonly pool?: ModelPool;
  /** False looks at each frame alone, for measuring what smoothing is worth. */
  readonly smooth?: boolean;
};

/** A frame whose surroundings are clear, and the frame as it was; `box` is where the subject is, null where none was found. */
export type CutFrame = { readonly picture: Picture; readonly whole: Picture; readonly box: Box | null };

/** Frames that a caller should give before and behind those it wants. */
export const cutOutMargin = smoothingReach;

const leastCoverage = 0.004;
const mostCoverage = 0.98;
/** Pixels at which colours are fitted: a frame is seen for a moment, and a clip has many. */
const fitPixels = 140_000;
/** Margin in which edges are looked for, in shares of the longer side. */
const edgeMargin = 0.03;
const seen = 8 / 255;

type Held = { readonly picture: Picture; readonly look: SeenFrame };

/**
 * Cuts a person out of the frames of a clip: a mask for each frame, smoothed over time where nothing moves, then soft edges and clean edge colours at
 * the full size. Fails as model-unavailable; a frame without anybody comes out clear.
 */
export async function* cutOutFrames(request: CutOutFrames): AsyncGenerator<CutFrame> {
  const { pictures, first, count, home, signal, model: name = defaultCutOutModel, smooth = true } = request;
  const model = await installedModel({ name, home });
  wantMasks(model.card);
  const pool = request.pool ?? openModelPool();
  const held: Held[] = [];
  let gone = 0;
  let next = first;
  const finished = (): CutFrame => {
    const at = next++ - gone;
    const frames = held.map(({ look }) => look);
    const { picture, look } = held[at] as Held;
    const cut = { whole: picture, ...cutFrame(picture, { mask: smooth ? smoothMask(frames, at) : look.mask, look }) };
    while (next - gone > smoothingReach) {
      held.shift();
      gone++;
    }
    return cut;
  };
  try {
    for await (const picture of pictures) {
      signal?.throwIfAborted();
      held.push({ picture, look: await frameMask({ model, picture: forLooking(picture), pool, ...(signal ? { signal } : {}) }) });
      while (next < first + count && next + smoothingReach < gone + held.length) yield finished();
    }
    while (next < first + count && next < gone + held.length) yield finished();
  } finally {
    if (!request.pool) await pool.dispose();
  }
}

function cutFrame(picture: Picture, { mask, look }: { readonly mask: Plane; readonly look: SeenFrame }): Omit<CutFrame, 'whole'> {
  const scale = picture.width / mask.width;
  const near = boxAbove(mask, 0.02);
  if (near.width === 0 || look.coverage < leastCoverage || look.coverage > mostCoverage)
    return { picture: { ...picture, rgba: new Uint8Array(picture.rgba.length) }, box: null };
  const area = around(near, { scale, picture });
  const part = cropPicture(picture, area);
  const coarse = resizedPart(mask, picture, area);
  const cut = cutWithMask({ picture: part, mask: coarse, blurPx: look.stepPx * scale, fitPixels });
  const box = boxAbove(cut.alpha, seen);
  return {
    picture: pasted(cut.picture, { area, picture }),
    box: box.width === 0 ? null : { ...box, x: box.x + area.x, y: box.y + area.y },
  };
}

type Within = { readonly area: Box; readonly picture: Picture };

/** The part of a picture to refine, in its pixels. */
function around(near: Box, { scale, picture }: { readonly scale: number; readonly picture: Picture }): Box {
  const margin = edgeMargin * Math.max(picture.width, picture.height);
  const x = Math.max(0, Math.floor(near.x * scale - margin));
  const y = Math.max(0, Math.floor(near.y * scale - margin));
  return {
    x,
    y,
    width: Math.min(picture.width, Math.ceil((near.x + near.width) * scale + margin)) - x,
    height: Math.min(picture.height, Math.ceil((near.y + near.height) * scale + margin)) - y,
  };
}

/** A part put back where it was, everything else clear. */
function pasted(part: Picture, { area, picture }: Within): Picture {
  const rgba = new Uint8Array(picture.rgba.length);
  for (let y = 0; y < area.height; y++)
    rgba.set(part.rgba.subarray(y * area.width * 4, (y + 1) * area.width * 4), ((area.y + y) * picture.width + area.x) * 4);
  return { ...picture, rgba };
}
