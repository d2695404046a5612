import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { installedModel } from '../models/model-shelf.ts';
import { openModelProcess } from '../onnx/model-process.ts';
import { pictureFile, pictureProcessing } from '../onnx/picture-card.ts';
import { type Compute, type ComputeProvider, computeOn, currentCompute, onProcessor } from './compute.ts';
import { findGpuSoftware, type GpuSoftware } from './gpu-software.ts';

/** What a machine may be told to compute on; `auto` takes what runs the probe first of TensorRT, CUDA and the processor. */
const computeWishes = ['auto', 'cpu', 'cuda', 'tensorrt', 'webgpu'] as const;

/** The small model that comes along, with which providers are tried. */
const probeModel = 'selfie-segmentation';

type Finding = {
  readonly wish: string;
  readonly home: string;
  readonly software?: () => Promise<GpuSoftware | null>;
  readonly tries?: (compute: Compute) => Promise<string | null>;
};

/**
 * Finds what models of this machine compute on, by running a small one there. TensorRT keeps the engines that it builds in `<home>/engine-cache`, in a folder
 * for each architecture of GPU and version of TensorRT, since others cannot load them. Throws `request-invalid` for an unknown wish and `model-unavailable`
 * where what was asked for does not run.
 */
export async function findCompute({ wish, home, software = findGpuSoftware, tries = tryProbe }: Finding): Promise<Compute> {
  const wished = computeWishes.find((each) => each === wish);
  if (wished === undefined)
    throw new FilmwrightError(
      'request-invalid',
      `FILMWRIGHT_COMPUTE holds ${JSON.stringify(wish)}; wanted ${computeWishes.join(', ')}. Set one of them, or leave it out for auto.`,
    );
  if (wished === 'cpu') return onProcessor;
  const found = await software();
  if (wished === 'auto') {
    const providers = [...(found?.tensorrt ? (['tensorrt'] as const) : []), ...(found?.cuda ? (['cuda'] as const) : [])];
    for (const provider of providers) {
      const compute = await computeOf(provider, { found, home });
      if ((await tries(compute)) === null) return compute;
    }
    return onProcessor;
  }
  const compute = await computeOf(wished, { found, home });
  const problem = await tries(compute);
  if (problem === null) return compute;
  throw new FilmwrightError(
    'model-unavailable',
    `FILMWRIGHT_COMPUTE asks for ${wished}, which does not run the model ${probeModel}. ${problem} Or set FILMWRIGHT_COMPUTE to auto or cpu.`,
  );
}

async function computeOf(
  provider: Exclude<ComputeProvider, 'cpu'>,
  { found, home }: { readonly found: GpuSoftware | null; readonly home: string },
): Promise<Compute> {
  if (provider === 'webgpu') return { provider, device: 'webgpu', environment: {} };
  const architecture = found?.architecture ?? 'unknown';
  const gpus = visibleGpus(found?.gpus ?? 1);
  if (provider === 'cuda' || !found?.tensorrt) return { provider, device: `${provider} ${architecture}`, environment: {}, gpus };
  const folder = join(home, 'engine-cache', `${architecture}-trt${found.tensorrt}`);
  await mkdir(folder, { recursive: true });
  const environment = { ORT_TENSORRT_ENGINE_CACHE_ENABLE: '1', ORT_TENSORRT_CACHE_PATH: folder };
  return { provider, device: `tensorrt ${found.tensorrt} ${architecture}`, environment, gpus };
}

/** Of the machine's GPUs those that CUDA shows to this process. */
function visibleGpus(there: number): number {
  const chosen = (process.env['CUDA_VISIBLE_DEVICES'] ?? '').split(',').filter((one) => one.trim() !== '').length;
  return chosen === 0 ? there : Math.min(chosen, there);
}

/** Loads and runs the probe's model there; what went wrong, or null. */
async function tryProbe(compute: Compute): Promise<string | null> {
  const before = currentCompute();
  computeOn(compute);
  try {
    const model = await installedModel({ name: probeModel, home: '' });
    const { input, output } = pictureProcessing(model.card);
    const opened = await openModelProcess({ model, modelPath: pictureFile(model).path, threads: 1 });
    try {
      const { width, height } = input.size === 'picture' ? { width: 64, height: 64 } : input.size;
      const dims = input.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
      await opened.run({ inputs: { [input.name]: { dims, data: new Float32Array(3 * width * height) } }, output: output.name });
      return null;
    } finally {
      await opened.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    computeOn(before);
  }
}
