import type { CutSquares, PlanarFrame } from '@filmwright/contracts';
import { installedModel } from '../models/model-shelf.ts';
import { type AskingThread, startThread } from './asking-thread.ts';
import { gridSize } from './block-grid.ts';
import type { FramePixels, FrameToCut } from './cut-frame.ts';
import { defaultCutOutModel } from './cut-out.ts';
import { frameMask, lookingTimes, type SeenFrame } from './frame-mask.ts';
import { openMemory, sharedBytes } from './memory.ts';
import { type ModelPool, openModelPool } from './model-pool.ts';
import type { Box, Picture, Plane } from './picture.ts';
import { wantMasks } from './picture-card.ts';
import { frameColours } from './planar-frame.ts';
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
type Held = { readonly frame: PlanarFrame; readonly look: SeenFrame };

/**
 * Cuts a person out of the frames of a clip: a mask for each frame, smoothed over time where nothing moves, then soft edges and clean edge colours at
 * the full size. The model's process looks at one frame and a thread cuts another while a third is read. Fails as model-unavailable; a frame without
 * anybody comes out clear.
 */
export async function* cutOutFrames(request: CutOutFrames): AsyncGenerator<CutFrame> {
  const { frames, first, count, home, signal, model: name = defaultCutOutModel, smooth = true } = request;
  const model = await installedModel({ name, home });
  wantMasks(model.card);
  const pool = request.pool ?? openModelPool();
  const thread = startThread<FrameToCut, FramePixels>({ program: new URL('./cut-thread.ts', import.meta.url), work: 'cutting', signal });
  const held: Held[] = [];
  const memory = openMemory();
  const shared = openMemory(sharedBytes);
  let gone = 0;
  let next = first;
  let cutting: Promise<CutFrame> | null = null;
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
    const small = frameColours(frame, { times, into: shared.bytes(`seen ${kept}`, size.width * size.height * 4) });
    const mask = memory.floats(`mask ${kept}`, size.width * size.height);
    return frameMask({ model, picture: small, pool, memory, mask, ...(signal ? { signal } : {}) });
  };
  /** Smooths the mask of the next frame, waits for the frame that is being cut, and has that next one cut: while it is, the one before can be used. */
  const cutNext = async (): Promise<CutFrame | null> => {
    const at = next++ - gone;
    const { frame, look } = held[at] as Held;
    // The thread may still read the mask before.
    const into = shared.floats(`smoothed ${next % 2}`, look.mask.data.length);
    const mask = smooth
      ? smoothMask(
          held.map((each) => each.look),
          { at, into },
        )
      : look.mask;
    const before = await cutting;
    cutting = cutFrame(thread, { frame, mask, look });
    cutting.catch(() => {});
    return before;
  };
  try {
    for await (const frame of oneAhead(frames)) {
      signal?.throwIfAborted();
      letGo();
      const seeing = lookAt(frame);
      seeing.catch(() => {});
      while (next < first + count && next + smoothingReach < gone + held.length) {
        const cut = await cutNext();
        if (cut !== null) yield cut;
      }
      held.push({ frame, look: await seeing });
    }
    while (next < first + count && next < gone + held.length) {
      const cut = await cutNext();
      if (cut !== null) yield cut;
    }
    if (cutting !== null) yield await cutting;
  } finally {
    await thread.close();
    if (!request.pool) await pool.dispose();
  }
}

type Seen = { readonly frame: PlanarFrame; readonly mask: Plane; readonly look: SeenFrame };

async function cutFrame(thread: AskingThread<FrameToCut, FramePixels>, { frame, mask, look }: Seen): Promise<CutFrame> {
  const { width, height, yuv } = frame;
  const { small, coverage, stepPx } = look;
  if (coverage < leastCoverage || coverage > mostCoverage) {
    const squares = { sidePx: Math.max(width, height), kinds: new Uint8Array(1), yuv };
    return { picture: { width, height, rgba: new Uint8Array(width * height * 4) }, squares, whole: frame, small, box: null };
  }
  const { rgba, sidePx, kinds, box } = await thread.ask({ frame, mask, small, times: lookingTimes(frame), stepPx });
  return { picture: { width, height, rgba }, squares: { sidePx, kinds, yuv }, whole: frame, small, box };
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
