import { join } from 'node:path';
import type { Output } from '@filmwright/contracts';
import { creditOfModel, cutOutFrames, cutOutMargin, installedModel, watchFlicker } from '@filmwright/engines';
import { clipSize, planarFrames, writeAlphaClip } from '@filmwright/render';
import type { KindRunner } from '../run-task.ts';

/** More pixels than this are scaled down first: finer than most films show a person, and a frame must not take seconds. */
const mostPixels = 1920 * 1088;

/** Cuts a subject out of a piece of a clip. */
export const runCutoutClip: KindRunner<'cutout-clip'> = async ({ clip, model, rate, firstFrame, frames, crop }, context) => {
  const { toolset, tempDir, home, progress } = context;
  const path = await context.pathOf(clip);
  const whole = await clipSize({ path, toolset });
  const part = crop ?? { x: 0, y: 0, ...whole };
  const size = evenSize(part);
  const before = Math.min(cutOutMargin, firstFrame);
  // Memory that is new for each frame would cost as much as the work on it.
  const spare: Uint8Array[] = [];
  const decoded = planarFrames({
    path,
    toolset,
    rate,
    firstFrame: firstFrame - before,
    frames: before + frames + cutOutMargin,
    crop: part,
    ...size,
    spare,
  });
  const outPath = join(tempDir, 'cutout.mp4');
  const writer = writeAlphaClip({ outPath, ...size, rate, toolset });
  const flicker = watchFlicker();
  let made = 0;
  let found = 0;
  let box: Output<'cutout-clip'>['subject'] = null;
  try {
    for await (const cut of cutOutFrames({
      frames: decoded,
      first: before,
      count: frames,
      model,
      home,
      pool: await context.pictureModels(),
    })) {
      await writer.write(cut.picture.rgba, cut.squares);
      flicker.seen(cut);
      spare.push(cut.whole.yuv);
      made++;
      if (cut.box !== null) {
        found++;
        box = box === null ? cut.box : around(box, cut.box);
      }
      progress(Math.min(99, (made * 100) / frames));
    }
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  const { card } = await installedModel({ name: model, home });
  return {
    asset: await context.store({ path: outPath, mediaType: 'video/mp4' }),
    ...size,
    frames: made,
    found,
    subject: box,
    flicker: flicker.result(),
    credit: creditOfModel(card),
  };
};

type Size = { readonly width: number; readonly height: number };
type Box = NonNullable<Output<'cutout-clip'>['subject']>;

function evenSize({ width, height }: Size): Size {
  const scale = Math.min(1, Math.sqrt(mostPixels / (width * height)));
  const even = (length: number): number => Math.max(2, 2 * Math.round((length * scale) / 2));
  return { width: even(width), height: even(height) };
}

function around(one: Box, other: Box): Box {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return {
    x,
    y,
    width: Math.max(one.x + one.width, other.x + other.width) - x,
    height: Math.max(one.y + one.height, other.y + other.height) - y,
  };
}
