import { join } from 'node:path';
import { FilmwrightError, type ModelCard } from '@filmwright/contracts';
import { z } from 'zod';
import type { InstalledModel } from '../models/model-shelf.ts';

/** The name that cards give this pipeline: two pictures and a moment between them go in, one picture comes out. */
export const betweenPipeline = 'frames-between';

/** Settings of the pipeline in a card: the ONNX file, of which number of pixels its sides must be multiples, and its outputs that say how things move. */
const settingsSchema = z.strictObject({
  file: z.string().min(1),
  multipleOf: z.number().int().positive(),
  /** Four planes: where to look in the first picture (across, down) and in the second, in pixels. */
  flow: z.string().min(1),
  /** One plane: the share of the first picture. */
  share: z.string().min(1),
});

/** Whether a model draws frames between frames here. */
export function isInterpolator({ engine, processing }: Pick<ModelCard, 'engine' | 'processing'>): boolean {
  return engine === 'onnx' && processing.type === 'pipeline' && processing.pipeline === betweenPipeline;
}

/** Where the model's file lies, what its bytes must be, and its settings. */
export type BetweenModel = { readonly path: string; readonly digest: string; readonly settings: z.output<typeof settingsSchema> };

/** Reads what the pipeline needs from a card; throws `model-unavailable` for a model that draws no frames between frames here. */
export function betweenModelOf({ card, folder }: Pick<InstalledModel, 'card' | 'folder'>): BetweenModel {
  const { processing } = card;
  const settings = isInterpolator(card) && processing.type === 'pipeline' ? settingsSchema.safeParse(processing.settings).data : undefined;
  const file = card.files.find(({ path }) => path === settings?.file);
  if (settings === undefined || file === undefined)
    throw new FilmwrightError(
      'model-unavailable',
      `The model ${card.name} (${card.capability}, ${card.engine}) draws no frames between frames here; wanted the engine onnx with the pipeline ${betweenPipeline} and one of its files. Name another model, or leave the name out.`,
    );
  return { path: join(folder, file.path), digest: file.digest, settings };
}
