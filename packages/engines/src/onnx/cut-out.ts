import { FilmwrightError, readModelRef } from '@filmwright/contracts';
import { describeModel, installedModel, listModels, offeredModels } from '../models/model-shelf.ts';
import { findSubject } from './find-subject.ts';
import { type ModelPool, openModelPool } from './model-pool.ts';
import type { Plane } from './picture.ts';
import { wantMasks } from './picture-card.ts';
import { openPictureDesk, type PictureDesk, type WrittenPicture } from './picture-desk.ts';

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

/** What was written, and by which model under which licence (SPDX); both are null when the picture's own alpha was used. */
export type CutOutResult = WrittenPicture & {
  readonly model: string | null;
  readonly licence: string | null;
  readonly usedOwnAlpha: boolean;
  /** The most memory the model's process held, in bytes; 0 with own alpha. */
  readonly modelPeakBytes: number;
};

const LEAST_COVERAGE = 0.005;
const MOST_COVERAGE = 0.98;

async function checkCoverage(mask: Plane, request: CutOutRequest, model: string): Promise<void> {
  const coverage = mask.data.reduce((sum, value) => sum + value, 0) / mask.data.length;
  if (coverage >= LEAST_COVERAGE && coverage <= MOST_COVERAGE) return;
  const ready = (await listModels({ home: request.home })).map(({ card }) => card);
  const known = new Map([...(await offeredModels()), ...ready].map((card) => [card.name, card]));
  const others = [...known.values()].filter(
    (card) => card.capability === 'matting' && card.engine === 'onnx' && card.name !== readModelRef(model).name,
  );
  const found = coverage < LEAST_COVERAGE ? 'no subject' : 'nothing but subject';
  throw new FilmwrightError(
    'subject-not-found',
    `The model ${model} found ${found} in ${request.picturePath}: ${(coverage * 100).toFixed(1)} % of the picture, wanted ${LEAST_COVERAGE * 100} to ${MOST_COVERAGE * 100} %. ` +
      `Try another model: ${others.map((card) => describeModel({ card })).join(', ')}; or a picture whose subject stands out; or one that is already cut out.`,
  );
}

async function cutWithModel(request: CutOutRequest, desk: PictureDesk): Promise<CutOutResult> {
  const { picturePath, outPath, home, signal, model: name = defaultCutOutModel } = request;
  const { picture, ownAlpha } = await desk.read(picturePath);
  if (ownAlpha) return { ...(await desk.keep(outPath)), model: null, licence: null, usedOwnAlpha: true, modelPeakBytes: 0 };
  const model = await installedModel({ name, home });
  wantMasks(model.card);
  const pool = request.pool ?? openModelPool();
  try {
    const { mask, times, blurCells, peakBytes } = await findSubject({ model, picture, pool, ...(signal ? { signal } : {}) });
    await checkCoverage(mask, request, name);
    const written = await desk.cut({ outPath, mask, times, blurCells });
    return { ...written, model: model.ref, licence: model.card.licence.name, usedOwnAlpha: false, modelPeakBytes: peakBytes };
  } finally {
    if (!request.pool) await pool.dispose();
  }
}

/**
 * Cuts the subject out of a still picture with soft edges and clean edge colours. Pictures above 8 megapixels are scaled down first; a picture
 * with a meaningful alpha of its own is taken as it is. Throws `subject-not-found` when the mask covers almost nothing or almost everything.
 */
export async function cutOut(request: CutOutRequest): Promise<CutOutResult> {
  request.signal?.throwIfAborted();
  const desk = openPictureDesk(request.signal ? { signal: request.signal } : {});
  try {
    return await cutWithModel(request, desk);
  } finally {
    await desk.close();
  }
}
