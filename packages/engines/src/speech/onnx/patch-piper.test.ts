import assert from 'node:assert/strict';
import { test } from 'node:test';
import ort from 'onnxruntime-node';
import { decodeTrailer } from './decode-trailer.ts';
import { onnxNode, onnxTensor, onnxValueInfo, readOnnx, writeOnnx } from './onnx-graph.ts';
import { patchPiper, phonemeProbe } from './patch-piper.ts';

const metadata = { comment: 'piper', sample_rate: '22050' };
const ids = [1, 0, 24, 0, 2];
const feeds = {
  input: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
  input_lengths: new ort.Tensor('int64', BigInt64Array.of(BigInt(ids.length)), [1]),
  scales: new ort.Tensor('float32', Float32Array.of(0.667, 1, 0.8), [3]),
};

/** A graph with the parts of a Piper voice that matter: ids and noise in, whole durations inside, sound out. */
function smallVoice(typed = false): Uint8Array {
  return writeOnnx({
    inputs: [
      onnxValueInfo({ name: 'input', type: 'int64', dims: ['batch', 'ids'] }),
      onnxValueInfo({ name: 'input_lengths', type: 'int64', dims: ['batch'] }),
      onnxValueInfo({ name: 'scales', type: 'float', dims: ['three'] }),
    ],
    outputs: [onnxValueInfo({ name: 'output', type: 'float', dims: ['batch', 'one', 'time'] })],
    nodes: [
      onnxNode({ type: 'Cast', inputs: ['input'], output: 'float', attributes: [{ name: 'to', value: 1 }] }),
      onnxNode({ type: 'Mul', inputs: ['float', 'half'], output: 'halves' }),
      onnxNode({ type: 'Ceil', inputs: ['halves'], output: 'durations' }),
      onnxNode({ type: 'Unsqueeze', inputs: ['float', 'axis'], output: 'shaped' }),
      onnxNode({ type: 'RandomNormalLike', inputs: ['shaped'], output: 'noise', attributes: [{ name: 'dtype', value: 1 }] }),
      onnxNode({ type: 'Add', inputs: ['noise', 'durations'], output: 'output' }),
    ],
    tensors: [
      onnxTensor({ name: 'half', dims: [1], values: Float32Array.of(0.5) }),
      onnxTensor({ name: 'axis', dims: [1], values: BigInt64Array.of(1n) }),
    ],
    values: typed ? ['float', 'halves', 'durations'].map((name) => onnxValueInfo({ name, type: 'float', dims: ['batch', 'ids'] })) : [],
    metadata: {},
  });
}

async function answer(model: Uint8Array): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const { fw_output: output } = await session.run(feeds);
  await session.release();
  return output?.data as Float32Array;
}

test('a patched voice tells the duration of every phoneme id behind its sound, the same each time', async () => {
  const patched = patchPiper(smallVoice(), metadata);
  const first = await answer(patched);
  assert.deepEqual(await answer(patched), first);
  const [utterance, ...more] = decodeTrailer(first) ?? [];
  assert.equal(more.length, 0);
  assert.deepEqual(utterance?.ids, ids);
  assert.deepEqual(
    utterance?.frames,
    ids.map((id) => Math.ceil(id / 2)),
  );
  assert.equal(utterance?.samples.length, ids.length);
  assert.ok(new Set(utterance?.samples).size > 1, 'the noise varies');
});

test('a patched voice keeps its nodes and carries its facts', () => {
  const model = readOnnx(patchPiper(smallVoice(), metadata));
  assert.deepEqual(model.metadata, metadata);
  assert.deepEqual(model.outputs, ['fw_output']);
  assert.ok(!model.nodes.some((node) => node.type === 'RandomNormalLike'));
  assert.equal(model.nodes.filter((node) => node.type === 'Ceil').length, 1);
});

test('the nodes before the durations go into parts where the types of values are told, and say the same', async () => {
  const split = patchPiper(smallVoice(true), metadata);
  const types = readOnnx(split).nodes.map((node) => node.type);
  assert.ok(types.includes('If') && !types.includes('Ceil'), types.join(' '));
  assert.deepEqual(await answer(split), await answer(patchPiper(smallVoice(), metadata)));
});

test('the phoneme probe answers the ids it was given and no sound', async () => {
  const [utterance] = decodeTrailer(await answer(phonemeProbe(metadata))) ?? [];
  assert.deepEqual(utterance?.ids, ids);
  assert.equal(utterance?.samples.length, 0);
});

test('utterances that were put behind one another come apart again; a trailer that does not add up is refused', async () => {
  const one = await answer(patchPiper(smallVoice(), metadata));
  const two = new Float32Array(one.length * 2);
  two.set(one);
  two.set(one, one.length);
  assert.equal(decodeTrailer(two)?.length, 2);
  assert.equal(decodeTrailer(two.subarray(3)), null);
  assert.equal(decodeTrailer(one.subarray(0, -1)), null);
});

test('a file that is no Piper voice is refused with what was found', () => {
  assert.throws(() => patchPiper(phonemeProbe(metadata), metadata), /not a Piper.*0 Ceil/);
  assert.throws(() => patchPiper(Uint8Array.of(1, 2, 3), metadata), /protobuf|ONNX/);
  assert.throws(() => readOnnx(smallVoice().subarray(0, 200)), /protobuf|ONNX/);
});
