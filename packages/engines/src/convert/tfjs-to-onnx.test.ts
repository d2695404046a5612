import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { longestBase64, readLiteral } from './tfjs-literal.ts';
import { tfjsToOnnx } from './tfjs-to-onnx.ts';

type Weights = Readonly<
  Record<
    string,
    { readonly shape: readonly number[]; readonly values: readonly number[]; readonly quantised?: { min: number; scale: number } }
  >
>;

/** A model as TensorFlow.js would save it: layers in a row unless they say what they take. */
function modelOf(
  layers: readonly { readonly kind: string; readonly name: string; readonly config?: object; readonly from?: readonly string[] }[],
  weights: Weights,
) {
  const listed = layers.map(({ kind, name, config, from }, at) => {
    const inbound = from ?? (at === 0 ? [] : [layers[at - 1]?.name ?? '']);
    return {
      class_name: kind,
      name,
      config: { name, ...config },
      inbound_nodes: inbound.length === 0 ? [] : [inbound.map((one) => [one, 0, 0, {}])],
    };
  });
  const entries = Object.entries(weights);
  const model = {
    modelTopology: { model_config: { class_name: 'Model', config: { layers: listed, output_layers: [[layers.at(-1)?.name, 0, 0]] } } },
    weightsManifest: [
      {
        weights: entries.map(([name, { shape, quantised }]) => ({
          name,
          shape,
          dtype: 'float32',
          ...(quantised && { quantization: { ...quantised, dtype: 'uint8' } }),
        })),
      },
    ],
  };
  const parts = entries.map(([, { values, quantised }]) =>
    quantised ? Uint8Array.from(values) : new Uint8Array(Float32Array.from(values).buffer),
  );
  return { model, weights: new Uint8Array(Buffer.concat(parts)), name: 'test' };
}

const picture = (height: number, width: number, channels: number) => ({
  kind: 'InputLayer',
  name: 'in',
  config: { batch_input_shape: [null, height, width, channels] },
});

async function run(
  bytes: Uint8Array,
  { dims, values }: { readonly dims: readonly number[]; readonly values: readonly number[] },
): Promise<readonly number[]> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const { output } = await session.run({ input: new Tensor('float32', Float32Array.from(values), [...dims]) });
  assert.ok(output?.data instanceof Float32Array);
  return [...output.data];
}

function assertNear(found: readonly number[], wanted: readonly number[]): void {
  assert.equal(found.length, wanted.length);
  for (const [at, value] of wanted.entries())
    assert.ok(Math.abs((found[at] as number) - value) < 1e-5, `at ${at}: ${found[at]}, wanted ${value}`);
}

test('a convolution with a bias, quantised weights and padding on one side, a clipped activation and a dense softmax give the numbers worked out by hand', async () => {
  const { bytes, input, output } = tfjsToOnnx(
    modelOf(
      [
        picture(2, 2, 1),
        { kind: 'Conv2D', name: 'conv', config: { strides: [2, 2], padding: 'same', activation: 'relu6', dilation_rate: [1, 1] } },
        { kind: 'Flatten', name: 'flat' },
        { kind: 'Dense', name: 'dense', config: { activation: 'softmax' } },
      ],
      {
        // 3 x 3, one channel in, two out: the first sums, the second takes the top left.
        'conv/kernel': {
          shape: [3, 3, 1, 2],
          values: Array.from({ length: 18 }, (_, at) => (at % 2 === 0 ? 3 : at === 1 ? 5 : 1)),
          quantised: { min: -0.5, scale: 0.5 },
        },
        'conv/bias': { shape: [2], values: [0, 0.5] },
        'dense/kernel': { shape: [2, 2], values: [1, 0, 0, 1] },
        'dense/bias': { shape: [2], values: [0, 0] },
      },
    ),
  );
  assert.deepEqual({ input, output }, { input: { name: 'input', width: 2, height: 2, channels: 1 }, output: 'output' });
  // Stride 2 over 2 pixels wants one more row below and right: 1+2+3+4 = 10 clips to 6, and 2 * 1 + 0.5 = 2.5.
  const found = await run(bytes, { dims: [1, 1, 2, 2], values: [1, 2, 3, 4] });
  const [a, b] = [Math.exp(6), Math.exp(2.5)];
  assertNear(found, [a / (a + b), b / (a + b)]);
});

test('planes are flattened row by row with their channels together, as the dense layers behind them were trained', async () => {
  const { bytes } = tfjsToOnnx(
    modelOf([picture(1, 2, 2), { kind: 'Flatten', name: 'flat' }, { kind: 'Dense', name: 'dense', config: { use_bias: false } }], {
      'dense/kernel': { shape: [4, 1], values: [1, 10, 100, 1000] },
    }),
  );
  // Channels before rows: the first channel is 1, 2, the second 3, 4.
  assertNear(await run(bytes, { dims: [1, 2, 1, 2], values: [1, 2, 3, 4] }), [1 + 30 + 200 + 4000]);
});

test('depthwise convolution, normalisation, joining, pooling and adding do as they say', async () => {
  const { bytes } = tfjsToOnnx(
    modelOf(
      [
        picture(2, 2, 2),
        {
          kind: 'ZeroPadding2D',
          name: 'pad',
          config: {
            padding: [
              [0, 1],
              [0, 1],
            ],
          },
        },
        { kind: 'DepthwiseConv2D', name: 'deep', config: { strides: [1, 1], padding: 'valid', use_bias: false } },
        { kind: 'BatchNormalization', name: 'norm', config: { epsilon: 0 } },
        { kind: 'ReLU', name: 'cut', config: { max_value: null } },
        { kind: 'Add', name: 'sum', from: ['cut', 'in'] },
        { kind: 'Concatenate', name: 'both', from: ['sum', 'in'] },
        { kind: 'MaxPooling2D', name: 'most', config: { pool_size: [2, 2], strides: [2, 2], padding: 'valid' } },
        { kind: 'GlobalAveragePooling2D', name: 'mean' },
      ],
      {
        // Each channel takes the pixel below right of it; the second doubles it.
        'deep/depthwise_kernel': { shape: [2, 2, 2, 1], values: [0, 0, 0, 0, 0, 0, 1, 2] },
        'norm/gamma': { shape: [2], values: [2, 1] },
        'norm/beta': { shape: [2], values: [0, -1] },
        'norm/moving_mean': { shape: [2], values: [1, 0] },
        'norm/moving_variance': { shape: [2], values: [4, 1] },
      },
    ),
  );
  // First channel 1 2 3 4: below right 4 0 0 0, normalised 3 -1 -1 -1, cut 3 0 0 0, added 4 2 3 4; second 5 6 7 8: 16 0 0 0, 15 -1.., added 20 6 7 8.
  assertNear(await run(bytes, { dims: [1, 2, 2, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] }), [4, 20, 4, 8]);
});

test('a layer that is not known is refused by its name, and so are weights that do not fill their file', () => {
  const unknown = modelOf([picture(2, 2, 1), { kind: 'LSTM', name: 'memory' }], {});
  assert.throws(() => tfjsToOnnx(unknown), /layer memory \(LSTM\), layers of the kind LSTM are not known; known are ZeroPadding2D/);
  const short = modelOf([picture(2, 2, 1), { kind: 'Flatten', name: 'flat' }], { 'flat/kernel': { shape: [2], values: [1, 2] } });
  assert.throws(() => tfjsToOnnx({ ...short, weights: short.weights.slice(0, 7) }), /weights file has 7 bytes, wanted 8/);
  assert.throws(() => tfjsToOnnx({ model: { format: 'graph-model' }, weights: new Uint8Array(), name: 'x' }), /no layers model/);
});

test('a description that is none is refused as such, wherever it is none', () => {
  const weightsManifest = [{ weights: [] }];
  const input = { class_name: 'InputLayer', name: 'in', config: { batch_input_shape: [null, 2, 2, 1] } };
  const functional = (config: unknown) => ({ modelTopology: { class_name: 'Model', config }, weightsManifest });
  const layer = (kind: string, config: object = {}, inbound: unknown = [[['in', 0, 0]]]) =>
    functional({ layers: [input, { class_name: kind, name: 'l', config, inbound_nodes: inbound }], output_layers: [['l', 0, 0]] });
  for (const model of [
    { modelTopology: { class_name: 'Sequential', config: { layers: [3] } }, weightsManifest },
    functional({ layers: [input], output_layers: [null] }),
    functional({ layers: [input], output_layers: [['elsewhere', 0, 0]] }),
    layer('Flatten', {}, [{ args: ['in'] }]),
    layer('ZeroPadding2D', { padding: 'same' }),
    layer('constructor'),
  ])
    assert.throws(
      () => tfjsToOnnx({ model, weights: new Uint8Array(), name: 'x' }),
      (error) => error instanceof FilmwrightError && error.code === 'model-unavailable',
      JSON.stringify(model),
    );
});

test('a description inside a script is read without running it, and a script that is no plain value is refused', () => {
  const script = '!function(){module.exports={a:[1,-.5,2e-3],"b c":{d:!0,e:null},f:"x"}}();';
  assert.deepEqual(readLiteral(script, script.indexOf('{a:')), { a: [1, -0.5, 0.002], 'b c': { d: true, e: null }, f: 'x' });
  assert.throws(() => readLiteral('{a:process.exit()}', 0), /wanted a plain value/);
  assert.throws(() => readLiteral(`${'['.repeat(200)}`, 0), /nested deeper/);
  assert.deepEqual([...longestBase64(`x="abc";y="${Buffer.alloc(90, 7).toString('base64')}"`)], Array(90).fill(7));
});
