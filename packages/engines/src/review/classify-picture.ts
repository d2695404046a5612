import { ModelFault } from '../models/model-fault.ts';
import type { InstalledModel } from '../models/model-shelf.ts';
import type { ModelPool } from '../onnx/model-pool.ts';
import type { Picture } from '../onnx/picture.ts';
import { labelProcessing } from '../onnx/picture-card.ts';
import { pictureTensor } from '../onnx/picture-model.ts';
import { type Judged, type Scores, verdictOf } from './verdict-of.ts';

export type ClassifyPicture = {
  readonly model: InstalledModel;
  readonly picture: Picture;
  readonly pool: ModelPool;
  readonly signal?: AbortSignal;
};

/** Shares of together 1 may be off by this much, for models at half precision. */
const sumTolerance = 0.02;

/**
 * What a picture shows, by the labels of the model's card, and the verdict of its thresholds. Throws `model-unavailable` for a model without labels and
 * a `ModelFault` where it gives no shares (not one for each label, no numbers, below 0, or not 1 together): nothing is taken for clear that was not judged.
 */
export async function classifyPicture({ model, picture, pool, signal }: ClassifyPicture): Promise<{ readonly scores: Scores } & Judged> {
  const processing = labelProcessing(model.card);
  const { data } = await pool.run(model, {
    inputs: { [processing.input.name]: pictureTensor(processing, picture) },
    output: processing.output,
    ...(signal && { signal }),
  });
  const sum = data.reduce((total, share) => total + share, 0);
  const { labels } = processing;
  const least = data.reduce((low, share) => Math.min(low, share), 0);
  // A sum that is no number is not within the tolerance either.
  if (data.length !== labels.length || !(Math.abs(sum - 1) <= sumTolerance) || !(least >= -sumTolerance))
    throw new ModelFault(model, {
      code: 'program-failed',
      message: `The model ${model.card.name} gave ${data.length} shares that add up to ${sum.toFixed(3)}, the least ${least.toFixed(3)}; wanted ${labels.length} (${labels.map(({ label }) => label).join(', ')}) from 0 to 1 that add up to 1. Verify it with \`filmwright models verify ${model.card.name}\`.`,
    });
  const scores = Object.fromEntries(labels.map(({ label }, at) => [label, rounded(data[at] as number)]));
  return { scores, ...verdictOf(scores, labels) };
}

function rounded(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * 1e4) / 1e4;
}
