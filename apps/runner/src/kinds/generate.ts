import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Asset, Payload } from '@filmwright/contracts';
import { diffusionModelOf } from '@filmwright/engines/diffusion/diffusion-model-of';
import type { GenerateRequest, RgbPicture } from '@filmwright/engines/diffusion/generate-request';
import type { GenerateOptions } from '@filmwright/engines/diffusion/generated';
import { creditOfModel } from '@filmwright/engines/models/credit-of-model';
import { installedModel } from '@filmwright/engines/models/model-shelf';
import { encodePng } from '@filmwright/engines/onnx/png';
import { clipPictures } from '@filmwright/render/media/clip-pictures';
import { clipSize } from '@filmwright/render/media/clip-size';
import { smallJpeg } from '@filmwright/render/media/small-jpeg';
import { type ClipWriter, writeClip } from '@filmwright/render/media/write-clip';
import { drawWithCheckpoint } from '../draw-with-checkpoint.ts';
import type { KindRunner, TaskContext } from '../run-task.ts';

/** Of a task's time, drawing takes so much; the rest is for the pictures of the steps' result and for writing them. */
const drawingPercent = 92;

/** Draws a picture or clip from words; goes on from the last step that any attempt on this machine, or the one that handed it back, came to. */
export const runGenerate: KindRunner<'generate'> = async (payload, context) => {
  const { home, progress } = context;
  const shelved = await installedModel({ name: payload.model, home });
  const request = await requestOf(payload, context);
  const { width, height, rate, seed, frames } = payload;
  const outPath = join(context.tempDir, 'drawn.mp4');
  let writer: ClipWriter | null = null;
  const openWriter = (): ClipWriter => {
    writer ??= writeClip({ outPath, width, height, rate, toolset: context.toolset });
    return writer;
  };
  const onStep: NonNullable<GenerateOptions['onStep']> = ({ step, steps, preview }): void => {
    progress((drawingPercent * step) / steps);
    // Nothing depends on it.
    if (preview !== null) void smallJpeg(preview).then(context.preview, () => undefined);
    // It starts while the last step is done, not after it.
    if (frames > 1 && step >= steps - 1) openWriter();
  };
  try {
    const drawn = await drawWithCheckpoint({ model: diffusionModelOf(shelved), shelved, request }, { context, onStep });
    const pictures = drawn.frames.map(rgbaOf);
    const still = await storeStill(pictures, { payload, context });
    const stored =
      pictures.length === 1
        ? { asset: still, frames: 1 }
        : {
            frames: await writeCircle(pictures, { writer: openWriter(), payload }),
            asset: await context.store({ path: outPath, mediaType: 'video/mp4' }),
          };
    return { ...stored, still, width, height, rate, seed, credit: creditOfModel(shelved.card), notices: drawn.notices };
  } catch (error) {
    await (writer as ClipWriter | null)?.abort();
    throw error;
  }
};

async function requestOf(payload: Payload<'generate'>, context: TaskContext): Promise<GenerateRequest> {
  const { prompt, negativePrompt, seed, steps, guidance, width, height, frames, picture, strength } = payload;
  const initImage = picture === null ? null : await pictureOf(await context.pathOf(picture), { context, width, height });
  return {
    ...{ prompt, seed, steps, guidance, width, height, frames },
    ...(negativePrompt === null ? {} : { negativePrompt }),
    ...(initImage === null ? {} : { initImage, strength }),
  };
}

type Wanted = { readonly context: TaskContext; readonly width: number; readonly height: number };

/** Lies under what is clear in a picture that is drawn from: the middle of what a model sees, which leads it nowhere. */
const ground = 128;

/** The middle of a picture, scaled to cover the size that is drawn. */
async function pictureOf(path: string, { context: { toolset }, width, height }: Wanted): Promise<RgbPicture> {
  const whole = await clipSize({ path, toolset });
  const scale = Math.min(whole.width / width, whole.height / height);
  const crop = { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
  const place = { x: Math.floor((whole.width - crop.width) / 2), y: Math.floor((whole.height - crop.height) / 2) };
  const rgb = new Uint8Array(width * height * 3);
  for await (const { rgba } of clipPictures({
    path,
    toolset,
    rate: 1,
    firstFrame: 0,
    frames: 1,
    crop: { ...place, ...crop },
    width,
    height,
    premultiplied: true,
  }))
    for (let at = 0; at < width * height; at++) {
      const under = ground * (1 - (rgba[at * 4 + 3] ?? 0) / 255);
      for (let channel = 0; channel < 3; channel++)
        rgb[at * 3 + channel] = Math.min(255, Math.round((rgba[at * 4 + channel] ?? 0) + under));
    }
  return { width, height, rgb };
}

function rgbaOf({ width, height, rgb }: RgbPicture): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) rgba.set(rgb.subarray(at * 3, at * 3 + 3), at * 4);
  return rgba;
}

type Stored = { readonly payload: Payload<'generate'>; readonly context: TaskContext };

/** The middle of what was drawn, as PNG. */
async function storeStill(pictures: readonly Uint8Array[], { payload: { width, height }, context }: Stored): Promise<Asset> {
  const path = join(context.tempDir, 'still.png');
  const rgba = pictures[Math.floor(pictures.length / 2)] as Uint8Array;
  await writeFile(path, await encodePng({ width, height, rgba }));
  return context.store({ path, mediaType: 'image/png' });
}

/** Writes a clip as a circle that ends with its first frame; gives how many frames that are. */
async function writeCircle(
  pictures: readonly Uint8Array[],
  { writer, payload }: { readonly writer: ClipWriter; readonly payload: Payload<'generate'> },
): Promise<number> {
  const back = payload.closing === 'loop' ? pictures.slice(0, 1) : pictures.slice(0, -1).reverse();
  for (const frame of [...pictures, ...back]) await writer.write(frame);
  await writer.finish();
  return pictures.length + back.length;
}
