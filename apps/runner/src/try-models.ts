import { modelName, modelRef, toProblem } from '@filmwright/contracts';
import {
  canMeasure,
  inferenceToolchain,
  type KeptTrial,
  keepFigures,
  keepTrial,
  keptFigures,
  keptTrials,
  listModels,
  ModelFault,
  markBroken,
  measuredDevice,
  measureModel,
  type ShelvedModel,
  tellShelf,
  withModelLock,
} from '@filmwright/engines';
import { tooLarge } from './too-large.ts';

/** Problems of the machine as it was just then, not of the model on it. */
const passingCodes: ReadonlySet<string> = new Set(['out-of-memory', 'task-stuck', 'disk-full', 'unavailable']);

/** Trials of the models of a home on what this process computes on with the programs of now, by what tasks ask for. */
export async function trialsHere(home: string): Promise<ReadonlyMap<string, KeptTrial>> {
  const [device, toolchain] = [measuredDevice(), inferenceToolchain()];
  const here = (await keptTrials(home)).filter((one) => one.device === device && one.toolchain === toolchain);
  return new Map(here.map((one) => [one.name, one]));
}

/** Why a model is not offered here, as its trial told; null where none was, where it went well, came before the files of now, or may go well another time. */
export function failedTrial({ ref, state }: Pick<ShelvedModel, 'ref' | 'state'>, trials: ReadonlyMap<string, KeptTrial>): string | null {
  const trial = trials.get(modelName([ref]) ?? '');
  if (trial === undefined || trial.passing || trial.triedAt < state.addedAt) return null;
  return trial.problem;
}

/**
 * Tries and measures the models of a home one after another that were not yet, with these programs and on what this process computes on, and those that
 * failed before `since` (ISO 8601) for want of memory or time. Each is kept as it ends, so that who is stopped loses one at most; runners of the home
 * hear of all of them at the end. Answers how many it tried: none where another process of the machine does so.
 */
export async function tryModels({ home, since }: { readonly home: string; readonly since: string }): Promise<number> {
  const tryAll = async (): Promise<number> => {
    const waiting = (await listModels({ home })).filter((model) => canMeasure(model) && tooLarge(model) === null);
    let tried = 0;
    for (const model of waiting) {
      const before = (await trialsHere(home)).get(modelName([model.ref]) ?? '');
      if (before !== undefined && before.triedAt >= model.state.addedAt && !(before.passing && before.triedAt < since)) continue;
      await tryModel(model, home);
      tried++;
    }
    await tellFound(home, tried > 0);
    return tried;
  };
  return withModelLock({ home, name: '.trials' }, tryAll).catch((error: unknown) => {
    if (toProblem(error).code === 'unavailable') return 0;
    throw error;
  });
}

/** Keeps that a model failed at its work as if it had been tried, and tells the runners of the home. */
export async function noteFailure({ model: { card }, message }: ModelFault, home: string): Promise<void> {
  const of = { name: modelName([modelRef(card)]) ?? card.name, device: measuredDevice(), toolchain: inferenceToolchain() };
  await keepTrial(home, { ...of, triedAt: new Date().toISOString(), figures: null, problem: message, passing: false });
  await tellShelf(home);
}

/** Measures a model and keeps how that went; a fault of its files is marked on its shelf. */
export async function tryModel(model: ShelvedModel, home: string): Promise<KeptTrial> {
  const now = new Date();
  const of = {
    name: modelName([model.ref]) ?? model.ref,
    device: measuredDevice(),
    toolchain: inferenceToolchain(),
    triedAt: now.toISOString(),
  };
  const trial = await measureModel(model, { now }).then(
    (figures): KeptTrial => ({ ...of, figures, problem: null, passing: false }),
    async (error: unknown): Promise<KeptTrial> => {
      if (error instanceof ModelFault) await markBroken(error.model, { home, why: error.message });
      const { code, detail } = toProblem(error);
      return { ...of, figures: null, problem: detail, passing: passingCodes.has(code) };
    },
  );
  await keepTrial(home, trial);
  return trial;
}

/** Has the runners of a home hear of trials that they were not told of, those of a process that was stopped among them. */
async function tellFound(home: string, anyNew: boolean): Promise<void> {
  const kept = new Map((await keptFigures(home)).map(({ name, device, measuredAt }) => [JSON.stringify([name, device]), measuredAt]));
  const figures = [...(await trialsHere(home)).values()].flatMap((one) => one.figures ?? []);
  const untold = figures.filter(({ name, device, measuredAt }) => measuredAt > (kept.get(JSON.stringify([name, device])) ?? ''));
  if (untold.length > 0) await keepFigures(home, untold);
  else if (anyNew) await tellShelf(home);
}
