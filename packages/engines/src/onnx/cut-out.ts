import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import { estimateForeground } from './estimate-foreground.ts';
import { findSubject } from './find-subject.ts';
import { type ModelPool, openModelPool } from './model-pool.ts';
import { describeModel, installedModel, listModels } from './model-shelf.ts';
import { alphaPlane, cleanHiddenColour, hasOwnAlpha } from './own-alpha.ts';
import { type Box, boxAbove, type ColourPlanes, colourPlanes, type Picture, type Plane } from './picture.ts';
import { decodePng, encodePng } from './png.ts';
import { refineAlpha } from './refine-alpha.ts';
import { resizePicture } from './resample.ts';

/** The model used when the caller names none: people, permissive, part of the engine. */
export const defaultCutOutModel = 'selfie-segmentation';

export type CutOutRequest = {
  /** A PNG of 8 bits a channel. */
  readonly picturePath: string;
  /** Where the straight-alpha RGBA PNG goes; it appears whole or not at all. */
  readonly outPath: string;
  readonly model?: string;
  readonly home: string;
  readonly signal?: AbortSignal;
  /** Loaded models to use; without it the model is loaded for this picture alone. */
  readonly pool?: ModelPool;
};

/** `bbox` holds every pixel with an alpha above 8 of 255; `coverage` is the mean alpha, 0..1; `licence` is the model's (none with own alpha). */
export type CutOutResult = {
  readonly width: number;
  readonly height: number;
  readonly bbox: Box;
  readonly coverage: number;
  readonly model: string | null;
  readonly licence: string | null;
  readonly usedOwnAlpha: boolean;
  /** The most memory the model's process held, in bytes; 0 with own alpha. */
  readonly modelPeakBytes: number;
};

const MAX_PIXELS = 8_000_000;
const LEAST_COVERAGE = 0.005;
const MOST_COVERAGE = 0.98;

/** Pixels around the subject that keep its colour though clear, so that scaling the cut-out darkens nothing. */
const COLOUR_MARGIN_ALPHA = 0.5 / 255;

function limitSize(picture: Picture): Picture {
  const scale = Math.sqrt(MAX_PIXELS / (picture.width * picture.height));
  return scale >= 1 ? picture : resizePicture(picture, Math.floor(picture.width * scale), Math.floor(picture.height * scale));
}

function mean(plane: Plane): number {
  let sum = 0;
  for (const value of plane.data) sum += value;
  return sum / plane.data.length;
}

async function compose(planes: ColourPlanes, alpha: Plane, signal: AbortSignal | undefined): Promise<Picture> {
  const { width, height } = planes;
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) rgba[i * 4 + 3] = Math.round((alpha.data[i] as number) * 255);
  for (const channel of [0, 1, 2] as const) {
    await breathe();
    signal?.throwIfAborted();
    const colour = estimateForeground(planes, alpha, channel);
    for (let i = 0; i < width * height; i++) {
      if ((alpha.data[i] as number) >= COLOUR_MARGIN_ALPHA) rgba[i * 4 + channel] = Math.round((colour[i] as number) * 255);
    }
  }
  return cleanHiddenColour({ width, height, rgba });
}

async function noSubject(request: {
  readonly coverage: number;
  readonly model: string;
  readonly home: string;
  readonly picturePath: string;
}): Promise<never> {
  const others = (await listModels({ home: request.home })).filter(({ card }) => card.task === 'mask' && card.name !== request.model);
  const found = request.coverage < LEAST_COVERAGE ? 'no subject' : 'nothing but subject';
  throw new FilmwrightError(
    'subject-not-found',
    `The model ${request.model} found ${found} in ${request.picturePath}: ${(request.coverage * 100).toFixed(1)} % of the picture, wanted ${LEAST_COVERAGE * 100} to ${MOST_COVERAGE * 100} %. ` +
      `Try another model: ${others.map(describeModel).join(', ')}; or a picture that stands out from its background; or one that is already cut out.`,
  );
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function finish(outPath: string, picture: Picture): Promise<Pick<CutOutResult, 'width' | 'height' | 'bbox' | 'coverage'>> {
  await writeWhole(outPath, await encodePng(picture));
  const alpha = alphaPlane(picture);
  return { width: picture.width, height: picture.height, bbox: boxAbove(alpha, 8 / 255), coverage: mean(alpha) };
}

/**
 * Cuts the subject out of a still picture with soft edges and clean edge colours. Pictures above 8 megapixels are scaled down first; a picture
 * with a meaningful alpha of its own is taken as it is. Throws `subject-not-found` when the mask covers almost nothing or almost everything.
 */
export async function cutOut(request: CutOutRequest): Promise<CutOutResult> {
  const { picturePath, outPath, home, signal, model: name = defaultCutOutModel } = request;
  signal?.throwIfAborted();
  const picture = limitSize(await decodePng(await readFile(picturePath)));
  if (hasOwnAlpha(picture)) {
    const size = await finish(outPath, cleanHiddenColour(picture));
    return { ...size, model: null, licence: null, usedOwnAlpha: true, modelPeakBytes: 0 };
  }
  const model = await installedModel({ name, home });
  if (model.card.task !== 'mask')
    throw new FilmwrightError('model-unavailable', `The model ${name} does not make masks: its task is ${model.card.task}, wanted mask.`);
  const pool = request.pool ?? openModelPool();
  try {
    const subject = await findSubject({ model, picture, pool, ...(signal ? { signal } : {}) });
    const coverage = mean(subject.mask);
    if (coverage < LEAST_COVERAGE || coverage > MOST_COVERAGE) await noSubject({ coverage, model: name, home, picturePath });
    await breathe();
    signal?.throwIfAborted();
    const planes = colourPlanes(picture);
    const alpha = refineAlpha(planes, subject.mask, { blurPx: subject.blurPx });
    const size = await finish(outPath, await compose(planes, alpha, signal));
    return { ...size, model: name, licence: model.card.licence.spdx, usedOwnAlpha: false, modelPeakBytes: subject.peakBytes };
  } finally {
    if (!request.pool) await pool.dispose();
  }
}
