import { installedModel } from '../models/model-shelf.ts';
import { blockColours, gridSize } from './block-grid.ts';
import { defaultCutOutModel } from './cut-out.ts';
import { cutWithMask } from './cut-with-mask.ts';
import { frameMask, lookingTimes, type SeenFrame } from './frame-mask.ts';
import { type Memory, openMemory } from './memory.ts';
import { type ModelPool, openModelPool } from './model-pool.ts';
import type { Box, Picture, Plane } from './picture.ts';
import { wantMasks } from './picture-card.ts';
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

/** A frame whose surroundings are clear, and the frame as it was; `box` is where the subject is, null where none was found. `picture` lasts until the next frame is asked for. */
export type CutFrame = { readonly picture: Picture; readonly whole: Picture; readonly box: Box | null };

/** Frames that a caller should give before and behind those it wants. */
export const cutOutMargin = smoothingReach;

const leastCoverage = 0.004;
const mostCoverage = 0.98;
/** Alpha from which a pixel is seen, in codes of 255. */
const seen = 9;

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
  const memory = openMemory();
  let gone = 0;
  let next = first;
  const finished = (): CutFrame => {
    const at = next++ - gone;
    const frames = held.map(({ look }) => look);
    const { picture, look } = held[at] as Held;
    const cut = { whole: picture, ...cutFrame(picture, { mask: smooth ? smoothMask(frames, { at, memory }) : look.mask, look, memory }) };
    return cut;
  };
  // What lies further back than frames still to come look.
  const letGo = (): void => {
    for (; held.length > 0 && next - gone > smoothingReach; gone++) held.shift();
  };
  // A frame and all within reach of it on both sides are held, and one more is being looked at.
  const looksKept = 2 * smoothingReach + 2;
  let looks = 0;
  const lookAt = (picture: Picture): Promise<SeenFrame> => {
    const kept = looks++ % looksKept;
    const times = lookingTimes(picture);
    const size = gridSize(picture, times);
    const small = blockColours(picture, { times, into: memory.bytes(`seen ${kept}`, size.width * size.height * 4) });
    const mask = memory.floats(`mask ${kept}`, size.width * size.height);
    return frameMask({ model, picture: small, pool, memory, mask, ...(signal ? { signal } : {}) });
  };
  try {
    for await (const picture of pictures) {
      signal?.throwIfAborted();
      letGo();
      // The model works in its process while frames that have been looked at are finished here.
      const looking = lookAt(picture);
      looking.catch(() => {});
      while (next < first + count && next + smoothingReach < gone + held.length) yield finished();
      held.push({ picture, look: await looking });
    }
    while (next < first + count && next < gone + held.length) yield finished();
  } finally {
    if (!request.pool) await pool.dispose();
  }
}

type Seen = { readonly mask: Plane; readonly look: SeenFrame; readonly memory: Memory };

function cutFrame(picture: Picture, { mask, look, memory }: Seen): Omit<CutFrame, 'whole'> {
  if (look.coverage < leastCoverage || look.coverage > mostCoverage)
    return { picture: { ...picture, rgba: new Uint8Array(picture.rgba.length) }, box: null };
  const times = lookingTimes(picture);
  const { cut, alpha } = cutWithMask({ picture, times, mask, small: look.small, blurCells: look.stepPx, memory });
  return { picture: cut, box: seenBox(cut, { alpha, times }) };
}

/** The box around all that is seen of a cut-out; only rows and columns of cells with something in them are looked at pixel by pixel. */
function seenBox({ width, height, rgba }: Picture, { alpha, times }: { readonly alpha: Plane; readonly times: number }): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let row = 0, cell = 0; row < alpha.height; row++)
    for (let column = 0; column < alpha.width; column++, cell++) {
      if (alpha.data[cell] === 0) continue;
      const x0 = column * times;
      const y0 = row * times;
      const x1 = Math.min(width, x0 + times);
      const y1 = Math.min(height, y0 + times);
      if (x0 >= left && y0 >= top && x1 <= right + 1 && y1 <= bottom + 1) continue;
      for (let y = y0; y < y1; y++)
        for (let x = x0; x < x1; x++) {
          if ((rgba[(y * width + x) * 4 + 3] as number) < seen) continue;
          left = Math.min(left, x);
          right = Math.max(right, x);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y);
        }
    }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
