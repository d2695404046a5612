import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Output, Payload } from '@filmwright/contracts';
import { creditOfModel, diffusionModelOf, encodePng, type GenerateRequest, installedModel, type RgbPicture } from '@filmwright/engines';
import { clipPictures, clipSize, writeClip } from '@filmwright/render';
import { drawWithCheckpoint } from '../draw-with-checkpoint.ts';
import type { KindRunner, TaskContext } from '../run-task.ts';

/** Of a task's time, drawing takes so much; the rest is for the pictures of the steps' result and for writing them. */
const drawingPercent = 92;

/** Draws a picture or clip from words; goes on from the last step that any attempt on this machine, or the one that handed it back, came to. */
export const runGenerate: KindRunner<'generate'> = async (payload, context) => {
  const { home, progress } = context;
  const shelved = await installedModel({ name: payload.model, home });
  const request = await requestOf(payload, context);
  const drawn = await drawWithCheckpoint(
    { model: diffusionModelOf(shelved), shelved, request },
    { context, onStep: ({ step, steps }) => progress((drawingPercent * step) / steps) },
  );
  const stored = await store(drawn.frames.map(rgbaOf), { payload, context });
  const { width, height, rate, seed } = payload;
  return { ...stored, width, height, rate, seed, credit: creditOfModel(shelved.card), notices: drawn.notices };
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
  }))
    for (let at = 0; at < width * height; at++) rgb.set(rgba.subarray(at * 4, at * 4 + 3), at * 3);
  return { width, height, rgb };
}

function rgbaOf({ width, height, rgb }: RgbPicture): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) rgba.set(rgb.subarray(at * 3, at * 3 + 3), at * 4);
  return rgba;
}

type Stored = Pick<Output<'generate'>, 'asset' | 'still' | 'frames'>;

/** A picture as PNG; a clip as a circle that ends with its first frame, and its middle as PNG. */
async function store(
  drawn: readonly Uint8Array[],
  { payload, context }: { readonly payload: Payload<'generate'>; readonly context: TaskContext },
): Promise<Stored> {
  const { width, height, rate, closing } = payload;
  const { tempDir, toolset } = context;
  const stillPath = join(tempDir, 'still.png');
  const middle = drawn[Math.floor(drawn.length / 2)] as Uint8Array;
  await writeFile(stillPath, await encodePng({ width, height, rgba: middle }));
  const still = await context.store({ path: stillPath, mediaType: 'image/png' });
  if (drawn.length === 1) return { asset: still, still, frames: 1 };
  const [first] = drawn;
  const back = closing === 'loop' ? [first] : drawn.slice(0, -1).reverse();
  const frames = [...drawn, ...back] as readonly Uint8Array[];
  const outPath = join(tempDir, 'drawn.mp4');
  const writer = writeClip({ outPath, width, height, rate, toolset });
  try {
    for (const frame of frames) await writer.write(frame);
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return { asset: await context.store({ path: outPath, mediaType: 'video/mp4' }), still, frames: frames.length };
}
