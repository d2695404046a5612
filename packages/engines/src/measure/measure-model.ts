import { join } from 'node:path';
import { FilmwrightError, type ModelFigures, modelName } from '@filmwright/contracts';
import { diffusionModelOf } from '../diffusion/diffusion-model-of.ts';
import { generatorOf } from '../diffusion/generator-of.ts';
import { openDiffusionEngine } from '../diffusion/open-diffusion-engine.ts';
import { isInterpolator } from '../interpolate/interpolation-card.ts';
import { openInterpolator } from '../interpolate/open-interpolator.ts';
import type { ShelvedModel } from '../models/model-shelf.ts';
import { openModelPool } from '../onnx/model-pool.ts';
import type { Picture } from '../onnx/picture.ts';
import { runPictureModel } from '../onnx/picture-model.ts';
import { classifyPicture } from '../review/classify-picture.ts';
import { isEnlarger, upscalePicture } from '../upscale/upscale-pictures.ts';
import { dropFromCache } from './drop-from-cache.ts';
import { measureRound, type Trial } from './measure-round.ts';
import { measuredDevice } from './measured-device.ts';

const side = 256;
const smallSide = 64;
/** A request that takes longer is given up: nothing else would end a model that hangs here. */
const answerMs = 600_000;

/** Whether a model can be measured here: this program must be able to run it. */
export function canMeasure(model: ShelvedModel): boolean {
  return model.present && model.card.engine === 'onnx' && trialOf(model) !== null;
}

/**
 * Loads a revision twice, from the disk and from the machine's memory, and runs it on what models of this process compute on; takes as long as two loads
 * and four runs, and the runs that its card says warm it up. Load times are what the first runs took beyond a warm one. Throws `model-unavailable` for a model that this program does not run, and what its run throws.
 */
export async function measureModel(model: ShelvedModel, { now }: { readonly now: Date }): Promise<ModelFigures> {
  const trial = trialOf(model);
  if (trial === null || !model.present)
    throw new FilmwrightError('model-unavailable', `The model ${model.ref} cannot be measured: this program does not run it here.`);
  const coldIsCold = await dropFromCache(model.card.files.map(({ path }) => join(model.folder, path)));
  const cold = await measureRound(trial(), model.card);
  const warm = await measureRound(trial(), model.card);
  return {
    name: modelName([model.ref]) ?? model.ref,
    coldMs: Math.round(cold.loadMs),
    warmMs: Math.round(warm.loadMs),
    stepMs: Math.round(Math.min(cold.stepMs, warm.stepMs)),
    step: trial().step,
    unloadMs: Math.round(warm.unloadMs),
    ramMib: Math.max(cold.ramMib, warm.ramMib),
    vramMib: Math.max(cold.vramMib, warm.vramMib),
    coldIsCold,
    device: measuredDevice(),
    measuredAt: now.toISOString(),
  };
}

function trialOf(model: ShelvedModel): (() => Trial) | null {
  const { card } = model;
  const generator = generatorOf(model);
  if (generator !== null) return () => drawing(model, generator);
  if (isInterpolator(card)) return () => between(model);
  if (isEnlarger(card))
    return () =>
      pooled(`a picture of ${smallSide}x${smallSide} enlarged`, async (pool) => {
        await upscalePicture({ picture: grey(smallSide, 128), size: { width: 2 * smallSide, height: 2 * smallSide }, model, pool });
      });
  if (card.processing.type === 'labels')
    return () => pooled('a picture reviewed', async (pool) => void (await classifyPicture({ model, pool, picture: grey(side, 128) })));
  if (card.processing.type === 'picture')
    return () => pooled('one look at a picture', async (pool) => void (await runPictureModel({ model, picture: grey(side, 128), pool })));
  return null;
}

type Pool = ReturnType<typeof openModelPool>;

function pooled(step: string, work: (pool: Pool) => Promise<void>): Trial {
  const pool = openModelPool();
  const limited: Pool = { ...pool, run: (model, request) => pool.run(model, { ...request, deadlineMs: answerMs }) };
  return {
    step,
    run: () => work(limited),
    pids: async () => (await pool.processes()).map(({ pid }) => pid),
    close: pool.dispose,
  };
}

function drawing(model: ShelvedModel, { width, height, frames }: NonNullable<ReturnType<typeof generatorOf>>): Trial {
  const engine = openDiffusionEngine();
  return {
    step: `a step of ${width}x${height}${frames > 1 ? `, ${frames} frames` : ''}`,
    async run() {
      const request = { prompt: 'grey', seed: 0, steps: 1, guidance: 1, width, height, frames };
      await engine.generate(diffusionModelOf(model), request, { silenceMs: answerMs });
    },
    pids: async () => engine.processes().map(({ pid }) => pid),
    close: engine.dispose,
  };
}

function between(model: ShelvedModel): Trial {
  let opened: ReturnType<typeof openInterpolator> | undefined;
  return {
    step: `a frame of ${side}x${side} between two`,
    async run() {
      opened ??= openInterpolator({ model, deadlineMs: answerMs });
      await (await opened).draw({ before: grey(side, 96), after: grey(side, 160), at: 0.5 });
    },
    pids: async () => (opened === undefined ? [] : [(await opened).pid]),
    close: async () => (await opened)?.close(),
  };
}

function grey(edge: number, value: number): Picture {
  return { width: edge, height: edge, rgba: new Uint8Array(edge * edge * 4).fill(value) };
}
