import { FilmwrightError, modelName, modelRef, type ProblemCode } from '@filmwright/contracts';
import { currentCompute, deviceProblem } from '../compute/compute.ts';
import { memoryWords } from '../memory-words.ts';
import type { InstalledModel } from './model-shelf.ts';

/** `ofCopy` where only the files on this machine are at fault: they are damaged or gone. */
export type ModelFaultSaid = { readonly code: ProblemCode; readonly message: string; readonly ofCopy?: boolean };

/** Something is wrong with a revision itself or its copy here, whatever was asked of it: to try again here is of no use, and it is marked on its shelf. */
export class ModelFault extends FilmwrightError {
  readonly model: InstalledModel;

  constructor(model: InstalledModel, { code, message, ofCopy = false }: ModelFaultSaid) {
    super(code, message, { retryable: false, copyOf: ofCopy ? (modelName([modelRef(model.card)]) ?? undefined) : undefined });
    this.name = 'ModelFault';
    this.model = model;
  }
}

/** Why a model could not be loaded: where memory ended that is `out-of-memory`, worth another try; where it is the device, that is said; else the model is at fault. */
export function loadFault(model: InstalledModel, said: string): FilmwrightError {
  const { name } = model.card;
  if (memoryWords.test(said)) return new FilmwrightError('out-of-memory', `There is not enough memory to load the model ${name}: ${said}`);
  const problem = deviceProblem(currentCompute().provider, said);
  if (problem !== null) return problem;
  const message = `The model ${name} cannot be loaded: ${said}. Add it again with \`filmwright models add ${name}\`.`;
  return new ModelFault(model, { code: 'model-unavailable', message });
}

/** Why a model that was loaded failed at its work, which another input may not do: where memory ended `out-of-memory`, else `program-failed`. */
export function runFault({ card: { name } }: InstalledModel, said: string): FilmwrightError {
  if (memoryWords.test(said))
    return new FilmwrightError('out-of-memory', `There is not enough memory for what the model ${name} is to do: ${said}. Ask for less.`);
  return new FilmwrightError('program-failed', `The model ${name} failed: ${said}.`);
}
