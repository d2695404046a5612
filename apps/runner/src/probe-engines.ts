import { type Generator, modelName, voiceName } from '@filmwright/contracts';
import { diffusionModelOf } from '@filmwright/engines/diffusion/diffusion-model-of';
import { generatorOf } from '@filmwright/engines/diffusion/generator-of';
import { openDiffusionEngine } from '@filmwright/engines/diffusion/open-diffusion-engine';
import { listModels } from '@filmwright/engines/models/model-shelf';
import { openModelPool } from '@filmwright/engines/onnx/model-pool';
import { runPictureModel } from '@filmwright/engines/onnx/picture-model';
import { listVoices } from '@filmwright/engines/speech/list-voices';
import { speakWord } from './speak-word.ts';
import { tooLarge } from './too-large.ts';
import { failedTrial, trialsHere, tryable } from './try-models.ts';

type Listed = Awaited<ReturnType<typeof listVoices>>[number];
type Shelved = Awaited<ReturnType<typeof listModels>>[number];

/** What is installed and, where it was tried, works; a warning for each that does not, or is too large for this machine. */
export type WorkingEngines = {
  readonly voices: readonly Listed[];
  readonly models: readonly Shelved[];
  /** Models that draw. */
  readonly generators: readonly Generator[];
  readonly warnings: readonly string[];
};

const side = 64;

/** Voices of a home and models that are not too large for this machine; with `tried` each speech engine, each natural voice and each model has done a little work first, else models that failed when they were tried before are left out. */
export async function workingEngines(options: {
  readonly home: string;
  readonly tempDir: string;
  readonly tried: boolean;
}): Promise<WorkingEngines> {
  const [known, shelf] = await Promise.all([listVoices({ home: options.home }), listModels({ home: options.home })]);
  const voices = known.filter((voice) => voice.installed);
  // Of models for other kinds probe-models.ts tells.
  const cutting = shelf.filter(({ card }) => card.engine === 'onnx' && card.capability === 'matting' && card.processing.type === 'picture');
  const models = cutting.filter((model) => tooLarge(model) === null);
  const able = shelf.flatMap((model) => {
    const generator = generatorOf(model);
    return generator === null ? [] : [{ model, generator }];
  });
  const drawing = able.filter(({ model }) => tooLarge(model) === null);
  const warnings = [...cutting, ...able.map(({ model }) => model)].flatMap((model) => tooLarge(model) ?? []);
  if (!options.tried) {
    const trials = await trialsHere(options.home);
    for (const model of [...models, ...drawing.map(({ model }) => model)]) {
      const problem = failedTrial(tryable(model), trials);
      if (problem !== null)
        warnings.push(`The model ${model.ref} is installed and failed when it was tried; it is not offered: ${problem}`.slice(0, 1000));
    }
    const sound = (model: Shelved): boolean => failedTrial(tryable(model), trials) === null;
    const stepOf = ({ ref }: Shelved): number | null => trials.get(modelName([ref]) ?? '')?.figures?.stepMs || null;
    const generators = drawing.filter(({ model }) => sound(model)).map(({ model, generator }) => ({ ...generator, stepMs: stepOf(model) }));
    const problemOf = (voice: Listed): string | null => (voice.natural ? failedTrial({ name: voiceName(voice) }, trials) : null);
    for (const voice of voices.filter((each) => problemOf(each) !== null))
      warnings.push(
        `The voice ${voice.id} is installed and failed when it was tried; it is not offered: ${problemOf(voice)}`.slice(0, 1000),
      );
    return { voices: voices.filter((voice) => problemOf(voice) === null), models: models.filter(sound), generators, warnings };
  }
  const silent = new Set<string>();
  for (const voice of oneOfEach(voices)) {
    const problem = await problemOf(() => speakWord(voice, options));
    if (problem === null) continue;
    silent.add(groupOf(voice));
    warnings.push(`The voice ${voice.id} (${voice.engine}) is installed and does not speak; it is not offered: ${problem}`.slice(0, 1000));
  }
  const blind = new Set<string>();
  for (const model of models) {
    const problem = await problemOf(() => lookAtGrey(model));
    if (problem === null) continue;
    blind.add(model.ref);
    warnings.push(`The model ${model.ref} is installed and does not run; it is not offered: ${problem}`.slice(0, 1000));
  }
  const generators: Generator[] = [];
  for (const { model, generator } of drawing) {
    const problem = await problemOf(async () => {
      generators.push({ ...generator, stepMs: await drawOneStep(model, generator) });
    });
    if (problem !== null)
      warnings.push(`The model ${model.ref} is installed and does not draw; it is not offered: ${problem}`.slice(0, 1000));
  }
  return {
    generators,
    voices: voices.filter((voice) => !silent.has(groupOf(voice))),
    models: models.filter((model) => !blind.has(model.ref)),
    warnings,
  };
}

/** Voices of one program stand and fall with it; a natural one brings a model of its own. */
function groupOf({ engine, natural, id }: Listed): string {
  return natural ? `${engine} ${id}` : engine;
}

/** One voice for each group, an English one where there is one. */
function oneOfEach(voices: readonly Listed[]): readonly Listed[] {
  const english = [...voices].sort((a, b) => Number(b.language.startsWith('en')) - Number(a.language.startsWith('en')));
  return [...new Map(english.reverse().map((voice) => [groupOf(voice), voice])).values()];
}

async function lookAtGrey(model: Shelved): Promise<void> {
  const pool = openModelPool();
  try {
    const picture = { width: side, height: side, rgba: new Uint8Array(side * side * 4).fill(128) };
    await runPictureModel({ model, picture, pool });
  } finally {
    await pool.dispose();
  }
}

/** Draws a small picture in one step; milliseconds that the step would take at the model's full size. */
async function drawOneStep(model: Shelved, { width, height, multipleOf }: Omit<Generator, 'stepMs'>): Promise<number> {
  const engine = openDiffusionEngine();
  const small = Math.min(Math.ceil(side / multipleOf) * multipleOf, width, height);
  try {
    const request = { prompt: 'grey', seed: 0, steps: 1, guidance: 1, width: small, height: small };
    const { timesMs } = await engine.generate(diffusionModelOf(model), request);
    return Math.max(0.1, (timesMs.steps * width * height) / (small * small));
  } finally {
    await engine.dispose();
  }
}

async function problemOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
