import { type AnsweringProcess, type AskLimits, startAnsweringProcess } from '../answering-process.ts';
import { type ComputeProvider, currentCompute } from '../compute/compute.ts';
import { loadFault, ModelFault, runFault } from '../models/model-fault.ts';
import type { InstalledModel } from '../models/model-shelf.ts';

/** Numbers with their shape, as a model takes and gives them. */
export type ModelTensor = { readonly dims: readonly number[]; readonly data: Float32Array };
/** What one run gave; `peakBytes` is the most memory the model's process ever held. */
export type ModelAnswer = ModelTensor & { readonly peakBytes: number };
/** Its deadline holds for loading and for the run, each. */
export type ModelRun = AskLimits & { readonly inputs: Readonly<Record<string, ModelTensor>>; readonly output: string };

export type ChildRequest =
  | {
      readonly kind: 'open';
      readonly modelPath: string;
      readonly threads: number;
      readonly keepsMemory: boolean;
      readonly provider: ComputeProvider;
    }
  | { readonly kind: 'run'; readonly inputs: Readonly<Record<string, ModelTensor>>; readonly output: string };
export type ChildAnswer =
  | { readonly kind: 'opened'; readonly inputs: readonly string[]; readonly outputs: readonly string[] }
  /** What the model takes or gives is nothing that it was to, whatever it is given. */
  | { readonly kind: 'faulty'; readonly message: string }
  | { readonly kind: 'ran'; readonly dims: readonly number[]; readonly data: Float32Array; readonly peakBytes: number };

/** A loaded model in a process of its own; `run` calls are answered one after another. */
export type ModelProcess = Pick<AnsweringProcess<ChildRequest, ChildAnswer>, 'pid' | 'alive' | 'close'> & {
  readonly run: (request: ModelRun) => Promise<ModelAnswer>;
};

/** Starts a process for one ONNX file and loads it there, with a fixed number of threads so that the same input gives the same bytes. */
export async function openModelProcess(loading: {
  readonly model: InstalledModel;
  readonly modelPath: string;
  readonly threads: number;
  /** Memory of one run serves the next one, which is quicker, and is given back when the process ends. */
  readonly keepsMemory?: boolean;
  readonly deadlineMs?: number | undefined;
}): Promise<ModelProcess> {
  const { model, modelPath, threads, keepsMemory = false, deadlineMs } = loading;
  const { name } = model.card;
  const { pid, alive, ask, close } = startAnsweringProcess<ChildRequest, ChildAnswer>({
    child: new URL('./model-child.ts', import.meta.url),
    name: `model ${name}`,
  });
  let known: Extract<ChildAnswer, { readonly kind: 'opened' }> | undefined;
  try {
    const opened = await ask({ kind: 'open', modelPath, threads, keepsMemory, provider: currentCompute().provider }, { deadlineMs });
    if (opened.kind === 'failed') throw loadFault(model, opened.message);
    if (opened.kind === 'opened') known = opened;
  } catch (error) {
    await close();
    throw error;
  }
  const run = async ({ inputs, output, ...limits }: ModelRun): Promise<ModelAnswer> => {
    const lacks = [
      ...Object.keys(inputs).filter((each) => known?.inputs.includes(each) === false),
      ...(known?.outputs.includes(output) === false ? [output] : []),
    ];
    if (lacks.length > 0)
      throw new ModelFault(model, {
        code: 'program-failed',
        message: `The model ${name} lacks ${lacks.join(' and ')}, which its card names: it takes ${known?.inputs.join(', ')} and gives ${known?.outputs.join(', ')}. Put its card right, or add it again.`,
      });
    const answer = await ask({ kind: 'run', inputs, output }, limits);
    if (answer.kind === 'ran') return { dims: answer.dims, data: answer.data, peakBytes: answer.peakBytes };
    if (answer.kind === 'faulty') {
      const message = `The model ${name} is none that can be run here: ${answer.message} Take one that was exported for float32.`;
      throw new ModelFault(model, { code: 'program-failed', message });
    }
    throw runFault(model, answer.kind === 'failed' ? answer.message : 'it answered out of turn');
  };
  return { pid, alive, run, close };
}
