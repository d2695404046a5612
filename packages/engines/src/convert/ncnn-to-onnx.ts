import { graphBuilder, pictureValue } from './graph-builder.ts';
import { openNcnnWeights, readNcnnGraph, refuseNcnn } from './ncnn-file.ts';
import { ncnnLayers } from './ncnn-layers.ts';
import { onnxFile } from './onnx-file.ts';

/** Raised whenever the same ncnn files would give other bytes; it stands in the revision of what was converted. */
export const ncnnConverterVersion = 1;
/** The oldest operator set that has GridSample. */
const opset = 16;

export type NcnnModel = {
  readonly name: string;
  readonly param: string;
  readonly bin: Uint8Array;
  /** Blobs inside the network that become outputs too. */
  readonly also?: readonly string[];
};

/**
 * Rewrites an ncnn network as an ONNX file. Pictures have a batch of one and free channels, rows and columns; weights kept as 16-bit floats stay so and are
 * widened when the file is loaded. Inputs keep their names, outputs are what no layer takes. Throws `model-unavailable` naming what cannot be converted.
 */
export function ncnnToOnnx({ name, param, bin, also = [] }: NcnnModel): Uint8Array {
  const weights = openNcnnWeights(bin);
  const graph = graphBuilder();
  const inputs: string[] = [];
  const names = new Map<string, string>();
  const unused = new Set<string>();
  const take = (blob: string, by: string): string => {
    const found = names.get(blob);
    if (found === undefined) throw refuseNcnn(`layer ${by} takes ${blob}, which no layer before it gives`);
    unused.delete(found);
    return found;
  };
  for (const layer of readNcnnGraph(param)) {
    if (layer.type === 'Input') {
      for (const blob of layer.outputs) {
        inputs.push(blob);
        names.set(blob, blob);
      }
      continue;
    }
    const taken = layer.inputs.map((blob) => take(blob, layer.name));
    if (layer.type === 'Split') {
      for (const blob of layer.outputs) names.set(blob, taken[0] as string);
      continue;
    }
    const translate = Object.hasOwn(ncnnLayers, layer.type) ? ncnnLayers[layer.type] : undefined;
    const [output, ...more] = layer.outputs;
    if (translate === undefined || output === undefined || more.length > 0)
      throw refuseNcnn(`it has a layer ${layer.type} (${layer.name}); known are ${Object.keys(ncnnLayers).join(', ')}`);
    translate({ layer, inputs: taken, output, graph, weights });
    names.set(output, output);
    unused.add(output);
  }
  weights.finish();
  const inner = also.map((blob) => {
    const found = names.get(blob);
    if (found === undefined) throw refuseNcnn(`there is no blob ${blob} to give out`);
    return found;
  });
  if (inputs.length === 0 || unused.size === 0) throw refuseNcnn('its graph has no input or no output');
  return onnxFile({
    graph: graph.finish({
      name,
      inputs: inputs.map((input) => pictureValue(input)),
      outputs: [...unused, ...inner].map((output) =>
        pictureValue(output, { dims: [1, `${output}_channels`, `${output}_height`, `${output}_width`] }),
      ),
    }),
    opset,
    producer: { name: 'filmwright-ncnn', version: String(ncnnConverterVersion) },
  });
}
