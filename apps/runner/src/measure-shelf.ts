import { FilmwrightError, type MeasuredModel, type ModelFigures, modelName } from '@filmwright/contracts';
import { keepFigures, keptFigures } from '@filmwright/engines/measure/kept-figures';
import { canMeasure } from '@filmwright/engines/measure/measure-model';
import { measuredDevice } from '@filmwright/engines/measure/measured-device';
import { type ShelvedModel, shelvedModels } from '@filmwright/engines/models/model-shelf';
import { tryModel } from './try-models.ts';

type Measuring = { readonly home: string; readonly wanted: (model: ShelvedModel) => boolean };

/** Measures models of a home one after another on what this process computes on, and keeps what was found; a model that fails is told of, and the others are measured. */
export async function measureShelf({ home, wanted }: Measuring): Promise<readonly MeasuredModel[]> {
  const shelf = (await shelvedModels({ home })).filter(wanted);
  if (shelf.length === 0)
    throw new FilmwrightError('not-found', 'There is no such model on this machine; `filmwright models` lists those that are.');
  const measured: MeasuredModel[] = [];
  for (const model of shelf) measured.push(await measuredModel(model, home));
  const figures = measured.flatMap((one) => one.figures ?? []);
  // Runners of the home hear of it once.
  if (figures.length > 0) await keepFigures(home, figures);
  return measured;
}

/** What was measured of models on what this process computes on; with `measure` also those that were not yet, which takes seconds a model. */
export async function figuresOfShelf({
  home,
  measure,
}: {
  readonly home: string;
  readonly measure: boolean;
}): Promise<readonly ModelFigures[]> {
  const device = measuredDevice();
  const ofDevice = async () => (await keptFigures(home)).filter((one) => one.device === device);
  const kept = await ofDevice();
  if (!measure) return kept;
  const known = new Set(kept.map(({ name }) => name));
  const missing = (model: ShelvedModel): boolean => canMeasure(model) && !known.has(modelName([model.ref]) ?? '');
  if (!(await shelvedModels({ home })).some(missing)) return kept;
  await measureShelf({ home, wanted: missing });
  return ofDevice();
}

async function measuredModel(model: ShelvedModel, home: string): Promise<MeasuredModel> {
  const { ref } = model;
  if (!canMeasure(model)) return { ref, figures: null, problem: 'this program does not run it here' };
  const { figures, problem } = await tryModel(model, home);
  return { ref, figures, problem };
}
