import { FilmwrightError } from '@filmwright/contracts';
import { z } from 'zod';
import type { OnnxAttribute } from './onnx-file.ts';
import type { TfjsGraph } from './tfjs-graph.ts';
import type { TfjsLayer } from './tfjs-model.ts';

/** A converted value and how many dimensions it has: four for planes, two for a row of numbers. */
export type Converted = { readonly value: string; readonly rank: number };
type Converting = { readonly layer: TfjsLayer; readonly graph: TfjsGraph; readonly from: readonly Converted[] };

/** Adds what a layer does to the graph; throws `model-unavailable` naming a layer, activation or setting that is not known. */
export function convertLayer(input: Converting): Converted {
  const { layer } = input;
  const convert = Object.hasOwn(converters, layer.kind) ? converters[layer.kind] : undefined;
  if (convert === undefined)
    throw refuse(layer, `layers of the kind ${layer.kind} are not known; known are ${Object.keys(converters).join(', ')}`);
  if ((layer.config['data_format'] ?? 'channels_last') !== 'channels_last') throw refuse(layer, 'it has its channels first, wanted last');
  return convert(input);
}

const converters: Readonly<Record<string, (input: Converting) => Converted>> = {
  ZeroPadding2D: padded,
  Conv2D: (input) => convolved(input, { kernel: 'kernel', order: [3, 2, 0, 1] }),
  DepthwiseConv2D: (input) => convolved(input, { kernel: 'depthwise_kernel', order: [2, 3, 0, 1] }),
  BatchNormalization: normalised,
  ReLU: rectified,
  Activation: (input) => activated(only(input), { input, name: input.layer.name }),
  Softmax: (input) => activated(only(input), { input, name: input.layer.name, kind: 'softmax' }),
  Add: (input) => joined(input, 'Add'),
  Multiply: (input) => joined(input, 'Mul'),
  Concatenate: concatenated,
  AveragePooling2D: (input) => pooled(input, 'AveragePool'),
  MaxPooling2D: (input) => pooled(input, 'MaxPool'),
  GlobalAveragePooling2D: pooledWhole,
  Flatten: flattened,
  Dense: connected,
  Dropout: only,
};

function only({ from, layer }: Converting): Converted {
  const [first] = from;
  if (first === undefined || from.length !== 1) throw refuse(layer, `it takes ${from.length} values, wanted 1`);
  return first;
}

const pairSchema = z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]);
const paddingSchema = z.tuple([pairSchema, pairSchema]);

function padded(input: Converting): Converted {
  const { layer, graph } = input;
  const { value, rank } = only(input);
  const padding = paddingSchema.safeParse(layer.config['padding']).data;
  if (padding === undefined)
    throw refuse(layer, `it pads by ${JSON.stringify(layer.config['padding'])}, wanted two pairs of whole numbers`);
  const [[top, bottom], [left, right]] = padding;
  const pads = graph.builder.ints(`${layer.name}:pads`, { dims: [8], values: [0, 0, top, left, 0, 0, bottom, right] });
  return { value: graph.add('Pad', { name: layer.name, inputs: [value, pads] }), rank };
}

function convolved(input: Converting, { kernel, order }: { readonly kernel: string; readonly order: readonly number[] }): Converted {
  const { layer, graph } = input;
  const { config, name } = layer;
  const { value, rank } = only(input);
  const shape = graph.shapeOf(`${name}/${kernel}`);
  const weight = graph.weight(`${name}/${kernel}`, order);
  if (weight === undefined || shape === undefined || shape.length !== 4)
    throw refuse(layer, `it has no weights ${kernel} of four dimensions`);
  const depthwise = kernel === 'depthwise_kernel';
  if (depthwise && shape[3] !== 1) throw refuse(layer, `its depth multiplier is ${shape[3]}, wanted 1`);
  const bias = config['use_bias'] === false ? undefined : graph.weight(`${name}/bias`);
  const attributes = {
    kernel_shape: { ints: shape.slice(0, 2) },
    strides: { ints: pair(config['strides']) },
    dilations: { ints: pair(config['dilation_rate'] ?? 1) },
    auto_pad: { text: paddingOf(layer) },
    group: { int: depthwise ? (shape[2] as number) : 1 },
  };
  const activation = activationOf(layer);
  const inputs = [value, weight, ...(bias === undefined ? [] : [bias])];
  const made = graph.add('Conv', { name: activation === 'linear' ? name : `${name}:linear`, inputs, attributes });
  return activated({ value: made, rank }, { input, name, kind: activation });
}

function normalised(input: Converting): Converted {
  const { layer, graph } = input;
  const { value, rank } = only(input);
  const { config, name } = layer;
  const count = graph.shapeOf(`${name}/moving_mean`)?.[0];
  const mean = graph.weight(`${name}/moving_mean`);
  const variance = graph.weight(`${name}/moving_variance`);
  if (count === undefined || mean === undefined || variance === undefined) throw refuse(layer, 'it has no moving mean and variance');
  const constant = (part: string, filled: number): string =>
    graph.weight(`${name}/${part}`) ??
    graph.builder.floats(`${name}/${part}`, { dims: [count], values: Array<number>(count).fill(filled) });
  const inputs = [value, constant('gamma', 1), constant('beta', 0), mean, variance];
  const attributes = { epsilon: { float: Number(config['epsilon'] ?? 1e-3) } };
  return { value: graph.add('BatchNormalization', { name, inputs, attributes }), rank };
}

function rectified(input: Converting): Converted {
  const { layer, graph } = input;
  const { value, rank } = only(input);
  const { max_value: most, negative_slope: slope = 0, threshold = 0 } = layer.config;
  if (threshold !== 0) throw refuse(layer, `its threshold is ${threshold}, wanted 0`);
  const { name } = layer;
  if (slope !== 0) {
    if (typeof most === 'number') throw refuse(layer, 'it has both a slope and a greatest value');
    return { value: graph.add('LeakyRelu', { name, inputs: [value], attributes: { alpha: { float: Number(slope) } } }), rank };
  }
  if (typeof most !== 'number') return { value: graph.add('Relu', { name, inputs: [value] }), rank };
  return { value: clipped(value, { graph, name, most }), rank };
}

function clipped(
  value: string,
  { graph, name, most }: { readonly graph: TfjsGraph; readonly name: string; readonly most: number },
): string {
  return graph.add('Clip', { name, inputs: [value, graph.single(`${name}:least`, 0), graph.single(`${name}:most`, most)] });
}

type Activating = { readonly input: Converting; readonly name: string; readonly kind?: string };

const simpleActivations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  elu: 'Elu',
  softplus: 'Softplus',
};

function activated({ value, rank }: Converted, { input, name, kind = activationOf(input.layer) }: Activating): Converted {
  const { graph, layer } = input;
  if (kind === 'linear') return { value, rank };
  if (kind === 'relu6') return { value: clipped(value, { graph, name, most: 6 }), rank };
  if (kind === 'softmax') {
    const axis = Number(layer.config['axis'] ?? -1);
    if (axis !== -1 && axis !== rank - 1) throw refuse(layer, `its softmax runs along ${axis}, wanted the last dimension`);
    return { value: graph.add('Softmax', { name, inputs: [value], attributes: { axis: { int: 1 } } }), rank };
  }
  const op = simpleActivations[kind];
  if (op === undefined) throw refuse(layer, `the activation ${kind} is not known`);
  return { value: graph.add(op, { name, inputs: [value] }), rank };
}

function joined({ layer, graph, from }: Converting, op: 'Add' | 'Mul'): Converted {
  const [first, ...others] = from;
  if (first === undefined || others.length === 0) throw refuse(layer, 'it takes fewer than two values');
  const last = others.length - 1;
  const value = others.reduce(
    (sum, other, at) => graph.add(op, { name: at === last ? layer.name : `${layer.name}:${at}`, inputs: [sum, other.value] }),
    first.value,
  );
  return { value, rank: first.rank };
}

function concatenated({ layer, graph, from }: Converting): Converted {
  const rank = from[0]?.rank ?? 0;
  const axis = Number(layer.config['axis'] ?? -1);
  if (axis !== -1 && axis !== rank - 1) throw refuse(layer, `it joins along ${axis}, wanted the last dimension`);
  const inputs = from.map(({ value }) => value);
  return { value: graph.add('Concat', { name: layer.name, inputs, attributes: { axis: { int: 1 } } }), rank };
}

function pooled(input: Converting, op: 'AveragePool' | 'MaxPool'): Converted {
  const { layer, graph } = input;
  const { value, rank } = only(input);
  const size = pair(layer.config['pool_size']);
  const attributes: Record<string, OnnxAttribute> = {
    kernel_shape: { ints: size },
    strides: { ints: pair(layer.config['strides'] ?? size) },
    auto_pad: { text: paddingOf(layer) },
  };
  return { value: graph.add(op, { name: layer.name, inputs: [value], attributes }), rank };
}

function pooledWhole(input: Converting): Converted {
  const { layer, graph } = input;
  const { value } = only(input);
  const mean = graph.add('GlobalAveragePool', { name: `${layer.name}:mean`, inputs: [value] });
  if (layer.config['keepdims'] === true) return { value: mean, rank: 4 };
  return { value: graph.add('Flatten', { name: layer.name, inputs: [mean], attributes: { axis: { int: 1 } } }), rank: 2 };
}

/** Rows are read before planes there, so planes go last first. */
function flattened(input: Converting): Converted {
  const { layer, graph } = input;
  const { value, rank } = only(input);
  const rows =
    rank !== 4
      ? value
      : graph.add('Transpose', { name: `${layer.name}:rows`, inputs: [value], attributes: { perm: { ints: [0, 2, 3, 1] } } });
  return { value: graph.add('Flatten', { name: layer.name, inputs: [rows], attributes: { axis: { int: 1 } } }), rank: 2 };
}

function connected(input: Converting): Converted {
  const { layer, graph } = input;
  const { value, rank } = only(input);
  if (rank !== 2) throw refuse(layer, `it takes ${rank} dimensions, wanted 2`);
  const { name, config } = layer;
  const kernel = graph.weight(`${name}/kernel`);
  if (kernel === undefined) throw refuse(layer, 'it has no weights kernel');
  const bias = config['use_bias'] === false ? undefined : graph.weight(`${name}/bias`);
  const activation = activationOf(layer);
  const made = graph.add('Gemm', {
    name: activation === 'linear' ? name : `${name}:linear`,
    inputs: [value, kernel, ...(bias === undefined ? [] : [bias])],
  });
  return activated({ value: made, rank }, { input, name, kind: activation });
}

function activationOf({ config }: TfjsLayer): string {
  return String(config['activation'] ?? 'linear');
}

function pair(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : [Number(value), Number(value)];
}

function paddingOf(layer: TfjsLayer): string {
  const padding = String(layer.config['padding'] ?? 'valid');
  if (padding === 'valid') return 'VALID';
  if (padding === 'same') return 'SAME_UPPER';
  throw refuse(layer, `its padding is ${padding}, wanted valid or same`);
}

function refuse({ name, kind }: TfjsLayer, why: string): FilmwrightError {
  return new FilmwrightError('model-unavailable', `The TensorFlow.js model cannot be converted: at the layer ${name} (${kind}), ${why}.`);
}
