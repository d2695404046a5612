import { setImmediate } from 'node:timers/promises';
import { installedModel } from '../models/model-shelf.ts';
import { gridSize, pixelsOf } from './block-grid.ts';
import { defaultCutOutModel } from './cut-out.ts';
import { cutWithMask } from './cut-with-mask.ts';
import { bandStep, type EdgeBand } from './edge-band.ts';
import { frameMask, lookingTimes, type SeenFrame } from './frame-mask.ts';
import { type Memory, openMemory } from './memory.ts';
import { type ModelPool, openModelPool } from './model-pool.ts';
import type { Box, Picture, Plane } from './picture.ts';
import { wantMasks } from './picture-card.ts';
import { frameColours, type PlanarFrame, paintBand } from './planar-frame.ts';
import { smoothingReach, smoothMask } from './smooth-mask.ts';

export type CutOutFrames = {
  /** Frames in order; those before `first` and behind `first + count` only help the others. Each must stay as it is once given. */
  readonly frames: AsyncIterable<PlanarFrame>;
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

/** Squares of `sidePx` (even) by `sidePx` pixels, row by row: 0 is clear, 1 wholly as it was in the frame (its planes are `yuv`), and the colours of 2 are in the picture. */
export type CutSquares = { readonly sidePx: number; readonly kinds: Uint8Array; readonly yuv: Uint8Array };

/**
 * A frame whose surroundings are clear; `box` is where the subject is, null where none was found. The picture's alpha is true everywhere, its colours
 * where the squares say so. Also the frame as it was, and its mean colours in blocks. `picture` and `squares` last until the next frame is asked for,
 * `small` one frame longer.
 */
export type CutFrame = {
  readonly picture: Picture;
  readonly squares: CutSquares;
  readonly whole: PlanarFrame;
  readonly small: Picture;
  readonly box: Box | null;
};

/** Frames that a caller should give before and behind those it wants. */
export const cutOutMargin = smoothingReach;

const leastCoverage = 0.004;
const mostCoverage = 0.98;
/** Alpha from which a pixel is seen, in codes of 255. */
const seen = 9;

type Held = { readonly frame: PlanarFrame; readonly look: SeenFrame };

/**
 * Cuts a person out of the frames of a clip: a mask for each frame, smoothed over time where nothing moves, then soft edges and clean edge colours at
 * the full size. Fails as model-unavailable; a frame without anybody comes out clear.
 */
export async function* cutOutFrames(request: CutOutFrames): AsyncGenerator<CutFrame> {
  const { frames, first, count, home, signal, model: name = defaultCutOutModel, smooth = true } = request;
  const model = await installedModel({ name, home });
  wantMasks(model.card);
  const pool = request.pool ?? openModelPool();
  const held: Held[] = [];
  // Frames are finished in between looks at later ones, so that each has memory of its own.
  const [looking, cutting] = [openMemory(), openMemory()];
  let gone = 0;
  let next = first;
  const finished = async (): Promise<CutFrame> => {
    const at = next++ - gone;
    const { frame, look } = held[at] as Held;
    const seenFrames = held.map((each) => each.look);
    const mask = smooth ? smoothMask(seenFrames, { at, memory: cutting }) : look.mask;
    await setImmediate();
    return { whole: frame, small: look.small, ...(await cutFrame(frame, { mask, look, memory: cutting })) };
  };
  // What lies further back than frames still to come look.
  const letGo = (): void => {
    for (; held.length > 0 && next - gone > smoothingReach; gone++) held.shift();
  };
  // A frame and all within reach of it on both sides are held, and one more is being looked at.
  const looksKept = 2 * smoothingReach + 2;
  let looks = 0;
  const lookAt = (frame: PlanarFrame): Promise<SeenFrame> => {
    const kept = looks++ % looksKept;
    const times = lookingTimes(frame);
    const size = gridSize(frame, times);
    const small = frameColours(frame, { times, into: looking.bytes(`seen ${kept}`, size.width * size.height * 4) });
    const mask = looking.floats(`mask ${kept}`, size.width * size.height);
    return frameMask({ model, picture: small, pool, memory: looking, mask, ...(signal ? { signal } : {}) });
  };
  try {
    for await (const frame of oneAhead(frames)) {
      signal?.throwIfAborted();
      letGo();
      // The model works in its process while frames that have been looked at are finished here.
      const seeing = lookAt(frame);
      seeing.catch(() => {});
      while (next < first + count && next + smoothingReach < gone + held.length) yield await finished();
      held.push({ frame, look: await seeing });
    }
    while (next < first + count && next < gone + held.length) yield await finished();
  } finally {
    if (!request.pool) await pool.dispose();
  }
}

/** Asks for each frame while the one before it is worked on. */
async function* oneAhead(frames: AsyncIterable<PlanarFrame>): AsyncGenerator<PlanarFrame> {
  const iterator = frames[Symbol.asyncIterator]();
  let coming = iterator.next();
  try {
    for (;;) {
      const { done, value } = await coming;
      if (done) return;
      coming = iterator.next();
      coming.catch(() => {});
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

type Seen = { readonly mask: Plane; readonly look: SeenFrame; readonly memory: Memory };

async function cutFrame(frame: PlanarFrame, { mask, look, memory }: Seen): Promise<Pick<CutFrame, 'picture' | 'squares' | 'box'>> {
  const { width, height, yuv } = frame;
  const times = lookingTimes(frame);
  const sidePx = bandStep * times;
  const kinds = memory.bytes('kinds', Math.ceil(width / sidePx) * Math.ceil(height / sidePx)).fill(0);
  const squares = { sidePx, kinds, yuv };
  const bytes = width * height * 4;
  if (look.coverage < leastCoverage || look.coverage > mostCoverage)
    return { picture: { width, height, rgba: memory.bytes('cut', bytes).fill(0) }, squares, box: null };
  const rgba = memory.bytes('painted', bytes);
  const paint = (band: EdgeBand): void => paintBand(frame, { band, times, into: pixelsOf(rgba) });
  const picture = { width, height, rgba };
  const { cut, alpha, near } = await cutWithMask({ picture, times, mask, small: look.small, blurCells: look.stepPx, paint, memory });
  for (let square = 0; square < kinds.length; square++) {
    const cell = Math.floor(square / near.across) * bandStep * alpha.width + (square % near.across) * bandStep;
    kinds[square] = near.squares[square] === 1 ? 2 : alpha.data[cell] === 1 ? 1 : 0;
  }
  return { picture: cut, squares, box: seenBox(cut, { alpha, times }) };
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
