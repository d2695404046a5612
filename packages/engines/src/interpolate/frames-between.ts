import type { Picture } from '../onnx/picture.ts';
import { isSameFrame } from './frame-change.ts';
import type { Interpolator } from './open-interpolator.ts';
import { type Following, placeBetween, placeMargin } from './place-between.ts';

/** A frame of the clip; `cut` when a new scene begins with it. */
export type ClipFrame = { readonly picture: Picture; readonly cut: boolean };

export type FramesBetween = {
  /** Frames of the clip in order, each as it stays; the first is the clip's frame `firstFrame`. */
  readonly frames: AsyncIterable<ClipFrame>;
  readonly firstFrame: number;
  /** Places to show, `(first + n * step) / parts` in frames of the clip, for n from 0, or from `from`, to below `count`; what lies before `from` is passed by. */
  readonly places: {
    readonly first: number;
    readonly step: number;
    readonly parts: number;
    readonly count: number;
    readonly from?: number;
  };
  readonly interpolator: Pick<Interpolator, 'draw'>;
  readonly signal?: AbortSignal;
};

/** `drawn` tells a picture of the model from a frame of the clip. */
export type FrameBetween = { readonly picture: Picture; readonly drawn: boolean };

/** Frames that a caller should give before and behind those that lie around its places, where the clip has them. */
export const betweenMargin = placeMargin;

type Held = { readonly picture: Picture; readonly following: Following };

/** Shows a clip at places between its frames: its own frame where a place lies on one, across a cut and where nothing moves, else one that the model draws. Behind its end the last frame stays. */
export async function* framesBetween({ frames, firstFrame, places, interpolator, signal }: FramesBetween): AsyncGenerator<FrameBetween> {
  const source = frames[Symbol.asyncIterator]();
  const held = new Map<number, Held>();
  let read = firstFrame;
  let over = false;
  const readUntil = async (frame: number): Promise<void> => {
    while (!over && read <= frame) {
      const { done, value } = await source.next();
      if (done === true) {
        over = true;
        return;
      }
      const before = held.get(read - 1)?.picture;
      const following = value.cut ? 'cut' : before !== undefined && isSameFrame(before, value.picture) ? 'same' : 'moved';
      held.set(read++, { picture: value.picture, following });
    }
  };
  const pictureOf = (frame: number): Picture => {
    const found = held.get(Math.min(frame, read - 1));
    if (found === undefined) throw new Error(`frame ${frame} of the clip was not read; it was read from ${firstFrame} to ${read - 1}`);
    return found.picture;
  };
  try {
    for (let n = 0; n < places.count; n++) {
      signal?.throwIfAborted();
      const sum = places.first + n * places.step;
      const frame = Math.floor(sum / places.parts);
      await readUntil(frame + placeMargin + 1);
      for (const number of held.keys()) if (number < frame - placeMargin - 1) held.delete(number);
      if (n < (places.from ?? 0)) continue;
      const shown = placeBetween({ frame: Math.min(frame, read - 1), share: (sum % places.parts) / places.parts }, (of) =>
        of === firstFrame ? undefined : held.get(of)?.following,
      );
      if ('frame' in shown) {
        yield { picture: pictureOf(shown.frame), drawn: false };
        continue;
      }
      const pair = { before: pictureOf(shown.before), after: pictureOf(shown.after), at: shown.at };
      const picture = await interpolator.draw({ ...pair, ...(signal ? { signal } : {}) });
      // The model knows cuts that colours do not tell.
      yield picture === null ? { picture: pair.before, drawn: false } : { picture, drawn: true };
    }
  } finally {
    await source.return?.();
  }
}
