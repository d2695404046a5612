import { normalTable } from './normal-table.ts';
import { type OnnxModel, onnxNode, onnxTensor, onnxValueInfo, readOnnx, rewriteOnnx, writeOnnx } from './onnx-graph.ts';
import { splitLead } from './split-lead.ts';

/** Ends every utterance's trailer in a patched voice; no audio sample can have this value (samples lie in -1..1). */
export const TRAILER_MARK = 7654321;

const NOISE_CHANNELS = 192;
const NOISE_FRAMES = 1024;
const int64 = (...values: number[]): BigInt64Array => BigInt64Array.from(values, BigInt);

/** Names the model's only duration tensor (whole frames per phoneme id), or says why this is no Piper graph. */
function durationTensor(model: OnnxModel): string {
  const ceils = model.nodes.filter((node) => node.type === 'Ceil');
  const [ceil] = ceils;
  const name = ceil?.outputs[0];
  if (ceils.length !== 1 || name === undefined) throw new Error(`not a Piper (VITS) graph: ${ceils.length} Ceil nodes, wanted 1`);
  for (const wanted of ['input', 'input_lengths', 'scales']) {
    if (!model.inputs.includes(wanted)) throw new Error(`not a Piper (VITS) graph: no input "${wanted}", found ${model.inputs.join(', ')}`);
  }
  return name;
}

/** Nodes that take a fixed table of normal noise in place of one RandomNormalLike: the same words then always sound the same. */
function steadyNoise(options: { readonly like: string; readonly output: string; readonly prefix: string }): Uint8Array[] {
  const { like, output, prefix } = options;
  const part = (name: string): string => `${prefix}/${name}`;
  return [
    onnxNode({ type: 'Shape', inputs: [like], output: part('shape') }),
    onnxNode({ type: 'Gather', inputs: [part('shape'), 'fw_1'], output: part('channels') }),
    onnxNode({ type: 'Gather', inputs: [part('shape'), 'fw_2'], output: part('frames') }),
    onnxNode({ type: 'Range', inputs: ['fw_0', part('channels'), 'fw_1'], output: part('channelRange') }),
    onnxNode({ type: 'Mod', inputs: [part('channelRange'), 'fw_noise_channels'], output: part('channelIndex') }),
    onnxNode({ type: 'Range', inputs: ['fw_0', part('frames'), 'fw_1'], output: part('frameRange') }),
    onnxNode({ type: 'ReduceSum', inputs: ['input'], output: part('seed'), attributes: [{ name: 'keepdims', value: 0 }] }),
    onnxNode({ type: 'Add', inputs: [part('frameRange'), part('seed')], output: part('frameSeeded') }),
    onnxNode({ type: 'Mod', inputs: [part('frameSeeded'), 'fw_noise_frames'], output: part('frameIndex') }),
    onnxNode({
      type: 'Gather',
      inputs: ['fw_noise', part('channelIndex')],
      output: part('rows'),
      attributes: [{ name: 'axis', value: 1 }],
    }),
    onnxNode({ type: 'Gather', inputs: [part('rows'), part('frameIndex')], output, attributes: [{ name: 'axis', value: 2 }] }),
  ];
}

/**
 * A Piper voice made fit for sherpa-onnx and for us: its output is audio, then the duration of every phoneme id in frames, then the ids, then
 * [audio samples, ids, TRAILER_MARK]; its noise comes from a fixed table. Throws when the graph is not Piper's.
 */
export function patchPiper(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  const model = readOnnx(bytes);
  const durations = durationTensor(model);
  const audio = model.outputs[0];
  if (audio === undefined) throw new Error('not a Piper (VITS) graph: it has no output');
  const replace = new Map<string, Uint8Array[]>();
  for (const node of model.nodes) {
    const [like] = node.inputs;
    const [output] = node.outputs;
    if (node.type === 'RandomNormalLike' && like && output)
      replace.set(node.name, steadyNoise({ like, output, prefix: `fw_noise_of${node.name}` }));
  }
  const toFloat = [{ name: 'to', value: 1 }];
  const axis0 = [{ name: 'axis', value: 0 }];
  // What leads to the durations is small work in many nodes; the sound behind them keeps the runtime's own optimisations.
  const count = model.nodes.findIndex((node) => node.type === 'Ceil') + 1;
  const lead = splitLead(model, { count, replace, holds: 'fw_holds', keep: durations });
  return rewriteOnnx(model, {
    replace,
    lead,
    first: [
      onnxNode({ type: 'ReduceSum', inputs: ['input_lengths'], output: 'fw_length', attributes: [{ name: 'keepdims', value: 0 }] }),
      onnxNode({ type: 'Greater', inputs: ['fw_length', 'fw_below'], output: 'fw_holds' }),
    ],
    nodes: [
      onnxNode({ type: 'Reshape', inputs: [audio, 'fw_flat'], output: 'fw_audio' }),
      onnxNode({ type: 'Reshape', inputs: [durations, 'fw_flat'], output: 'fw_durations' }),
      onnxNode({ type: 'Reshape', inputs: ['input', 'fw_flat'], output: 'fw_ids' }),
      onnxNode({ type: 'Cast', inputs: ['fw_ids'], output: 'fw_ids_float', attributes: toFloat }),
      onnxNode({ type: 'Shape', inputs: ['fw_audio'], output: 'fw_audio_count' }),
      onnxNode({ type: 'Cast', inputs: ['fw_audio_count'], output: 'fw_audio_count_float', attributes: toFloat }),
      onnxNode({ type: 'Shape', inputs: ['fw_ids'], output: 'fw_ids_count' }),
      onnxNode({ type: 'Cast', inputs: ['fw_ids_count'], output: 'fw_ids_count_float', attributes: toFloat }),
      onnxNode({
        type: 'Concat',
        inputs: ['fw_audio', 'fw_durations', 'fw_ids_float', 'fw_audio_count_float', 'fw_ids_count_float', 'fw_mark'],
        output: 'fw_output',
        attributes: axis0,
      }),
    ],
    tensors: [
      onnxTensor({ name: 'fw_flat', dims: [1], values: int64(-1) }),
      onnxTensor({ name: 'fw_below', dims: [], values: int64(-1) }),
      onnxTensor({ name: 'fw_0', dims: [], values: int64(0) }),
      onnxTensor({ name: 'fw_1', dims: [], values: int64(1) }),
      onnxTensor({ name: 'fw_2', dims: [], values: int64(2) }),
      onnxTensor({ name: 'fw_noise_channels', dims: [], values: int64(NOISE_CHANNELS) }),
      onnxTensor({ name: 'fw_noise_frames', dims: [], values: int64(NOISE_FRAMES) }),
      onnxTensor({ name: 'fw_mark', dims: [1], values: Float32Array.of(TRAILER_MARK) }),
      onnxTensor({
        name: 'fw_noise',
        dims: [1, NOISE_CHANNELS, NOISE_FRAMES],
        values: normalTable({ length: NOISE_CHANNELS * NOISE_FRAMES, seed: 1 }),
      }),
    ],
    outputs: [onnxValueInfo({ name: 'fw_output', type: 'float', dims: ['samples'] })],
    metadata,
  });
}

/** A model of a few hundred bytes that sherpa-onnx takes for a Piper voice and that answers with the phoneme ids it was given, in the same trailer. */
export function phonemeProbe(metadata: Readonly<Record<string, string>>): Uint8Array {
  const toFloat = [{ name: 'to', value: 1 }];
  return writeOnnx({
    inputs: [
      onnxValueInfo({ name: 'input', type: 'int64', dims: ['batch', 'ids'] }),
      onnxValueInfo({ name: 'input_lengths', type: 'int64', dims: ['batch'] }),
      onnxValueInfo({ name: 'scales', type: 'float', dims: ['three'] }),
    ],
    outputs: [onnxValueInfo({ name: 'fw_output', type: 'float', dims: ['samples'] })],
    nodes: [
      onnxNode({ type: 'Reshape', inputs: ['input', 'fw_flat'], output: 'fw_ids' }),
      onnxNode({ type: 'Cast', inputs: ['fw_ids'], output: 'fw_ids_float', attributes: toFloat }),
      onnxNode({ type: 'Shape', inputs: ['fw_ids'], output: 'fw_ids_count' }),
      onnxNode({ type: 'Cast', inputs: ['fw_ids_count'], output: 'fw_ids_count_float', attributes: toFloat }),
      onnxNode({
        type: 'Concat',
        inputs: ['fw_ids_float', 'fw_ids_float', 'fw_zero', 'fw_ids_count_float', 'fw_mark'],
        output: 'fw_output',
        attributes: [{ name: 'axis', value: 0 }],
      }),
    ],
    tensors: [
      onnxTensor({ name: 'fw_flat', dims: [1], values: int64(-1) }),
      onnxTensor({ name: 'fw_zero', dims: [1], values: Float32Array.of(0) }),
      onnxTensor({ name: 'fw_mark', dims: [1], values: Float32Array.of(TRAILER_MARK) }),
    ],
    metadata,
  });
}
