import { FilmwrightError } from '@filmwright/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type ComputeProvider, deviceProblem } from '../compute/compute.ts';
import { sessionOptions } from '../compute/session-options.ts';
import { memoryWords } from '../memory-words.ts';
import { RevisionFault } from '../models/revision-fault.ts';

/** Numbers with their shape. */
export type Numbers = { readonly dims: readonly number[]; readonly data: Float32Array };
/** One input of a network; a dimension that is free is null. */
export type NetworkInput = { readonly type: string; readonly dims: readonly (number | null)[] };
/** A loaded ONNX file: what it takes, what it gives, and one run at a time. */
export type Network = {
  readonly inputs: ReadonlyMap<string, NetworkInput>;
  readonly outputs: readonly string[];
  readonly run: (feeds: Readonly<Record<string, Numbers>>, output: string) => Promise<Numbers>;
  readonly close: () => Promise<void>;
};

type HalfArray = ArrayLike<number> & { readonly buffer: ArrayBuffer };
type HalfArrays = { new (values: ArrayLike<number>): HalfArray; new (buffer: ArrayBufferLike, offset: number, length: number): HalfArray };

// ONNX Runtime's module hands half precision on as Float16Array where there is one, which its native part reads as nothing; without it, as 16-bit words.
const Half = (globalThis as { readonly Float16Array?: HalfArrays }).Float16Array;
Reflect.deleteProperty(globalThis, 'Float16Array');

function tensorOf(value: Numbers, input: NetworkInput): Tensor {
  const dims = [...value.dims];
  if (input.type === 'int64')
    return new Tensor(
      'int64',
      BigInt64Array.from(value.data, (each) => BigInt(Math.round(each))),
      dims,
    );
  if (input.type === 'int32') return new Tensor('int32', Int32Array.from(value.data), dims);
  if (input.type === 'float16') {
    if (!Half) throw new Error('The model wants half precision, which this version of Node.js lacks; wanted Node.js 24.');
    return new Tensor('float16', new Uint16Array(new Half(value.data).buffer), dims);
  }
  return new Tensor('float32', value.data, dims);
}

function numbersOf(tensor: Tensor, name: string): Numbers {
  if (tensor.type === 'float32') return { dims: tensor.dims, data: tensor.data as Float32Array };
  if (tensor.type === 'float16' && Half && tensor.data instanceof Uint16Array) {
    const { buffer, byteOffset, length } = tensor.data;
    return { dims: tensor.dims, data: Float32Array.from(new Half(buffer, byteOffset, length)) };
  }
  throw new Error(`The output ${name} holds ${tensor.type}; wanted float32 or float16.`);
}

/** Loads an ONNX file with a fixed number of threads; throws `model-unavailable` with the runtime's words where that cannot be done there. */
export async function loadNetwork(
  path: string,
  { threads, provider, gpu }: { readonly threads: number; readonly provider: ComputeProvider; readonly gpu: number },
): Promise<Network & { readonly provider: ComputeProvider }> {
  try {
    const session = await InferenceSession.create(path, sessionOptions({ provider, threads, gpu }));
    return { ...networkOf(session), provider };
  } catch (error) {
    throw loadProblem(path, { provider, said: error instanceof Error ? error.message : String(error) });
  }
}

function loadProblem(path: string, { provider, said }: { readonly provider: ComputeProvider; readonly said: string }): FilmwrightError {
  if (memoryWords.test(said)) return new FilmwrightError('out-of-memory', `There is not enough memory to load ${path}: ${said}`);
  const problem = deviceProblem(provider, said);
  if (problem !== null) return problem;
  return new RevisionFault(
    'model-unavailable',
    `${path} cannot be loaded: ${said}. The file may be cut short or made for a newer runtime; verify the model or install it again.`,
  );
}

function networkOf(session: InferenceSession): Network {
  const inputs = new Map(
    session.inputMetadata.flatMap((each) =>
      each.isTensor
        ? [[each.name, { type: each.type, dims: each.shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : null)) }] as const]
        : [],
    ),
  );
  return {
    inputs,
    outputs: session.outputNames,
    run: async (feeds, output) => {
      const tensors: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(feeds)) {
        const input = inputs.get(name);
        if (input) tensors[name] = tensorOf(value, input);
      }
      const results = await session.run(tensors, [output]);
      const result = results[output];
      if (!result) throw new Error(`The network has no output ${output}; it has ${session.outputNames.join(', ')}.`);
      return numbersOf(result, output);
    },
    close: () => session.release(),
  };
}
