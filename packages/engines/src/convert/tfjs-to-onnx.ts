import { FilmwrightError } from '@filmwright/contracts';
import { pictureValue } from './graph-builder.ts';
import { onnxFile } from './onnx-file.ts';
import { createTfjsGraph } from './tfjs-graph.ts';
import { type Converted, convertLayer } from './tfjs-layers.ts';
import { readTfjsModel } from './tfjs-model.ts';

/** What a converted model takes and gives: one picture of `channels` planes (NCHW), and one value called `output`. */
export type ConvertedModel = {
  readonly bytes: Uint8Array;
  readonly input: { readonly name: string; readonly width: number | null; readonly height: number | null; readonly channels: number };
  readonly output: string;
};

/** Raised whenever the same model would give other bytes. */
export const tfjsConverterVersion = 1;
/** Operator set of the graph: every operator used here is in it as it is meant. */
const opset = 13;

/**
 * Converts a layers model of TensorFlow.js (the parsed model.json and the bytes of its weights) to ONNX. Quantised weights stay quantised in the file.
 * Throws `model-unavailable` naming the layer for what is not known.
 */
export function tfjsToOnnx({
  model,
  weights,
  name,
}: {
  readonly model: unknown;
  readonly weights: Uint8Array;
  readonly name: string;
}): ConvertedModel {
  const read = readTfjsModel({ model, weights });
  const graph = createTfjsGraph(read);
  const made = new Map<string, Converted>();
  const [first, ...more] = read.layers.filter(({ kind, from }) => kind === 'InputLayer' || from.length === 0);
  const shape = Object(first?.config)['batch_input_shape'] as readonly (number | null)[] | undefined;
  const [, height, width, channels] = shape ?? [];
  if (first === undefined || more.length > 0 || shape?.length !== 4 || typeof channels !== 'number')
    throw new FilmwrightError(
      'model-unavailable',
      `The TensorFlow.js model cannot be converted: it takes ${more.length + 1} inputs of the shape ${shape?.join(' x ')}, wanted one picture.`,
    );
  const input = 'input';
  for (const layer of read.layers) {
    if (layer.kind === 'InputLayer') {
      made.set(layer.name, { value: input, rank: 4 });
      continue;
    }
    const from = layer === first ? [{ value: input, rank: 4 }] : layer.from.map((each) => made.get(each) as Converted);
    made.set(layer.name, convertLayer({ layer, graph, from }));
  }
  const [last, ...others] = read.outputs.map((each) => made.get(each));
  if (last === undefined || others.length > 0)
    throw new FilmwrightError(
      'model-unavailable',
      `The TensorFlow.js model cannot be converted: it has ${read.outputs.length} outputs, wanted one.`,
    );
  const output = graph.add('Identity', { name: 'output', inputs: [last.value] });
  const sides = last.rank === 4 ? ['n', 'c', 'h', 'w'] : ['n', 'c'];
  const bytes = onnxFile({
    graph: graph.builder.finish({
      name,
      inputs: [pictureValue(input, { dims: [1, channels, height ?? 'height', width ?? 'width'] })],
      outputs: [{ name: output, type: 'float', dims: sides }],
    }),
    opset,
    producer: { name: 'filmwright', version: `tfjs ${tfjsConverterVersion}` },
  });
  return { bytes, input: { name: input, width: width ?? null, height: height ?? null, channels }, output };
}
