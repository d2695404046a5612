import { join } from 'node:path';
import type { Output, Payload } from '@filmwright/contracts';
import { betweenMargin, type ClipFrame, framesBetween } from '@filmwright/engines/interpolate/frames-between';
import { openInterpolator } from '@filmwright/engines/interpolate/open-interpolator';
import { creditOfModel } from '@filmwright/engines/models/credit-of-model';
import { type InstalledModel, installedModel } from '@filmwright/engines/models/model-shelf';
import { clipPictures } from '@filmwright/render/media/clip-pictures';
import { clipSize } from '@filmwright/render/media/clip-size';
import { watchCuts } from '@filmwright/render/media/scene-cuts';
import { writeClip } from '@filmwright/render/media/write-clip';
import { type ClipPiece, withKeptFrames } from '../kept-frames.ts';
import type { KindRunner } from '../run-task.ts';

/** Frames before a piece that pass by, so that cuts in it are told from movement as they are in the middle of a clip. */
const watchedBefore = 12;

/** Draws the frames of a piece of slowed clip that lie between the clip's own; handed back or broken off between two, it goes on behind the last one. */
export const runInterpolate: KindRunner<'interpolate'> = async (payload, context) => {
  const path = await context.pathOf(payload.clip);
  const model = await installedModel({ name: payload.model, home: context.home });
  const size = await clipSize({ path, toolset: context.toolset });
  const bytes = size.width * size.height * 4;
  return withKeptFrames({ context, frames: payload.frames, bytes, read: drawnOf }, (kept) =>
    drawBetween(payload, { context, kept, path, model, size }),
  );
};

type Drawing = ClipPiece<Drawn> & { readonly model: InstalledModel; readonly size: { readonly width: number; readonly height: number } };

async function drawBetween(payload: Payload<'interpolate'>, { context, kept, path, model, size }: Drawing): Promise<Output<'interpolate'>> {
  const { rate, first, step, parts, frames, fps, shrink } = payload;
  const { toolset, tempDir, progress, answerMs: deadlineMs } = context;
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
  const wrote = (now: Drawn): void => {
    made++;
    drawn = now.drawn;
    progress(Math.min(99, (made * 100) / frames));
  };
  try {
    for await (const { frame, state } of kept.earlier()) {
      await writer.writeTaken(frame);
      wrote(state);
    }
    const shown = framesBetween({
      // What was used up passes by once more, for the cuts between.
      frames: watched.frames(),
      firstFrame: Math.max(firstFrame, from - betweenMargin),
      places: { first, step, parts, count: frames, from: made },
      interpolator,
    });
    for await (const one of shown) {
      const frame = await writer.write(one.picture.rgba);
      wrote({ drawn: drawn + (one.drawn ? 1 : 0) });
      await kept.add({ frame, state: { drawn } });
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
}

/** How many frames up to there were drawn. */
type Drawn = { readonly drawn: number };

function drawnOf(state: unknown): Drawn | undefined {
  const { drawn } = Object(state) as Partial<Drawn>;
  return typeof drawn === 'number' ? { drawn } : undefined;
}

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
