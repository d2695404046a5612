import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelName, modelRef, toProblem, voiceName } from '@filmwright/contracts';
import { keepFigures, keptFigures } from '@filmwright/engines/measure/kept-figures';
import { type KeptTrial, keepTrial, keptTrials } from '@filmwright/engines/measure/kept-trials';
import { canMeasure, measureModel } from '@filmwright/engines/measure/measure-model';
import { measuredDevice } from '@filmwright/engines/measure/measured-device';
import { markBroken } from '@filmwright/engines/models/mark-broken';
import { ModelFault } from '@filmwright/engines/models/model-fault';
import { withModelLock } from '@filmwright/engines/models/model-lock';
import { listModels, type ShelvedModel } from '@filmwright/engines/models/model-shelf';
import { tellShelf } from '@filmwright/engines/models/model-state';
import { inferenceToolchain } from '@filmwright/engines/onnx/inference-toolchain';
import { listVoices } from '@filmwright/engines/speech/list-voices';
import { closeVoices } from '@filmwright/engines/speech/sherpa/sherpa-voice';
import { speakWord } from './speak-word.ts';
import { tooLarge } from './too-large.ts';

/** Problems of the machine as it was just then, not of the model on it. */
const passingCodes: ReadonlySet<string> = new Set(['out-of-memory', 'task-stuck', 'disk-full', 'unavailable']);

/** Trials of the models of a home on what this process computes on with the programs of now, by what tasks ask for. */
export async function trialsHere(home: string): Promise<ReadonlyMap<string, KeptTrial>> {
  const [device, toolchain] = [measuredDevice(), inferenceToolchain()];
  const here = (await keptTrials(home)).filter((one) => one.device === device && one.toolchain === toolchain);
  return new Map(here.map((one) => [one.name, one]));
}

/** A model or voice as tasks ask for it; `addedAt` (ISO 8601) where that is known. */
export type Tryable = { readonly name: string; readonly addedAt?: string };

/** A model as it is known to trials. */
export function tryable({ ref, state }: Pick<ShelvedModel, 'ref' | 'state'>): Tryable {
  return { name: modelName([ref]) ?? ref, addedAt: state.addedAt };
}

/** Why a model is not offered here, as its trial told; null where none was, where it went well, came before the files of now, or may go well another time. */
export function failedTrial({ name, addedAt = '' }: Tryable, trials: ReadonlyMap<string, KeptTrial>): string | null {
  const trial = trials.get(name);
  if (trial === undefined || trial.passing || trial.triedAt < addedAt) return null;
  return trial.problem;
}

type Trying = { readonly home: string; readonly since: string };

/** Whether a model or voice was not tried here yet, or failed before `since` for want of memory or time. */
async function isUntried({ name, addedAt = '' }: Tryable, { home, since }: Trying): Promise<boolean> {
  const before = (await trialsHere(home)).get(name);
  return before === undefined || before.triedAt < addedAt || (before.passing && before.triedAt < since);
}

async function triable(home: string) {
  return (await listModels({ home })).filter((model) => canMeasure(model) && tooLarge(model) === null);
}

/** How many models `tryModels` would try; voices, which take no GPU, are not counted. */
export async function untriedModels(trying: Trying): Promise<number> {
  const found = await Promise.all((await triable(trying.home)).map((model) => isUntried(tryable(model), trying)));
  return found.filter(Boolean).length;
}

/**
 * Tries and measures the models of a home, and has its natural voices say a word, one after another that were not yet, with these programs and on what this process computes on, and those that
 * failed before `since` (ISO 8601) for want of memory or time. Each is kept as it ends, so that who is stopped loses one at most; runners of the home
 * hear of all of them at the end. Answers how many it tried: none where another process of the machine does so.
 */
export async function tryModels(trying: Trying): Promise<number> {
  const { home } = trying;
  const tryAll = async (): Promise<number> => {
    let tried = 0;
    for (const model of await triable(home)) {
      if (!(await isUntried(tryable(model), trying))) continue;
      await tryModel(model, home);
      tried++;
    }
    const voices = (await listVoices({ home })).filter(({ installed, natural }) => installed && natural);
    for (const voice of voices) {
      if (!(await isUntried({ name: voiceName(voice) }, trying))) continue;
      await tryVoice(voice, home);
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

/** Keeps how a voice said a word; one whose files were changed is known by them, and may be put right at any time. */
async function tryVoice(voice: Awaited<ReturnType<typeof listVoices>>[number], home: string): Promise<void> {
  const of = {
    name: voiceName(voice),
    device: measuredDevice(),
    toolchain: inferenceToolchain(),
    triedAt: new Date().toISOString(),
    figures: null,
  };
  const tempDir = await mkdtemp(join(tmpdir(), 'filmwright-trial-'));
  try {
    await speakWord(voice, { home, tempDir });
    await keepTrial(home, { ...of, problem: null, passing: false });
  } catch (error) {
    const { code, detail } = toProblem(error);
    await keepTrial(home, { ...of, problem: detail, passing: passingCodes.has(code) || code === 'digest-mismatch' });
  } finally {
    await closeVoices();
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** Has the runners of a home hear of trials that they were not told of, those of a process that was stopped among them. */
async function tellFound(home: string, anyNew: boolean): Promise<void> {
  const kept = new Map((await keptFigures(home)).map(({ name, device, measuredAt }) => [JSON.stringify([name, device]), measuredAt]));
  const figures = [...(await trialsHere(home)).values()].flatMap((one) => one.figures ?? []);
  const untold = figures.filter(({ name, device, measuredAt }) => measuredAt > (kept.get(JSON.stringify([name, device])) ?? ''));
  if (untold.length > 0) await keepFigures(home, untold);
  else if (anyNew) await tellShelf(home);
}
