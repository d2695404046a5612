import { join } from 'node:path';
import { betweenMargin, type ClipFrame, creditOfModel, framesBetween, installedModel, openInterpolator } from '@filmwright/engines';
import { clipPictures, clipSize, watchCuts, writeClip } from '@filmwright/render';
import type { KindRunner } from '../run-task.ts';

/** Frames before a piece that pass by, so that cuts in it are told from movement as they are in the middle of a clip. */
const watchedBefore = 12;

/** Draws the frames of a piece of slowed clip that lie between the clip's own. */
export const runInterpolate: KindRunner<'interpolate'> = async (payload, context) => {
  const { clip, model: name, rate, first, step, parts, frames, fps, shrink } = payload;
  const { toolset, tempDir, home, progress, answerMs: deadlineMs } = context;
  const path = await context.pathOf(clip);
  const model = await installedModel({ name, home });
  const size = await clipSize({ path, toolset });
  const from = Math.floor(first / parts);
  const until = Math.floor((first + (frames - 1) * step) / parts) + betweenMargin + 2;
  const firstFrame = Math.max(0, from - betweenMargin - watchedBefore);
  const pictures = clipPictures({
    ...{ path, toolset, rate, firstFrame, ...size },
    frames: until - firstFrame,
    crop: { x: 0, y: 0, ...size },
  });
  const watch = { loaded: context.models.noteLoaded, dropped: context.models.drop };
  const interpolator = await openInterpolator({ model, shrink, watch, deadlineMs });
  const outPath = join(tempDir, 'between.mp4');
  const writer = writeClip({ outPath, ...size, rate: fps, toolset });
  const watched = watchedFrames(pictures, { from: from - betweenMargin, firstFrame });
  let made = 0;
  let drawn = 0;
  try {
    const shown = framesBetween({
      frames: watched.frames(),
      firstFrame: Math.max(firstFrame, from - betweenMargin),
      places: { first, step, parts, count: frames },
      interpolator,
    });
    for await (const frame of shown) {
      await writer.write(frame.picture.rgba);
      made++;
      if (frame.drawn) drawn++;
      progress(Math.min(99, (made * 100) / frames));
    }
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await interpolator.close();
  }
  return {
    asset: await context.store({ path: outPath, mediaType: 'video/mp4' }),
    ...size,
    frames: made,
    rate: fps,
    drawn,
    cuts: watched.cuts(),
    credit: creditOfModel(model.card),
    notices: [],
  };
};

type Pictures = ReturnType<typeof clipPictures>;

/** Frames with the cuts between them; those before `from` are watched only. */
function watchedFrames(pictures: Pictures, { from, firstFrame }: { readonly from: number; readonly firstFrame: number }) {
  const watch = watchCuts();
  let cuts = 0;
  async function* frames(): AsyncGenerator<ClipFrame> {
    let frame = firstFrame;
    for await (const picture of pictures) {
      const cut = watch.seen(picture);
      if (frame++ < from) continue;
      if (cut) cuts++;
      yield { picture, cut };
    }
  }
  return { frames, cuts: () => cuts };
}
