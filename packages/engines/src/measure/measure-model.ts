import { cpus } from 'node:os';
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
import { peakRamMib, vramMib } from './process-memory.ts';

/** A model as it is worked with to be measured: loaded with the first run. */
type Trial = {
  /** What one run is. */
  readonly step: string;
  readonly run: () => Promise<void>;
  readonly pids: () => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
  /** On which device it ran, once it has. */
  readonly device: () => string | null;
};
type Round = Pick<ModelFigures, 'stepMs' | 'unloadMs' | 'ramMib' | 'vramMib'> & { readonly loadMs: number; readonly device: string | null };

const side = 256;
const smallSide = 64;

/** Whether a model can be measured here: this program must be able to run it. */
export function canMeasure(model: ShelvedModel): boolean {
  return model.present && model.card.engine === 'onnx' && trialOf(model) !== null;
}

/**
 * Loads a revision twice, from the disk and from the machine's memory, and runs it; takes as long as two loads and four runs. Load times are what the
 * first run took beyond the second. Throws `model-unavailable` for a model that this program does not run, and what its run throws.
 */
export async function measureModel(model: ShelvedModel, { now }: { readonly now: Date }): Promise<ModelFigures> {
  const trial = trialOf(model);
  if (trial === null || !model.present)
    throw new FilmwrightError('model-unavailable', `The model ${model.ref} cannot be measured: this program does not run it here.`);
  const coldIsCold = await dropFromCache(model.card.files.map(({ path }) => join(model.folder, path)));
  const cold = await round(trial());
  const warm = await round(trial());
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
    device: warm.device ?? cpus()[0]?.model.trim() ?? 'cpu',
    measuredAt: now.toISOString(),
  };
}

async function round(trial: Trial): Promise<Round> {
  try {
    const [firstMs, stepMs] = [await timed(trial.run), await timed(trial.run)];
    const memory = await Promise.all(
      (await trial.pids()).map(async (pid) => ({ ram: (await peakRamMib(pid)) ?? 0, vram: await vramMib(pid) })),
    );
    const sum = (of: 'ram' | 'vram'): number => memory.reduce((total, each) => total + each[of], 0);
    const device = trial.device();
    const unloadMs = await timed(trial.close);
    return { loadMs: Math.max(0, firstMs - stepMs), stepMs, unloadMs, ramMib: sum('ram'), vramMib: sum('vram'), device };
  } finally {
    await trial.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
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
  return {
    step,
    run: () => work(pool),
    pids: async () => (await pool.processes()).map(({ pid }) => pid),
    close: pool.dispose,
    device: () => null,
  };
}

function drawing(model: ShelvedModel, { width, height, frames }: NonNullable<ReturnType<typeof generatorOf>>): Trial {
  const engine = openDiffusionEngine();
  let device: string | null = null;
  return {
    step: `a step of ${width}x${height}${frames > 1 ? `, ${frames} frames` : ''}`,
    async run() {
      const request = { prompt: 'grey', seed: 0, steps: 1, guidance: 1, width, height, frames };
      const { providers } = await engine.generate(diffusionModelOf(model), request);
      device = providers.some((provider) => /cuda|tensorrt|webgpu/i.test(provider)) ? providers.join(', ') : null;
    },
    pids: async () => engine.processes().map(({ pid }) => pid),
    close: engine.dispose,
    device: () => device,
  };
}

function between(model: ShelvedModel): Trial {
  let opened: ReturnType<typeof openInterpolator> | undefined;
  return {
    step: `a frame of ${side}x${side} between two`,
    async run() {
      opened ??= openInterpolator({ model });
      await (await opened).draw({ before: grey(side, 96), after: grey(side, 160), at: 0.5 });
    },
    pids: async () => (opened === undefined ? [] : [(await opened).pid]),
    close: async () => (await opened)?.close(),
    device: () => null,
  };
}

function grey(edge: number, value: number): Picture {
  return { width: edge, height: edge, rgba: new Uint8Array(edge * edge * 4).fill(value) };
}
