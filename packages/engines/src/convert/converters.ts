import type { ModelConversion } from '@filmwright/contracts';
import { refuseNcnn } from './ncnn-file.ts';
import { ncnnConverterVersion, ncnnToOnnx } from './ncnn-to-onnx.ts';
import { convertTfjs } from './tfjs-files.ts';
import { tfjsConverterVersion } from './tfjs-to-onnx.ts';

/** A file of a model by its path inside the model. */
export type ModelBytes = { readonly path: string; readonly bytes: Uint8Array };

/** Rewrites the files of a model as ONNX; `version` is raised whenever the same files would give other bytes. */
export type Converter = { readonly version: number; readonly convert: (files: readonly ModelBytes[]) => readonly ModelBytes[] };

/** The converter of each form; all give the same bytes for the same files, and throw `model-unavailable` naming what they do not know. */
export const converters: Readonly<Record<ModelConversion, Converter>> = {
  ncnn: { version: ncnnConverterVersion, convert: convertNcnn },
  tfjs: { version: tfjsConverterVersion, convert: convertTfjs },
};

/** Every graph (.param) with its weights (.bin) becomes one ONNX file beside it. */
function convertNcnn(files: readonly ModelBytes[]): readonly ModelBytes[] {
  const graphs = files.filter(({ path }) => path.endsWith('.param'));
  if (graphs.length === 0) throw refuseNcnn(`there is no .param among its files ${files.map(({ path }) => path).join(', ')}`);
  return graphs.map(({ path, bytes }) => {
    const base = path.slice(0, -'.param'.length);
    const bin = files.find((file) => file.path === `${base}.bin`)?.bytes;
    if (bin === undefined) throw refuseNcnn(`${base}.bin is missing; wanted the weights beside the graph ${path}`);
    return {
      path: `${base}.onnx`,
      bytes: ncnnToOnnx({ name: base.split('/').at(-1) ?? base, param: new TextDecoder().decode(bytes), bin }),
    };
  });
}
