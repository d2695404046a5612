import { join } from 'node:path';
import { FilmwrightError, type ModelCard, type ModelProcessing } from '@filmwright/contracts';
import type { InstalledModel } from '../models/model-shelf.ts';

/** How a model of one file goes from picture to planes. */
export type PictureProcessing = Extract<ModelProcessing, { readonly type: 'picture' }>;
/** The one file of such a model on this machine, and what its bytes must be. */
export type PictureFile = { readonly card: ModelCard; readonly path: string; readonly digest: string };

/** The card's pre- and post-processing; throws `model-unavailable` for a model that is not one file from picture to planes. */
export function pictureProcessing(card: ModelCard): PictureProcessing {
  if (card.processing.type === 'picture') return card.processing;
  throw new FilmwrightError(
    'model-unavailable',
    `The model ${card.name} (${card.capability}) does not go from one picture to planes; its processing is ${card.processing.type}, wanted picture.`,
  );
}

/** Throws `model-unavailable` unless the model makes masks. */
export function wantMasks(card: ModelCard): void {
  if (card.capability === 'matting' && card.processing.type === 'picture') return;
  throw new FilmwrightError(
    'model-unavailable',
    `The model ${card.name} makes no masks: its capability is ${card.capability}, wanted matting of pictures on the engine onnx.`,
  );
}

/** How a model of one file goes from picture to shares of labels. */
export type LabelProcessing = Extract<ModelProcessing, { readonly type: 'labels' }>;

/** The card's labels and processing; throws `model-unavailable` for a model that gives none. */
export function labelProcessing(card: ModelCard): LabelProcessing {
  if (card.capability === 'image-review' && card.processing.type === 'labels') return card.processing;
  throw new FilmwrightError(
    'model-unavailable',
    `The model ${card.name} reviews no pictures: its capability is ${card.capability} with the processing ${card.processing.type}, wanted image-review with labels.`,
  );
}

/** Where the model's file lies. */
export function pictureFile({ card, folder }: InstalledModel): PictureFile {
  const { file } = card.processing.type === 'labels' ? card.processing : pictureProcessing(card);
  const found = card.files.find(({ path }) => path === file);
  if (found === undefined)
    throw new FilmwrightError('model-unavailable', `The card of the model ${card.name} names ${file}, which is not among its files.`);
  return { card, path: join(folder, file), digest: found.digest };
}
