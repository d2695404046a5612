import { attribute, type GraphBuilder } from './graph-builder.ts';
import { type NcnnLayer, type NcnnValues, type NcnnWeights, refuseNcnn } from './ncnn-file.ts';
import { warpLayer } from './ncnn-warp.ts';

/** What a layer is translated with; `inputs` are the names in the new graph, where copies of a blob are the blob itself. */
export type LayerInput = {
  readonly layer: NcnnLayer;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly graph: GraphBuilder;
  readonly weights: NcnnWeights;
};
type TranslateLayer = (input: LayerInput) => void;

const number = (layer: NcnnLayer, key: number, fallback = 0): number => layer.numbers.get(key) ?? fallback;

/** Throws where a layer has a setting that would mean something else than what is written. */
function wantPlain(layer: NcnnLayer, rules: Readonly<Record<number, number>>): void {
  for (const [key, wanted] of Object.entries(rules)) {
    const found = number(layer, Number(key), wanted);
    if (found !== wanted) throw refuseNcnn(`layer ${layer.name} (${layer.type}) has the setting ${key}=${found}; wanted ${wanted}`);
  }
}

/** A weight as a constant of 32-bit floats; one kept as 16-bit floats is widened where the model is loaded. */
function weightName(
  { graph }: LayerInput,
  { name, dims, values }: { readonly name: string; readonly dims: readonly number[]; readonly values: NcnnValues },
): string {
  const constant = graph.constant({ name, dims, ...values });
  if (values.type === 'float') return constant;
  return graph.step('Cast', { near: name, inputs: [constant], attributes: { to: attribute.int(1) } });
}

type Kernel = {
  readonly attributes: NonNullable<Parameters<GraphBuilder['node']>[1]['attributes']>;
  readonly area: number;
  readonly across: number;
  readonly down: number;
};

function kernelOf({ layer }: LayerInput): Kernel {
  const across = number(layer, 1);
  const down = number(layer, 11, across);
  const [dilation, stride, left] = [number(layer, 2, 1), number(layer, 3, 1), number(layer, 4)];
  const pads = [number(layer, 14, left), left, number(layer, 16, number(layer, 14, left)), number(layer, 15, left)];
  if (pads.some((pad) => pad < 0))
    throw refuseNcnn(`layer ${layer.name} (${layer.type}) has padding that depends on the size of its input`);
  return {
    across,
    down,
    area: across * down,
    attributes: {
      kernel_shape: attribute.ints(down, across),
      dilations: attribute.ints(number(layer, 12, dilation), dilation),
      strides: attribute.ints(number(layer, 13, stride), stride),
      pads: attribute.ints(...pads),
    },
  };
}

/** How many channels a kernel takes, by how many weights there are. */
function channelsOf(
  { name, type }: NcnnLayer,
  { outputs, count, area }: { readonly outputs: number; readonly count: number; readonly area: number },
): number {
  const channels = count / (outputs * area);
  if (Number.isInteger(channels) && channels > 0) return channels;
  throw refuseNcnn(
    `layer ${name} (${type}) has ${count} weights for ${outputs} outputs of ${area} pixels; wanted as many for each channel`,
  );
}

/** Runs `write` with the name that its operator should give, and the activation that is fused into the layer behind it. */
function withActivation(input: LayerInput, write: (output: string) => void): void {
  const { layer, graph, output } = input;
  const kind = number(layer, 9);
  const values = layer.arrays.get(10) ?? [];
  const raw = kind === 0 ? output : `${output}/raw`;
  write(raw);
  if (kind === 0) return;
  if (kind === 1) graph.node('Relu', { inputs: [raw], outputs: [output] });
  else if (kind === 2)
    graph.node('LeakyRelu', { inputs: [raw], outputs: [output], attributes: { alpha: attribute.float(values[0] ?? 0) } });
  else if (kind === 3) {
    const limits = values.map((value, at) => graph.floats(`${layer.name}/limit_${at}`, { dims: [], values: [value] }));
    graph.node('Clip', { inputs: [raw, ...limits], outputs: [output] });
  } else if (kind === 4) graph.node('Sigmoid', { inputs: [raw], outputs: [output] });
  else throw refuseNcnn(`layer ${layer.name} (${layer.type}) has the activation ${kind}; wanted 0 to 4`);
}

function convolution(input: LayerInput): void {
  const { layer, graph, weights, inputs } = input;
  wantPlain(layer, { 8: 0, 18: 0, 19: 0 });
  const kernel = kernelOf(input);
  const [outputs, count] = [number(layer, 0), number(layer, 6)];
  const channels = channelsOf(layer, { outputs, count, area: kernel.area });
  const values = weights.tagged(count, layer);
  const weight = weightName(input, { name: `${layer.name}/weight`, dims: [outputs, channels, kernel.down, kernel.across], values });
  const bias =
    number(layer, 5) === 1
      ? [weightName(input, { name: `${layer.name}/bias`, dims: [outputs], values: weights.plain(outputs, layer) })]
      : [];
  withActivation(input, (output) =>
    graph.node('Conv', { inputs: [...inputs, weight, ...bias], outputs: [output], attributes: kernel.attributes }),
  );
}

function deconvolution(input: LayerInput): void {
  const { layer, graph, weights, inputs } = input;
  wantPlain(layer, { 18: 0, 19: 0, 20: 0, 21: 0, 28: 0 });
  const kernel = kernelOf(input);
  const [outputs, count] = [number(layer, 0), number(layer, 6)];
  const channels = channelsOf(layer, { outputs, count, area: kernel.area });
  const values = swapFirstTwo(weights.tagged(count, layer), { outputs, channels, area: kernel.area });
  const weight = weightName(input, { name: `${layer.name}/weight`, dims: [channels, outputs, kernel.down, kernel.across], values });
  const bias =
    number(layer, 5) === 1
      ? [weightName(input, { name: `${layer.name}/bias`, dims: [outputs], values: weights.plain(outputs, layer) })]
      : [];
  withActivation(input, (output) =>
    graph.node('ConvTranspose', { inputs: [...inputs, weight, ...bias], outputs: [output], attributes: kernel.attributes }),
  );
}

/** ncnn keeps the kernels of both directions with the outputs first, ONNX those of the way back with the inputs first. */
function swapFirstTwo(
  { type, bytes }: NcnnValues,
  { outputs, channels, area }: { readonly outputs: number; readonly channels: number; readonly area: number },
): NcnnValues {
  const length = area * (type === 'float' ? 4 : 2);
  const swapped = new Uint8Array(bytes.length);
  for (let out = 0; out < outputs; out++)
    for (let channel = 0; channel < channels; channel++) {
      const from = (out * channels + channel) * length;
      swapped.set(bytes.subarray(from, from + length), (channel * outputs + out) * length);
    }
  return { type, bytes: swapped };
}

const binaryOperators = ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'Sub', 'Div'];
const firstReversed = 7;

function binary({ layer, graph, inputs, output }: LayerInput): void {
  const kind = number(layer, 0);
  const operator = binaryOperators[kind];
  if (operator === undefined)
    throw refuseNcnn(`layer ${layer.name} (${layer.type}) computes ${kind}; wanted 0 to ${binaryOperators.length - 1}`);
  const scalar = number(layer, 1) === 1 ? [graph.floats(`${layer.name}/value`, { dims: [], values: [number(layer, 2)] })] : [];
  const both = [...inputs, ...scalar];
  graph.node(operator, { inputs: kind >= firstReversed ? both.reverse() : both, outputs: [output] });
}

function elementwise({ layer, graph, inputs, output }: LayerInput): void {
  const operator = ['Mul', 'Add', 'Max'][number(layer, 0)];
  if (operator === undefined) throw refuseNcnn(`layer ${layer.name} (${layer.type}) computes ${number(layer, 0)}; wanted 0 to 2`);
  const factors = layer.arrays.get(1) ?? [];
  const terms = inputs.map((name, at) => {
    const factor = operator === 'Add' ? (factors[at] ?? 1) : 1;
    if (factor === 1) return name;
    return graph.step('Mul', { near: output, inputs: [name, graph.floats(`${layer.name}/factor_${at}`, { dims: [], values: [factor] })] });
  });
  const last = terms.slice(1, -1).reduce((sum, term) => graph.step(operator, { near: output, inputs: [sum, term] }), terms[0] ?? '');
  graph.node(operator, { inputs: [last, terms.at(-1) ?? ''], outputs: [output] });
}

function interpolation({ layer, graph, inputs, output }: LayerInput): void {
  wantPlain(layer, { 3: 0, 4: 0, 5: 0, 6: 0 });
  const scales = graph.floats(`${layer.name}/scales`, { dims: [4], values: [1, 1, number(layer, 1, 1), number(layer, 2, 1)] });
  const kinds = {
    1: {
      mode: attribute.text('nearest'),
      coordinate_transformation_mode: attribute.text('asymmetric'),
      nearest_mode: attribute.text('floor'),
    },
    2: { mode: attribute.text('linear'), coordinate_transformation_mode: attribute.text('half_pixel') },
    3: {
      mode: attribute.text('cubic'),
      coordinate_transformation_mode: attribute.text('half_pixel'),
      cubic_coeff_a: attribute.float(-0.75),
    },
  } as const;
  const kind = number(layer, 0);
  if (kind !== 1 && kind !== 2 && kind !== 3)
    throw refuseNcnn(`layer ${layer.name} (${layer.type}) resizes in the way ${kind}; wanted 1 to 3`);
  graph.node('Resize', { inputs: [...inputs, '', scales], outputs: [output], attributes: kinds[kind] });
}

/** ncnn's sign for "up to the end". */
const untilEnd = -233;

function crop({ layer, graph, inputs, output }: LayerInput): void {
  const [starts, ends] = [layer.arrays.get(9), layer.arrays.get(10)];
  if (starts === undefined || ends === undefined)
    throw refuseNcnn(`layer ${layer.name} (${layer.type}) is cropped by another blob or by its sides; wanted lists`);
  const axes = layer.arrays.get(11) ?? starts.map((_, at) => at);
  const list = (name: string, values: readonly number[]): string => graph.ints(`${layer.name}/${name}`, { dims: [values.length], values });
  const names = [
    list('starts', starts),
    list(
      'ends',
      ends.map((end) => (end === untilEnd ? 2 ** 31 - 1 : end)),
    ),
    list('axes', axes.map(pictureAxis)),
  ];
  graph.node('Slice', { inputs: [...inputs, ...names], outputs: [output] });
}

/** ncnn's pictures have no batch. */
function pictureAxis(axis: number): number {
  return axis < 0 ? axis : axis + 1;
}

/** Every layer that can be translated, by ncnn's name for it; `Input` and `Split` are names only and stand in the graph's own code. */
export const ncnnLayers: Readonly<Record<string, TranslateLayer>> = {
  Convolution: convolution,
  Deconvolution: deconvolution,
  BinaryOp: binary,
  Eltwise: elementwise,
  Interp: interpolation,
  Crop: crop,
  'rife.Warp': warpLayer,
  Concat: ({ layer, graph, inputs, output }) =>
    graph.node('Concat', { inputs, outputs: [output], attributes: { axis: attribute.int(pictureAxis(number(layer, 0))) } }),
  PixelShuffle: ({ layer, graph, inputs, output }) =>
    graph.node('DepthToSpace', {
      inputs,
      outputs: [output],
      attributes: { blocksize: attribute.int(number(layer, 0, 1)), mode: attribute.text(number(layer, 1) === 0 ? 'CRD' : 'DCR') },
    }),
  PReLU: (input) => {
    const { layer, graph, weights, inputs, output } = input;
    const count = number(layer, 0);
    const slope = weightName(input, { name: `${layer.name}/slope`, dims: [count, 1, 1], values: weights.plain(count, layer) });
    graph.node('PRelu', { inputs: [...inputs, slope], outputs: [output] });
  },
  ReLU: ({ layer, graph, inputs, output }) => {
    const slope = number(layer, 0);
    if (slope === 0) graph.node('Relu', { inputs, outputs: [output] });
    else graph.node('LeakyRelu', { inputs, outputs: [output], attributes: { alpha: attribute.float(slope) } });
  },
  Sigmoid: ({ graph, inputs, output }) => graph.node('Sigmoid', { inputs, outputs: [output] }),
};
