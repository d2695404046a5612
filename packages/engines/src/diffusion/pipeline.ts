import { FilmwrightError } from '@filmwright/contracts';
import type { ComputeProvider } from '../compute/compute.ts';
import { RevisionFault } from '../models/revision-fault.ts';
import type { JointRuns } from './joint-runs.ts';
import { findModelFiles, type ModelFiles } from './model-files.ts';
import { loadNetwork, type Network, type Numbers } from './network.ts';
import { openPromptTokenizer, type PromptTokenizer } from './prompt-tokenizer.ts';

/** A latent diffusion model that is loaded: words to vectors, noisy latents to the denoiser's output, pictures to latents and back. */
export type Pipeline = {
  readonly files: ModelFiles;
  readonly tokenizer: PromptTokenizer;
  /** Whether latents have a dimension of frames. */
  readonly clips: boolean;
  readonly canEncode: boolean;
  /** Distilled models are told the guidance and run once a step; they take no negative prompt. */
  readonly toldGuidance: boolean;
  readonly providers: readonly string[];
  readonly describe: (ids: readonly number[], mask: readonly number[]) => Promise<Numbers>;
  readonly denoise: (step: DenoiseStep) => Promise<Float32Array>;
  /** Latents of one picture (1, channels, height, width) or of a clip to numbers of -1..1, red, green and blue planes for each frame. */
  readonly decode: (latents: Numbers) => Promise<Numbers>;
  readonly encode: (picture: Numbers) => Promise<Numbers>;
};
export type DenoiseStep = {
  readonly sample: Float32Array;
  /** The shape of one sample, batch of 1 first. */
  readonly dims: readonly number[];
  readonly timestep: number;
  /** One description: a plain run. Two, without and with the prompt: a batch, or two runs where the model or the request wants them apart. */
  readonly texts: readonly Numbers[];
  readonly guidance: number;
  readonly apart: boolean;
};

/** Sines and cosines that tell distilled models the guidance, of 1000 times it less 1 (arXiv 2310.04378, appendix). */
function guidanceWave(guidance: number, width: number): Float32Array {
  const half = Math.floor(width / 2);
  const wave = new Float32Array(width);
  for (let index = 0; index < half; index++) {
    const angle = (guidance - 1) * 1000 * Math.exp((-Math.log(10_000) * index) / (half - 1));
    wave[index] = Math.sin(angle);
    wave[half + index] = Math.cos(angle);
  }
  return wave;
}

function named(network: Network, { names, what }: { readonly names: readonly string[]; readonly what: string }): string {
  const found = names.find((name) => network.inputs.has(name));
  if (found) return found;
  throw new RevisionFault(
    'model-unavailable',
    `The ${what} takes ${[...network.inputs.keys()].join(', ')}; wanted an input ${names.join(' or ')}. Export the model in the layout of diffusers.`,
  );
}

function repeated(value: Numbers | { readonly dims: readonly number[]; readonly data: Float32Array }, times: number): Numbers {
  if (times === 1) return value;
  const data = new Float32Array(value.data.length * times);
  for (let index = 0; index < times; index++) data.set(value.data, index * value.data.length);
  return { dims: [times, ...value.dims.slice(1)], data };
}

function joined(values: readonly Numbers[]): Numbers {
  const [first] = values;
  if (!first || values.length === 1) return first ?? { dims: [0], data: new Float32Array(0) };
  const data = new Float32Array(first.data.length * values.length);
  values.forEach((value, index) => {
    data.set(value.data, index * first.data.length);
  });
  return { dims: [values.length, ...first.dims.slice(1)], data };
}

type Part = 'denoiser' | 'text' | 'picture';

/** On which of so many GPUs a part of a model computes: the denoiser, which is the largest, has the first to itself; two of them share what pictures and words take. */
export function gpuOf(part: Part, gpus: number): number {
  return Math.min(['denoiser', 'text', 'picture'].indexOf(part), gpus - 1);
}

/** Loads every part of the model in `folder`; throws `model-unavailable` or `out-of-memory` saying which part failed. */
export async function openPipeline({
  folder,
  threads,
  provider,
  gpus,
  runs,
}: {
  readonly folder: string;
  readonly threads: number;
  readonly provider: ComputeProvider;
  /** Over so many its networks are spread. */
  readonly gpus: number;
  /** Of the drawings that share the pipeline. */
  readonly runs: JointRuns;
}): Promise<Pipeline> {
  const files = await findModelFiles(folder);
  const tokenizer = await openPromptTokenizer(files.tokenizerFolder);
  const load = async (path: string, part: Part) => {
    const network = await loadNetwork(path, { threads, provider, gpu: gpuOf(part, gpus) });
    return { ...runs.joined(network), provider: network.provider };
  };
  const textEncoder = await load(files.textEncoderPath, 'text');
  const denoiser = await load(files.denoiserPath, 'denoiser');
  const decoder = await load(files.decoderPath, 'picture');
  const encoder = files.encoderPath ? await load(files.encoderPath, 'picture') : null;

  const idsName = named(textEncoder, { names: ['input_ids'], what: 'text encoder' });
  const textOutput = textEncoder.outputs.find((name) => name === 'last_hidden_state') ?? textEncoder.outputs[0] ?? '';
  const sampleName = named(denoiser, { names: ['sample', 'hidden_states', 'latent_sample'], what: 'denoiser' });
  const timeName = named(denoiser, { names: ['timestep', 't'], what: 'denoiser' });
  const textName = named(denoiser, { names: ['encoder_hidden_states'], what: 'denoiser' });
  const known = new Set([sampleName, timeName, textName, 'timestep_cond']);
  const strange = [...denoiser.inputs.keys()].filter((name) => !known.has(name));
  if (strange.length > 0) {
    throw new RevisionFault(
      'model-unavailable',
      `The denoiser in ${folder} also wants ${strange.join(', ')}; wanted latents, timestep and text alone. Choose another model.`,
    );
  }
  const sampleInput = denoiser.inputs.get(sampleName);
  const rank = sampleInput?.dims.length ?? 4;
  const fixedBatch = sampleInput?.dims[0] ?? null;
  const timeRank = denoiser.inputs.get(timeName)?.dims.length ?? 0;
  const waveWidth = denoiser.inputs.get('timestep_cond')?.dims.at(-1) ?? 256;
  const output = denoiser.outputs[0] ?? '';

  const runDenoiser = async (step: DenoiseStep, text: Numbers): Promise<Float32Array> => {
    const batch = text.dims[0] ?? 1;
    const feeds: Record<string, Numbers> = {
      [sampleName]: repeated({ dims: step.dims, data: step.sample }, batch),
      [timeName]:
        timeRank === 0
          ? { dims: [], data: Float32Array.of(step.timestep) }
          : { dims: [batch], data: new Float32Array(batch).fill(step.timestep) },
      [textName]: text,
    };
    if (denoiser.inputs.has('timestep_cond')) {
      feeds['timestep_cond'] = repeated({ dims: [1, waveWidth], data: guidanceWave(step.guidance, waveWidth) }, batch);
    }
    const made = await denoiser.run(feeds, output);
    const wanted = step.sample.length * batch;
    if (made.data.length !== wanted) {
      throw new RevisionFault(
        'program-failed',
        `The denoiser gave the shape [${made.dims.join(', ')}]; wanted that of its input, [${[batch, ...step.dims.slice(1)].join(', ')}]. Its export is broken; install another revision.`,
      );
    }
    return made.data;
  };

  return {
    files,
    tokenizer,
    clips: rank === 5,
    canEncode: encoder !== null,
    toldGuidance: denoiser.inputs.has('timestep_cond'),
    providers: [...new Set([textEncoder, denoiser, decoder].map((each) => each.provider))],
    describe: (ids, mask) =>
      textEncoder.run(
        {
          [idsName]: { dims: [1, ids.length], data: Float32Array.from(ids) },
          attention_mask: { dims: [1, mask.length], data: Float32Array.from(mask) },
        },
        textOutput,
      ),
    denoise: async (step) => {
      const [first, second] = step.texts;
      if (!first) throw new Error('A denoising step wants a text.');
      if (!second) return runDenoiser(step, first);
      let plain: Float32Array;
      let steered: Float32Array;
      if (step.apart || fixedBatch === 1) {
        plain = await runDenoiser(step, first);
        steered = await runDenoiser(step, second);
      } else {
        const both = await runDenoiser(step, joined([first, second]));
        plain = both.subarray(0, step.sample.length);
        steered = both.subarray(step.sample.length);
      }
      return plain.map((value, at) => value + step.guidance * ((steered[at] ?? 0) - value));
    },
    decode: (latents) => {
      const [name = ''] = decoder.inputs.keys();
      return decoder.run({ [name]: latents }, decoder.outputs[0] ?? '');
    },
    encode: async (picture) => {
      if (!encoder)
        throw new FilmwrightError(
          'request-invalid',
          'The model cannot start from a picture: it has no vae_encoder. Leave the picture out.',
        );
      const [name = ''] = encoder.inputs.keys();
      return encoder.run({ [name]: picture }, encoder.outputs[0] ?? '');
    },
  };
}
