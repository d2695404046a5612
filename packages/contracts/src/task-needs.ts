import type { Payload, Task } from './task.ts';

/** What a task asks of its runner beyond its kind and toolchain. */
export type TaskNeeds = {
  /** Voice or models that must be installed there, as `voiceName` and `modelName` name them; null needs none. */
  readonly model: string | null;
  /** GPUs of its runner that it has to itself while it runs, all of one fabric; 0 is a slot of the processors. How much memory one must have, and how many its model is spread over, is known of the model. */
  readonly gpus: number;
  /** It can be handed back at borders so many milliseconds apart, and goes on from the last one; null where only the whole counts. */
  readonly bordersMs: number | null;
  /** Tasks of one batch may run as one, at most `batchMost` of them; null runs alone. */
  readonly batch: string | null;
  readonly batchMost: number;
};

const none: TaskNeeds = { model: null, gpus: 0, bordersMs: null, batch: null, batchMost: 1 };

/** What a voice of a revision is called where tasks and runners are matched. */
export function voiceName({ id, revision }: { readonly id: string; readonly revision: string }): string {
  return `voice ${id} ${revision}`;
}

/** What models that work together, in this order, are called there; null for none. */
export function modelName(names: readonly string[]): string | null {
  return names.length === 0 ? null : `model ${names.join('+')}`;
}

/** Expected time from one look to the next. */
function lookMs({ fromMs, untilMs, everyMs }: NonNullable<Payload<'find-subject'>['clip']>, estimateMs: number): number {
  return estimateMs / Math.max(1, (untilMs - fromMs) / everyMs);
}

/** The names of the models that one name of several stands for; what is no name of models stands for itself. */
export function singleModels(name: string): readonly string[] {
  const models = /^model (.*)$/.exec(name)?.[1];
  return models === undefined ? [name] : models.split('+').map((one) => `model ${one}`);
}

/** Whether what a toolchain names computes models on a GPU that its runner offers as a device: ONNX Runtime through CUDA or TensorRT. */
export function computesOnGpu(toolchain: string): boolean {
  return /\bonnxruntime \S+ (?:cuda|tensorrt)\b/.test(toolchain);
}

/** What a task needs follows from its kind, payload and toolchain. */
export function needsOf(task: Needing): TaskNeeds {
  const needs = wantsOf(task);
  const onGpu = needs.model?.startsWith('model ') === true && computesOnGpu(task.toolchain ?? '');
  return onGpu ? { ...needs, gpus: 1 } : needs;
}

/** So many stills are drawn as one at most, and so many pixels of them together: what a step works with grows with both. */
const mostStills = 4;
const mostStillPixels = 2 ** 21;
/** On processors larger stills gain nothing by being drawn as one (docs/decisions/0012-batches-change-no-byte.md). */
const mostPixelsOnProcessor = 128 ** 2;

/** Stills of one model that take as many steps of one size are drawn as one where that is quicker; TensorRT would first build the model for each number of them. */
function stillBatch(payload: Payload<'generate'>, toolchain: string): Pick<TaskNeeds, 'batch' | 'batchMost'> {
  const { model, frames, width, height, steps, guidance, picture, strength } = payload;
  const pixels = width * height;
  const onGpu = computesOnGpu(toolchain);
  const most = Math.min(mostStills, Math.floor(mostStillPixels / pixels));
  if (frames > 1 || !(most >= 2) || /\btensorrt\b/.test(toolchain) || (!onGpu && pixels > mostPixelsOnProcessor))
    return { batch: null, batchMost: 1 };
  const from = picture === null ? '' : ` from a picture by ${strength}`;
  return { batch: `${model} ${width}x${height} ${steps} steps by ${guidance}${from}`, batchMost: most };
}

type Needing = Pick<Task, 'kind' | 'payload' | 'estimateMs'> & { readonly toolchain?: string };

function wantsOf(task: Needing): TaskNeeds {
  const { kind, payload } = task as Task;
  switch (kind) {
    case 'speak':
      return { ...none, model: voiceName({ id: payload.voice, revision: payload.revision }) };
    case 'cutout':
      return { ...none, model: payload.model === 'alpha' ? null : modelName([payload.model]) };
    case 'cutout-clip':
    case 'interpolate':
    case 'upscale-clip':
      // Each frame that is made is kept.
      return { ...none, model: modelName([payload.model]), bordersMs: task.estimateMs / payload.frames };
    case 'review':
      return { ...none, model: modelName([payload.model]), bordersMs: payload.clip && task.estimateMs / payload.clip.atMs.length };
    case 'upscale':
    case 'storyboard':
      return { ...none, model: modelName([payload.model]) };
    case 'generate':
      // A step leaves all that the next one needs.
      return {
        ...none,
        model: modelName([payload.model]),
        bordersMs: task.estimateMs / payload.steps,
        ...stillBatch(payload, task.toolchain ?? ''),
      };
    case 'find-subject':
      return { ...none, model: modelName(payload.models), bordersMs: payload.clip === null ? null : lookMs(payload.clip, task.estimateMs) };
    case 'drill': {
      const { durationMs, steps, model, gpus, batch } = payload;
      return {
        ...none,
        model: model === undefined ? null : modelName([model.name]),
        gpus: gpus ?? 0,
        bordersMs: steps === undefined ? null : durationMs / steps,
        batch: batch?.name ?? null,
        batchMost: batch?.most ?? 1,
      };
    }
    default:
      return none;
  }
}
