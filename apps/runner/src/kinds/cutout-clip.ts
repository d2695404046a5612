import { join } from 'node:path';
import type { Output, Payload } from '@filmwright/contracts';
import { creditOfModel } from '@filmwright/engines/models/credit-of-model';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { type FlickerSums, watchFlicker } from '@filmwright/engines/onnx/alpha-flicker';
import { cutOutFrames, cutOutMargin } from '@filmwright/engines/onnx/cut-out-frames';
import { planarFrames } from '@filmwright/render/media/clip-pictures';
import { clipSize } from '@filmwright/render/media/clip-size';
import { splitBytes } from '@filmwright/render/media/split-alpha';
import { writeAlphaClip } from '@filmwright/render/media/write-alpha-clip';
import { type ClipPiece, withKeptFrames } from '../kept-frames.ts';
import type { KindRunner } from '../run-task.ts';

/** More pixels than this are scaled down first: finer than most films show a person, and a frame must not take seconds. */
const mostPixels = 1920 * 1088;

/** Cuts a subject out of a piece of a clip; handed back or broken off between two frames, it goes on behind the last one. */
export const runCutoutClip: KindRunner<'cutout-clip'> = async (payload, context) => {
  const path = await context.pathOf(payload.clip);
  const whole = await clipSize({ path, toolset: context.toolset });
  const part = payload.crop ?? { x: 0, y: 0, ...whole };
  const size = evenSize(part);
  return withKeptFrames({ context, frames: payload.frames, bytes: splitBytes(size), read: seenOf }, (kept) =>
    cutOutOf(payload, { context, kept, path, part, size }),
  );
};

type Cutting = ClipPiece<Seen> & { readonly part: Box; readonly size: Size };

async function cutOutOf(
  { model, rate, firstFrame, frames }: Payload<'cutout-clip'>,
  { context, kept, path, part, size }: Cutting,
): Promise<Output<'cutout-clip'>> {
  const { toolset, tempDir, home, progress } = context;
  const outPath = join(tempDir, 'cutout.mp4');
  const writer = writeAlphaClip({ outPath, ...size, rate, toolset });
  let made = 0;
  let seen: Seen = { found: 0, box: null };
  const tell = (): void => progress(Math.min(99, (made * 100) / frames));
  let flicker = watchFlicker();
  try {
    for await (const { frame, state } of kept.earlier()) {
      await writer.writeTaken(frame);
      made++;
      seen = state;
      tell();
    }
    flicker = watchFlicker(seen.flicker);
    // The last one that was kept is cut out once more, for how its edges change to the next.
    let again = made > 0;
    const from = firstFrame + made - (again ? 1 : 0);
    const before = Math.min(cutOutMargin, from);
    const count = firstFrame + frames - from;
    // Memory that is new for each frame would cost as much as the work on it.
    const spare: Uint8Array[] = [];
    const clipFrames = { firstFrame: from - before, frames: before + count + cutOutMargin };
    const decoded = planarFrames({ path, toolset, rate, ...clipFrames, crop: part, ...size, spare });
    const pool = await context.pictureModels();
    for await (const cut of cutOutFrames({ frames: decoded, first: before, count, model, home, pool })) {
      flicker.seen(cut);
      if (!again) {
        const frame = await writer.write(cut.picture.rgba, cut.squares);
        made++;
        const box = cut.box === null || seen.box === null ? (cut.box ?? seen.box) : around(seen.box, cut.box);
        seen = { found: seen.found + (cut.box === null ? 0 : 1), box, flicker: flicker.sums() };
        await kept.add({ frame, state: seen });
        tell();
      }
      again = false;
      spare.push(cut.whole.yuv);
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
    found: seen.found,
    subject: seen.box,
    flicker: flicker.result(),
    credit: creditOfModel(card),
  };
}

/** What was found up to a frame. */
type Seen = { readonly found: number; readonly box: Output<'cutout-clip'>['subject']; readonly flicker?: FlickerSums };

function seenOf(state: unknown): Seen | undefined {
  const { found, box, flicker } = Object(state) as Partial<Seen>;
  return typeof found === 'number' && box !== undefined && typeof flicker?.sum === 'number' ? { found, box, flicker } : undefined;
}

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
