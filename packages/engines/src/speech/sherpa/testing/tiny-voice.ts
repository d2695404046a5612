import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onnxNode, onnxTensor, onnxValueInfo, writeOnnx } from '../../onnx/onnx-graph.ts';

/** What tells the two layouts apart: the name of the input, and the shape of one speaker's style. */
const layouts: Readonly<Record<'kokoro' | 'kitten', { readonly input: string; readonly style: readonly number[]; readonly type: string }>> =
  {
    kokoro: { input: 'tokens', style: [510, 1, 256], type: 'kokoro' },
    kitten: { input: 'input_ids', style: [1, 256], type: 'kitten-tts' },
  };

/** Symbols of espeak-ng's phonemes that these models know; a symbol's id is its place. */
const symbols =
  '$;:,.!?—…"()“” ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɟʄɡɠɢʛɦɧħɥʜɨɪʝɭɬɫɮʟɱɯɰŋɳɲɴøɵɸθœɶʘɹɺɾɻʀʁɽʂʃʈʧʉʊʋⱱʌɣɤʍχʎʏʑʐʒʔʡʕʢˈˌːˑʰʲʷ';

export type TinyVoice = {
  readonly family: keyof typeof layouts;
  readonly folder: string;
  readonly version?: number;
  readonly samplesPerId?: number;
};

/** Writes a voice of two speakers in the layout that sherpa-onnx wants, for tests: it hums, 50 ms (at 24 kHz) for each phoneme. */
export async function writeTinyVoice({ family, folder, version = 1, samplesPerId = 1200 }: TinyVoice): Promise<void> {
  const { input, style, type } = layouts[family];
  const model = writeOnnx({
    inputs: [
      onnxValueInfo({ name: input, type: 'int64', dims: ['one', 'ids'] }),
      onnxValueInfo({ name: 'style', type: 'float', dims: ['one', 'width'] }),
      onnxValueInfo({ name: 'speed', type: 'float', dims: ['one'] }),
    ],
    outputs: [onnxValueInfo({ name: 'audio', type: 'float', dims: ['samples'] })],
    nodes: [
      onnxNode({ type: 'Cast', inputs: [input], output: 'ids', attributes: [{ name: 'to', value: 1 }] }),
      onnxNode({ type: 'Transpose', inputs: ['ids'], output: 'column' }),
      onnxNode({ type: 'Tile', inputs: ['column', 'repeats'], output: 'held' }),
      onnxNode({ type: 'Reshape', inputs: ['held', 'flat'], output: 'steps' }),
      onnxNode({ type: 'Sin', inputs: ['steps'], output: 'wave' }),
      onnxNode({ type: 'Mul', inputs: ['wave', 'quiet'], output: 'audio' }),
    ],
    tensors: [
      onnxTensor({ name: 'repeats', dims: [2], values: BigInt64Array.of(1n, BigInt(samplesPerId)) }),
      onnxTensor({ name: 'flat', dims: [1], values: BigInt64Array.of(-1n) }),
      onnxTensor({ name: 'quiet', dims: [1], values: Float32Array.of(0.5) }),
    ],
    metadata: {
      model_type: type,
      sample_rate: '24000',
      version: String(version),
      n_speakers: '2',
      style_dim: style.join(','),
      has_espeak: '1',
      voice: 'en-us',
      language: 'English',
    },
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), model);
  await writeFile(join(folder, 'voices.bin'), Buffer.alloc(2 * 4 * style.reduce((product, size) => product * size, 1)));
  await writeFile(join(folder, 'tokens.txt'), `${[...symbols].map((symbol, id) => `${symbol} ${id}`).join('\n')}\n`);
}
