import { FilmwrightError } from '@filmwright/contracts';
import type { InstalledModel } from '../models/model-shelf.ts';
import { holdInstalled } from '../models/place-revision.ts';
import type { DiffusionModel } from './open-diffusion-engine.ts';

/** The name that cards give this pipeline. */
export const diffusionPipeline = 'latent-diffusion';

/** What the engine needs of a model on the shelf; throws `model-unavailable` for a model that is none of latent diffusion. */
export function diffusionModelOf(model: InstalledModel): DiffusionModel {
  const { card, folder } = model;
  const { processing, limits } = card;
  if (card.engine !== 'onnx' || processing.type !== 'pipeline' || processing.pipeline !== diffusionPipeline) {
    const found = processing.type === 'pipeline' ? processing.pipeline : processing.type;
    throw new FilmwrightError(
      'model-unavailable',
      `The model ${card.name} cannot generate here: it is of the engine ${card.engine} with the processing ${found}; wanted onnx with the pipeline ${diffusionPipeline}.`,
    );
  }
  const gpus = card.needs.tiers.find(({ tier }) => tier === 'gpu')?.gpus;
  const sides = [limits?.widthPx, limits?.heightPx].filter((side) => side !== undefined);
  return {
    name: card.name,
    folder,
    revision: card.revision,
    files: card.files.map(({ path, digest }) => ({ path, sha256: digest.slice('sha256-'.length) })),
    ...(sides.length > 0 ? { mostSide: Math.max(...sides) } : {}),
    ...(gpus === undefined ? {} : { gpus }),
    hold: () => holdInstalled(model),
    ...(limits?.frames === undefined ? {} : { mostFrames: limits.frames }),
  };
}
