// Rewrites the network of the npm package nsfwjs as model.onnx: `node convert.ts FOLDER`, where FOLDER is the unpacked package.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { longestBase64, readLiteral } from '../../src/convert/tfjs-literal.ts';
import { tfjsToOnnx } from '../../src/convert/tfjs-to-onnx.ts';

const folder = join(process.argv[2] ?? '.', 'dist/models/mobilenet_v2');
const script = await readFile(join(folder, 'model.min.js'), 'utf8');
const model = readLiteral(script, script.indexOf('{modelTopology:'));
const weights = longestBase64(await readFile(join(folder, 'group1-shard1of1.min.js'), 'utf8'));
await writeFile(join(import.meta.dirname, 'model.onnx'), tfjsToOnnx({ model, weights, name: 'nsfwjs' }).bytes);
