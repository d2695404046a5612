import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilmwrightError } from '@filmwright/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ncnnToOnnx } from './ncnn-to-onnx.ts';

const floats = (...values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
const plainTag = Buffer.alloc(4);
const halfTag = Buffer.from([0x47, 0x6b, 0x30, 0x01]);
const half = { one: [0x00, 0x3c], two: [0x00, 0x40], minusOne: [0x00, 0xbc] };

const param = (...layers: readonly string[]): string => ['7767517', `${layers.length} 99`, ...layers, ''].join('\n');

type Run = {
  readonly param: string;
  readonly bin?: Buffer;
  readonly inputs: Readonly<Record<string, readonly [readonly number[], readonly number[]]>>;
};

async function run({
  param: text,
  bin = Buffer.alloc(0),
  inputs,
}: Run): Promise<{ readonly dims: readonly number[]; readonly values: readonly number[] }> {
  const session = await InferenceSession.create(ncnnToOnnx({ name: 'small', param: text, bin }));
  const feeds = Object.entries(inputs).map(([name, [dims, values]]) => [name, new Tensor('float32', Float32Array.from(values), [...dims])]);
  const results = await session.run(Object.fromEntries(feeds));
  const output = results[session.outputNames[0] ?? ''];
  assert.ok(output !== undefined);
  return { dims: output.dims, values: [...(output.data as Float32Array)] };
}

test('convolutions with weights of 16 bits, biases, fused slopes and slopes a channel give what they say', async () => {
  const text = param(
    'Input in 0 1 in',
    'Split both 1 2 in a b',
    'Convolution conv 1 1 a c 0=2 1=1 5=1 6=2 9=2 -23310=1,5.0e-1',
    'PReLU slope 1 1 c d 0=2',
    'Concat cat 2 1 d b e 0=0',
  );
  const bin = Buffer.concat([halfTag, Buffer.from([...half.two, ...half.minusOne]), floats(1, 0), floats(0.1, 10)]);
  const { dims, values } = await run({
    param: text,
    bin,
    inputs: {
      in: [
        [1, 1, 1, 2],
        [1, -3],
      ],
    },
  });
  assert.deepEqual(dims, [1, 3, 1, 2]);
  // 2x + 1 and -x, each below zero halved and then times its slope; then x itself.
  assert.deepEqual(
    values.map((value) => Math.round(value * 1000) / 1000),
    [3, -0.25, -5, 3, 1, -3],
  );
});

test('a deconvolution is the same with its weights in the other order, and pixels of the depth lie beside each other', async () => {
  const text = param('Input in 0 1 in', 'Deconvolution up 1 1 in wide 0=4 1=1 3=1 6=8', 'PixelShuffle shuffle 1 1 wide out 0=2');
  const bin = Buffer.concat([plainTag, floats(1, 0, 0, 1, 1, 1, 2, 0)]);
  const { dims, values } = await run({
    param: text,
    bin,
    inputs: {
      in: [
        [1, 2, 1, 1],
        [10, 7],
      ],
    },
  });
  assert.deepEqual(
    [dims, values],
    [
      [1, 1, 2, 2],
      [10, 7, 17, 20],
    ],
  );
});

test('sums with factors, reversed differences, crops and sizes are taken over', async () => {
  const text = param(
    'Input in 0 1 in',
    'Crop first 1 1 in a -23309=1,0 -23310=1,1 -23311=1,0',
    'BinaryOp reversed 1 1 a b 0=7 1=1 2=1.0',
    'Interp nearest 1 1 b c 0=1 1=2.0 2=1.0',
    'Interp nearest2 1 1 a d 0=1 1=2.0 2=1.0',
    'Eltwise sum 2 1 c d out 0=1 -23301=2,10.0,1.0',
  );
  const { dims, values } = await run({
    param: text,
    inputs: {
      in: [
        [1, 2, 1, 2],
        [3, 5, 100, 100],
      ],
    },
  });
  assert.deepEqual(
    [dims, values],
    [
      [1, 1, 2, 2],
      [-17, -35, -17, -35],
    ],
  );
});

test('a warp moves a picture by its flow and holds the border', async () => {
  const text = param('Input picture 0 1 picture', 'Input flow 0 1 flow', 'rife.Warp warp 2 1 picture flow out');
  const across = [1, 1, 0.5, 1];
  const down = [0, 1, 0, 0];
  const inputs = {
    picture: [
      [1, 1, 2, 2],
      [0, 1, 10, 11],
    ],
    flow: [
      [1, 2, 2, 2],
      [...across, ...down],
    ],
  } as const;
  const { values } = await run({ param: text, inputs });
  assert.deepEqual(
    values.map((value) => Math.round(value * 1000) / 1000),
    [1, 11, 10.5, 11],
  );
});

test('what cannot be converted is refused by its name, and weights that do not belong to the graph by their length', () => {
  const refused = (text: string, bin: Buffer, wanted: RegExp): void => {
    assert.throws(
      () => ncnnToOnnx({ name: 'small', param: text, bin }),
      (error) => error instanceof FilmwrightError && error.code === 'model-unavailable' && wanted.test(error.message),
    );
  };
  const conv = param('Input in 0 1 in', 'Convolution conv 1 1 in out 0=1 1=1 6=1');
  refused(param('Input in 0 1 in', 'YoloV8 detect 1 1 in out'), Buffer.alloc(0), /layer YoloV8 \(detect\)/);
  refused(conv, Buffer.concat([plainTag, floats(1, 2)]), /8 of the 12 bytes/);
  refused(conv, plainTag, /end early: layer conv \(Convolution\) wants 4 bytes at 4 of 4/);
  refused(conv, Buffer.concat([Buffer.from([1, 2, 3, 4]), floats(1)]), /stored as 0x4030201/);
  refused(`x${conv}`, Buffer.alloc(0), /begins with "x7767517"/);
  refused(param('Input in 0 1 in', 'Sigmoid s 1 1 other out'), Buffer.alloc(0), /takes other, which no layer before it gives/);
  refused(param('Input in 0 1 in', 'Convolution conv 1 1 in out 0=1 1=1 6=1 9=6'), Buffer.concat([plainTag, floats(1)]), /activation 6/);
  // What every object has is no layer.
  refused(param('Input in 0 1 in', 'constructor c 1 1 in out'), Buffer.alloc(0), /layer constructor \(c\)/);
  const odd = param('Input in 0 1 in', 'Convolution conv 1 1 in out 0=2 1=1 6=3');
  refused(odd, Buffer.concat([plainTag, floats(1, 2, 3)]), /3 weights.*2 outputs/);
  const none = param('Input in 0 1 in', 'Deconvolution conv 1 1 in out 0=0 1=1 6=0');
  refused(none, plainTag, /0 weights.*0 outputs/);
  refused(param('Input in 0 1 in', 'Interp up 1 1 in out 0=2 3=8 4=8'), Buffer.alloc(0), /setting 3=8/);
});

test('the same files give the same bytes', () => {
  const model = { name: 'small', param: param('Input in 0 1 in', 'Sigmoid s 1 1 in out'), bin: Buffer.alloc(0) };
  assert.deepEqual(ncnnToOnnx(model), ncnnToOnnx(model));
});
