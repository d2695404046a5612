import { RevisionFault } from '../models/revision-fault.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { GenerateRequest, RgbPicture } from './generate-request.ts';
import type { Numbers } from './network.ts';
import { drawNoise } from './philox.ts';
import type { Pipeline } from './pipeline.ts';
import { planSchedule } from './schedulers/scheduler.ts';
import { readSchedulerSettings } from './schedulers/scheduler-settings.ts';

/** Ends a generation that its caller no longer wants; it is seen between two steps. */
export class Stopped extends Error {}

export type DrawOptions = {
  readonly checkpoint: { readonly path: string; readonly key: string; readonly everySteps: number } | null;
  /** Least time from one preview, a small picture of the state, to the next, and to the first; 0 asks for one after each step but the last, null for none. */
  readonly previewEveryMs: number | null;
  readonly stopped: () => boolean;
  readonly onStep: (progress: { readonly step: number; readonly steps: number; readonly preview: RgbPicture | null }) => void;
  /** Called for each frame in order, as soon as it is decoded. */
  readonly onFrame: (index: number, picture: RgbPicture) => void;
};
export type DrawResult = {
  readonly resumedAtStep: number;
  readonly stepsRun: number;
  readonly notices: readonly string[];
  readonly textMs: number;
  readonly stepsMs: number;
  /** Processor time that the steps took, on all threads. */
  readonly stepsCpuMs: number;
  readonly decodeMs: number;
};

/** Previews are decoded to about so many pixels a side, and from latents of no fewer than so many, so that they cost little. */
const previewPixels = 128;
const previewLatents = 16;
/** Where previews are asked for by time, this many times as long as one took passes until the next. */
const previewRest = 19;

function checkFinite(values: Float32Array, { what, model }: { readonly what: string; readonly model: string }): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new RevisionFault(
    'program-failed',
    `The model ${model} gave ${values[at]} in place of a number ${what}. Its weights may be broken, or their precision too low for this device: verify the model, or take a revision of higher precision.`,
  );
}

function bytesOfPlanes(planes: Float32Array, { width, height }: { readonly width: number; readonly height: number }): RgbPicture {
  const size = width * height;
  const rgb = new Uint8Array(size * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let at = 0; at < size; at++) {
      rgb[at * 3 + channel] = Math.min(255, Math.max(0, Math.round(((planes[channel * size + at] ?? 0) + 1) * 127.5)));
    }
  }
  return { width, height, rgb };
}

/** Channels of one frame of latents (1, channels, frames, height, width). */
function frameOf(latents: Float32Array, shape: LatentShape, frame: number): Float32Array {
  const { channels, frames, width, height } = shape;
  const size = width * height;
  const out = new Float32Array(channels * size);
  for (let channel = 0; channel < channels; channel++) {
    const start = (channel * frames + frame) * size;
    out.set(latents.subarray(start, start + size), channel * size);
  }
  return out;
}

/** One frame of latents made smaller: means of `share` x `share` values; what is left over at the right and below is cut off. */
function blockMeans(
  whole: Float32Array,
  { shape, small, share }: { readonly shape: LatentShape; readonly small: LatentShape; readonly share: number },
): Float32Array {
  const means = new Float32Array(small.channels * small.width * small.height);
  for (let at = 0; at < means.length; at++) {
    const x = (at % small.width) * share;
    const y = (Math.floor(at / small.width) % small.height) * share;
    const channel = Math.floor(at / (small.width * small.height));
    let sum = 0;
    for (let row = y; row < y + share; row++)
      for (let column = x; column < x + share; column++) sum += whole[(channel * shape.height + row) * shape.width + column] ?? 0;
    means[at] = sum / share ** 2;
  }
  return means;
}

type LatentShape = { readonly channels: number; readonly frames: number; readonly width: number; readonly height: number };

/** Draws what the request asks for with a loaded pipeline; a thrown `Stopped` leaves the last checkpoint for another try. */
export async function draw(
  { pipeline, model }: { readonly pipeline: Pipeline; readonly model: string },
  { request, options }: { readonly request: GenerateRequest; readonly options: DrawOptions },
): Promise<DrawResult> {
  const { files, tokenizer } = pipeline;
  const notices: string[] = [];
  const shape: LatentShape = {
    channels: files.latentChannels,
    frames: request.frames ?? 1,
    width: request.width / files.latentPixels,
    height: request.height / files.latentPixels,
  };
  const count = shape.channels * shape.frames * shape.width * shape.height;
  const dims = [1, shape.channels, ...(pipeline.clips ? [shape.frames] : []), shape.height, shape.width];
  const settings = readSchedulerSettings(files.schedulerFields, {
    where: files.schedulerPath,
    ...(request.scheduler ? { kind: request.scheduler } : {}),
  });
  const plan = planSchedule(settings, { steps: request.steps, tokens: shape.width * shape.height });
  const steps = plan.timesteps.length;
  const stopIfUnwanted = (): void => {
    if (options.stopped()) throw new Stopped('no longer wanted');
  };

  const textStart = performance.now();
  const describe = async (text: string): Promise<Numbers> => {
    const { ids, mask, notice } = tokenizer.encode(text);
    if (notice) notices.push(notice);
    const described = await pipeline.describe(ids, mask);
    checkFinite(described.data, { what: 'for its text', model });
    return described;
  };
  const steered = request.guidance > 1 && !pipeline.toldGuidance;
  if (pipeline.toldGuidance && request.negativePrompt) notices.push('The model takes no negative prompt, so it was left out.');
  if (!steered && !pipeline.toldGuidance && request.negativePrompt)
    notices.push('With a guidance of 1 or less the words are not weighed against others, so the negative prompt was left out.');
  const texts = steered ? [await describe(request.negativePrompt ?? ''), await describe(request.prompt)] : [await describe(request.prompt)];
  const textMs = performance.now() - textStart;

  const noise = (drawn: number): Float32Array => drawNoise({ seed: request.seed, draw: drawn, count });
  const begin = async (): Promise<Checkpoint> => {
    if (!request.initImage) return { step: 0, latents: noise(0).map((value) => value * plan.firstDeviation) };
    const step = steps - Math.min(Math.floor(steps * (request.strength ?? 0.8)), steps);
    const picture = await encodePicture(pipeline, request.initImage);
    const mix = step < steps ? plan.mixAt(step) : { picture: 1, noise: 0 };
    const size = shape.width * shape.height;
    const latents = noise(0).map((value, at) => {
      const channel = Math.floor(at / (shape.frames * size));
      return mix.picture * (picture[channel * size + (at % size)] ?? 0) + mix.noise * value;
    });
    return { step, latents };
  };
  const held = options.checkpoint ? await readCheckpoint(options.checkpoint.path, options.checkpoint.key) : 'none';
  if (held === 'broken') notices.push('The checkpoint could not be read, so the generation began anew.');
  const kept = typeof held === 'object' && held.latents.length === count && held.step <= steps ? held : null;
  const start = kept ?? (await begin());
  let latents = start.latents;

  const decodeFrame = async (frame: number): Promise<RgbPicture> =>
    decodeLatents(pipeline, { latents: frameOf(latents, shape, frame), shape, model });
  const preview = async (picture: Float32Array): Promise<RgbPicture> => {
    const share = Math.max(
      1,
      Math.ceil(Math.max(shape.width, shape.height) / Math.max(previewLatents, Math.floor(previewPixels / files.latentPixels))),
    );
    const multiple = (side: number): number => Math.max(1, Math.floor(side / share));
    const small = { ...shape, frames: 1, width: multiple(shape.width), height: multiple(shape.height) };
    const whole = frameOf(picture, shape, Math.floor(shape.frames / 2));
    return decodeLatents(pipeline, { latents: blockMeans(whole, { shape, small, share }), shape: small, model });
  };

  const stepsStart = performance.now();
  const everyMs = options.previewEveryMs;
  let nextPreviewMs = stepsStart + (everyMs ?? 0);
  const previewOf = async (done: number, picture: () => Float32Array): Promise<RgbPicture | null> => {
    const startMs = performance.now();
    if (everyMs === null || done >= steps || startMs < nextPreviewMs) return null;
    // It would build an engine for the size of previews, which takes minutes.
    if (pipeline.providers.includes('tensorrt')) return null;
    // What has no picture half-way, in half precision say, may have one in the end.
    const made = await preview(picture()).catch(() => null);
    const endMs = performance.now();
    const restMs = everyMs === 0 ? 0 : Math.max(everyMs, previewRest * (endMs - startMs));
    nextPreviewMs = made === null ? Number.POSITIVE_INFINITY : endMs + restMs;
    return made;
  };
  const cpuStart = process.cpuUsage();
  for (let index = start.step; index < steps; index++) {
    stopIfUnwanted();
    const scale = plan.inputScale(index);
    const output = await pipeline.denoise({
      sample: scale === 1 ? latents : latents.map((value) => value * scale),
      dims,
      timestep: plan.timesteps[index] ?? 0,
      texts,
      guidance: request.guidance,
      apart: request.guidanceRuns === 'apart',
    });
    checkFinite(output, { what: `at step ${index + 1} of ${steps}`, model });
    const sample = latents;
    latents = plan.next({ index, sample, output, noise: plan.drawsNoise(index) ? noise(index + 1) : new Float32Array(0) });
    const done = index + 1;
    if (options.checkpoint && done % options.checkpoint.everySteps === 0) {
      await writeCheckpoint(options.checkpoint.path, { key: options.checkpoint.key, step: done, latents });
    }
    options.onStep({ step: done, steps, preview: await previewOf(done, () => plan.pictureAt({ index, sample, output })) });
  }
  const decodeStart = performance.now();
  const spent = process.cpuUsage(cpuStart);
  for (let frame = 0; frame < shape.frames; frame++) {
    stopIfUnwanted();
    options.onFrame(frame, await decodeFrame(frame));
  }
  return {
    resumedAtStep: kept ? kept.step : 0,
    stepsRun: steps - start.step,
    notices,
    textMs,
    stepsMs: decodeStart - stepsStart,
    stepsCpuMs: (spent.user + spent.system) / 1000,
    decodeMs: performance.now() - decodeStart,
  };
}

async function encodePicture(pipeline: Pipeline, { width, height, rgb }: RgbPicture): Promise<Float32Array> {
  const size = width * height;
  const planes = new Float32Array(size * 3);
  for (let at = 0; at < size * 3; at++) planes[(at % 3) * size + Math.floor(at / 3)] = (rgb[at] ?? 0) / 127.5 - 1;
  const made = await pipeline.encode({ dims: [1, 3, height, width], data: planes });
  const { latentChannels, latentPixels, latentScale, latentShift } = pipeline.files;
  const wanted = latentChannels * (width / latentPixels) * (height / latentPixels);
  if (made.data.length !== wanted && made.data.length !== wanted * 2) {
    throw new RevisionFault(
      'program-failed',
      `The picture encoder gave the shape [${made.dims.join(', ')}]; wanted ${latentChannels} channels at 1/${latentPixels} of the size.`,
    );
  }
  // Where it gives means and spreads, the means come first, and they alone are taken.
  return made.data.slice(0, wanted).map((value) => (value - latentShift) * latentScale);
}

async function decodeLatents(
  pipeline: Pipeline,
  { latents, shape, model }: { readonly latents: Float32Array; readonly shape: LatentShape; readonly model: string },
): Promise<RgbPicture> {
  const { latentPixels, latentScale, latentShift } = pipeline.files;
  const made = await pipeline.decode({
    dims: [1, shape.channels, shape.height, shape.width],
    data: latents.map((value) => value / latentScale + latentShift),
  });
  const size = { width: shape.width * latentPixels, height: shape.height * latentPixels };
  if (made.data.length !== size.width * size.height * 3) {
    throw new RevisionFault(
      'program-failed',
      `The picture decoder gave the shape [${made.dims.join(', ')}]; wanted [1, 3, ${size.height}, ${size.width}].`,
    );
  }
  checkFinite(made.data, { what: 'in a picture', model });
  return bytesOfPlanes(made.data, size);
}
