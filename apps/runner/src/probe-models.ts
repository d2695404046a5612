import type { ModelCapability, ModelCard, RunnerOffer } from '@filmwright/contracts';
import { isInterpolator } from '@filmwright/engines/interpolate/interpolation-card';
import { openInterpolator } from '@filmwright/engines/interpolate/open-interpolator';
import { listModels } from '@filmwright/engines/models/model-shelf';
import { openModelPool } from '@filmwright/engines/onnx/model-pool';
import { classifyPicture } from '@filmwright/engines/review/classify-picture';
import { listChatServers } from '@filmwright/engines/storyboard/chat-servers';
import { isEnlarger, upscalePicture } from '@filmwright/engines/upscale/upscale-pictures';
import { ownEnvironment } from './own-environment.ts';
import { tooLarge } from './too-large.ts';
import { failedTrial, trialsHere, tryable } from './try-models.ts';

type Shelved = Awaited<ReturnType<typeof listModels>>[number];
type Serving = {
  /** Whether this program can run a model of the capability. */
  readonly runs: (card: ModelCard) => boolean;
  /** Does a little work with it. */
  readonly trial: (model: Shelved) => Promise<unknown>;
};
export type WorkingModels = { readonly modelsFor: NonNullable<RunnerOffer['modelsFor']>; readonly warnings: readonly string[] };

/** What is offered beside voices, models that cut subjects out and models that draw. */
const served: Partial<Record<ModelCapability, Serving>> = {
  interpolation: { runs: isInterpolator, trial: drawBetweenGreys },
  upscaling: { runs: isEnlarger, trial: enlargeGrey },
  'image-review': { runs: ({ processing }) => processing.type === 'labels', trial: reviewGrey },
};

/** Models of a home by what films ask them for, but for those that are too large for this machine; with `tried` each has done a little work first. One that failed, now or when it was tried before, is told of and left out. */
export async function workingModels({ home, tried }: { readonly home: string; readonly tried: boolean }): Promise<WorkingModels> {
  const shelf = await listModels({ home });
  const trials = await trialsHere(home);
  const modelsFor: Partial<Record<ModelCapability, string[]>> = {};
  const warnings: string[] = [];
  for (const [capability, { runs, trial }] of Object.entries(served) as [ModelCapability, Serving][])
    for (const model of shelf) {
      const { card, ref } = model;
      if (card.engine !== 'onnx' || card.capability !== capability || !runs(card)) continue;
      const large = tooLarge(model);
      if (large !== null) {
        warnings.push(large);
        continue;
      }
      const problem = tried ? await trial(model).then(() => null, reasonOf) : failedTrial(tryable(model), trials);
      if (problem === null) modelsFor[capability] = [...(modelsFor[capability] ?? []), ref];
      else warnings.push(`The model ${ref} is installed and does not run; it is not offered: ${problem}`.slice(0, 1000));
    }
  const servers = await listChatServers({ home, env: ownEnvironment }).catch((error: unknown) => {
    warnings.push(`No chat server is offered: ${reasonOf(error)}`.slice(0, 1000));
    return [];
  });
  if (servers.length > 0) modelsFor.storyboard = servers.map(({ ref }) => ref);
  return { modelsFor, warnings };
}

const side = 64;

async function reviewGrey(model: Shelved): Promise<void> {
  const pool = openModelPool();
  try {
    await classifyPicture({ model, pool, picture: { width: side, height: side, rgba: new Uint8Array(side * side * 4).fill(128) } });
  } finally {
    await pool.dispose();
  }
}

async function enlargeGrey(model: Shelved): Promise<void> {
  const pool = openModelPool();
  try {
    const picture = { width: side, height: side, rgba: new Uint8Array(side * side * 4).fill(128) };
    await upscalePicture({ model, pool, picture, size: { width: side * 2, height: side * 2 } });
  } finally {
    await pool.dispose();
  }
}

async function drawBetweenGreys(model: Shelved): Promise<void> {
  const interpolator = await openInterpolator({ model });
  try {
    const grey = (value: number) => ({ width: side, height: side, rgba: new Uint8Array(side * side * 4).fill(value) });
    await interpolator.draw({ before: grey(96), after: grey(160), at: 0.5 });
  } finally {
    await interpolator.close();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
