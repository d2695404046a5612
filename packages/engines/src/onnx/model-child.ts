// The program of a model's own process: loads one ONNX file, answers one message after another, and ends when its parent is gone.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { answerParent } from '../answer-parent.ts';
import { sessionOptions } from '../compute/session-options.ts';
import { endWithParent } from '../end-with-parent.ts';
import type { ChildAnswer, ChildRequest } from './model-process.ts';

/** What the runtime says of a model that takes other numbers than float32. */
const wrongType = /Unexpected input data type/;

let session: InferenceSession | undefined;

async function open({ modelPath, threads, keepsMemory, provider }: Extract<ChildRequest, { readonly kind: 'open' }>): Promise<void> {
  session = await InferenceSession.create(modelPath, {
    ...sessionOptions({ provider, threads }),
    enableCpuMemArena: keepsMemory,
    enableMemPattern: false,
    // Threads that wait by spinning take the processor from whoever else works on the machine, and from each other.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

async function handle(request: ChildRequest): Promise<ChildAnswer> {
  if (request.kind === 'open') {
    await open(request);
    return { kind: 'opened', inputs: session?.inputNames ?? [], outputs: session?.outputNames ?? [] };
  }
  if (!session) throw new Error('The model is not open.');
  const feeds = Object.fromEntries(
    Object.entries(request.inputs).map(([name, value]) => [name, new Tensor('float32', value.data, [...value.dims])]),
  );
  const results = await session.run(feeds, [request.output]).catch((error: Error) => {
    if (wrongType.test(error.message)) return error;
    throw error;
  });
  if (results instanceof Error) return { kind: 'faulty', message: `${results.message.trim().replace(/\.?$/, '.')}` };
  const result = results[request.output];
  if (!result) throw new Error(`The model has no output ${request.output}; it has ${session.outputNames.join(', ')}.`);
  if (!(result.data instanceof Float32Array))
    return { kind: 'faulty', message: `its output ${request.output} holds ${result.type}, wanted float32.` };
  return { kind: 'ran', dims: result.dims, data: result.data, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

endWithParent();
answerParent(handle);
