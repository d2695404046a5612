import { FilmwrightError } from '@filmwright/contracts';

/** Where ONNX Runtime computes. */
export type ComputeProvider = 'cpu' | 'cuda' | 'tensorrt' | 'webgpu';

/** What the models of this process compute on. */
export type Compute = {
  readonly provider: ComputeProvider;
  /** Provider and what of the machine shapes its bytes, such as `cuda sm_90`; stands in the keys of tasks. */
  readonly device: string;
  /** Variables that the processes of models need besides PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** GPUs that this process may compute on; one where that is left out. */
  readonly gpus?: number;
};

/** The processor: every machine has one, and it gives the same bytes everywhere. */
export const onProcessor: Compute = { provider: 'cpu', device: 'cpu', environment: {} };

let current: Compute = onProcessor;

/** What models compute on that are loaded from now on; the processor until `computeOn` says otherwise. */
export function currentCompute(): Compute {
  return current;
}

/** Says once, before any model is loaded, what the models of this process compute on. */
export function computeOn(compute: Compute): void {
  current = compute;
}

/** What says which GPUs a process may see and in which order, of NVIDIA's drivers and AMD's; an empty one hides them all. */
const deviceChoices = [
  'CUDA_VISIBLE_DEVICES',
  'CUDA_DEVICE_ORDER',
  'NVIDIA_VISIBLE_DEVICES',
  'ROCR_VISIBLE_DEVICES',
  'HIP_VISIBLE_DEVICES',
] as const;

/** The environment of a model's process: nothing of the caller's but where programs, libraries and compiled code lie, and which GPUs it may use. */
export function modelEnvironment(): Readonly<Record<string, string>> {
  const { PATH = '', LD_LIBRARY_PATH, NODE_COMPILE_CACHE } = process.env;
  const chosen = deviceChoices.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    PATH,
    ...(LD_LIBRARY_PATH ? { LD_LIBRARY_PATH } : {}),
    ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}),
    ...Object.fromEntries(chosen),
    ...current.environment,
  };
}

/** The chain that ONNX Runtime is given: parts of a model that a GPU's provider cannot run go to the next. */
export function providerChain(provider: ComputeProvider): readonly string[] {
  if (provider === 'tensorrt') return ['tensorrt', 'cuda', 'cpu'];
  return provider === 'cpu' ? ['cpu'] : [provider, 'cpu'];
}

const deviceWords = /ExecutionProvider|shared library|adapter|CUDA|cuDNN|TensorRT|no device/i;

/** The error for a model that could not be loaded for its device's sake, as the runtime's words tell; null where they tell of something else. */
export function deviceProblem(provider: ComputeProvider, said: string): FilmwrightError | null {
  if (provider === 'cpu' || !deviceWords.test(said)) return null;
  return new FilmwrightError(
    'model-unavailable',
    `The device ${provider} cannot be used on this machine: ${said.trim()}. Install its driver and libraries, or use cpu.`,
  );
}
