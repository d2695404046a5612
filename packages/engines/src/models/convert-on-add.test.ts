import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ncnnToOnnx } from '../convert/ncnn-to-onnx.ts';
import { tfjsToOnnx } from '../convert/tfjs-to-onnx.ts';
import { addModel } from './add-model.ts';
import { installedModel } from './model-shelf.ts';
import { adding, modelsHome, offer, settingsOf } from './testing/models-home.ts';

const param = ['7767517', '2 2', 'Input in 0 1 in', 'Convolution conv 1 1 in out 0=1 1=1 6=1', ''].join('\n');
const bin = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x40]);
const settings = settingsOf({});

test('weights of ncnn are rewritten as ONNX when they are added, and the revision says by which version of the converter', async (t) => {
  const weights = await modelsHome(t);
  const source = join(weights.home, 'source');
  await mkdir(join(source, 'nets'), { recursive: true });
  await writeFile(join(source, 'nets/small.param'), param);
  await writeFile(join(source, 'nets/small.bin'), bin);
  await writeFile(join(source, 'README.md'), 'words');
  const wanted = offer({ source: `file:${source}`, select: ['nets/*'], convert: { from: 'ncnn', files: null } });
  const { card, ref } = await addModel({ ...weights, ...adding(wanted, settings) });
  assert.deepEqual(
    card.files.map(({ path }) => path),
    ['nets/small.onnx'],
  );
  assert.equal(card.convert?.version, 1);
  assert.deepEqual(
    card.convert?.files?.map(({ path, bytes }) => [path, bytes]),
    [
      ['nets/small.bin', bin.length],
      ['nets/small.param', param.length],
    ],
  );
  const { folder, place } = await installedModel({ name: 'tiny', home: weights.home });
  const made = await readFile(join(folder, 'nets/small.onnx'));
  assert.deepEqual(made, Buffer.from(ncnnToOnnx({ name: 'small', param, bin })));
  assert.match(await readFile(join(place, 'NOTICE'), 'utf8'), /rewritten from ncnn as ONNX/);
  // Evicted, it comes back as the same revision; where the converter would give other bytes, it does not.
  await rm(folder, { recursive: true });
  assert.equal((await addModel({ ...weights, ...adding(ref, settings) })).ref, ref);
  const changed = { ...card, files: card.files.map((file) => ({ ...file, digest: `sha256-${'0'.repeat(64)}` as const })) };
  const { revision: _, ...other } = { ...changed, name: 'other' };
  await assert.rejects(addModel({ ...weights, ...adding(other, settings) }), /version 1 of the converter, and this one is version 1/);
});

test('weights without their graph, or with a layer that is not known, are refused and nothing is added', async (t) => {
  const weights = await modelsHome(t);
  const source = join(weights.home, 'source');
  await mkdir(source);
  await writeFile(join(source, 'small.param'), param.replace('Convolution', 'Yolo'));
  const wanted = offer({ source: `file:${source}`, convert: { from: 'ncnn', files: null } });
  await assert.rejects(addModel({ ...weights, ...adding(wanted, settings) }), /small\.bin is missing/);
  await writeFile(join(source, 'small.bin'), bin);
  await assert.rejects(addModel({ ...weights, ...adding(wanted, settings) }), /it has a layer Yolo \(conv\)/);
  await assert.rejects(installedModel({ name: 'tiny', home: weights.home }), /There is no model named tiny/);
});

const description = {
  modelTopology: {
    class_name: 'Sequential',
    config: {
      layers: [
        { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 1, 1, 2] } },
        { class_name: 'Flatten', config: { name: 'flat' } },
        { class_name: 'Dense', config: { name: 'dense' } },
      ],
    },
  },
  weightsManifest: [
    {
      paths: ['part1of2.bin', 'part2of2.bin'],
      weights: [
        { name: 'dense/kernel', shape: [2, 1], dtype: 'float32' },
        { name: 'dense/bias', shape: [1], dtype: 'float32' },
      ],
    },
  ],
};
const numbers = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
const converted = tfjsToOnnx({ model: description, weights: numbers, name: 'model' }).bytes;
const ofTfjs = { capability: 'image-review', convert: { from: 'tfjs', files: null } } as const;

test('a model of TensorFlow.js is rewritten from its description and all parts of its weights, whose borders fall anywhere', async (t) => {
  const weights = await modelsHome(t);
  const source = join(weights.home, 'source');
  await mkdir(join(source, 'web'), { recursive: true });
  await writeFile(join(source, 'package.json'), '{ "name": "tiny" }');
  await writeFile(join(source, 'web/model.json'), JSON.stringify(description));
  await writeFile(join(source, 'web/part1of2.bin'), numbers.subarray(0, 5));
  const wanted = offer({ source: `file:${source}`, ...ofTfjs });
  await assert.rejects(addModel({ ...weights, ...adding(wanted, settings) }), /web\/part2of2\.bin is missing; wanted all parts/);
  await writeFile(join(source, 'web/part2of2.bin'), numbers.subarray(5));
  const { card } = await addModel({ ...weights, ...adding(wanted, settings) });
  assert.deepEqual(
    card.files.map(({ path }) => path),
    ['web/model.onnx'],
  );
  assert.deepEqual({ from: card.convert?.from, version: card.convert?.version }, { from: 'tfjs', version: 1 });
  const { folder } = await installedModel({ name: 'tiny', home: weights.home });
  assert.deepEqual(await readFile(join(folder, 'web/model.onnx')), Buffer.from(converted));
});

test('the same model carried by scripts gives the same bytes, and files that are no such model are named', async (t) => {
  const weights = await modelsHome(t);
  const source = join(weights.home, 'source');
  await mkdir(source);
  await writeFile(join(source, 'other.json'), '[1]');
  const wanted = offer({ source: `file:${source}`, ...ofTfjs });
  await assert.rejects(
    addModel({ ...weights, ...adding(wanted, settings) }),
    /no model\.json of a layers model among its files other\.json/,
  );
  // A part is found by its longest run of base64, of 48 bytes and more.
  const wide = { ...description, weightsManifest: [{ paths: ['part'], weights: [{ name: 'spare', shape: [13], dtype: 'float32' }] }] };
  const [plain, spare] = [wide.weightsManifest[0], new Uint8Array(64)];
  plain?.weights.push(...(description.weightsManifest[0]?.weights ?? []));
  const all = Buffer.concat([spare.subarray(0, 52), numbers]);
  const literal = JSON.stringify(wide).replace('"modelTopology":', 'modelTopology:');
  await writeFile(join(source, 'model.min.js'), `(function(e){e.exports=${literal}})({})`);
  await writeFile(join(source, 'part.min.js'), `(function(e){e.exports={part:"${all.toString('base64')}"}})({})`);
  await addModel({ ...weights, ...adding(wanted, settings) });
  const { folder } = await installedModel({ name: 'tiny', home: weights.home });
  assert.deepEqual(await readFile(join(folder, 'model.onnx')), Buffer.from(converted));
});
