import { FilmwrightError } from '@filmwright/contracts';
import { z } from 'zod';

const shapeSchema = z.array(z.number().int().nonnegative()).readonly();
/** What is taken of another layer: its name, and which of its outputs. */
const callSchema = z.tuple([z.string()]).rest(z.unknown());
const layerSchema = z.object({
  name: z.string().optional(),
  class_name: z.string(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).readonly().optional(),
});
const modelSchema = z.object({
  modelTopology: z.union([
    z.object({ model_config: z.object({ class_name: z.string(), config: z.unknown() }) }),
    z.object({ class_name: z.string(), config: z.unknown() }),
  ]),
  weightsManifest: z
    .array(
      z.object({
        weights: z.array(
          z.object({
            name: z.string(),
            shape: shapeSchema,
            dtype: z.string(),
            quantization: z.object({ min: z.number(), scale: z.number(), dtype: z.string() }).optional(),
          }),
        ),
      }),
    )
    .min(1),
});

/** Weights as the file has them: `bytes` little-endian; a quantised value is `stored * scale + min`. */
export type TfjsWeight = {
  readonly shape: readonly number[];
  readonly stored: 'float32' | 'uint8';
  readonly bytes: Uint8Array;
  readonly quantised: { readonly min: number; readonly scale: number } | null;
};
/** A layer and the names of the layers that it takes. */
export type TfjsLayer = {
  readonly name: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly from: readonly string[];
};
/** A layers model of TensorFlow.js: its layers in an order in which each comes after what it takes. */
export type TfjsModel = {
  readonly layers: readonly TfjsLayer[];
  readonly outputs: readonly string[];
  readonly weights: ReadonlyMap<string, TfjsWeight>;
};

/** Reads a layers model from its description and its weights file; throws `model-unavailable` for a graph model, another shape, or weights that do not fill the file. */
export function readTfjsModel({ model, weights }: { readonly model: unknown; readonly weights: Uint8Array }): TfjsModel {
  const read = modelSchema.safeParse(model);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw refuse(`its description is no layers model: at ${issue?.path.join('.') || 'its top'}, ${issue?.message}`);
  }
  const { modelTopology, weightsManifest } = read.data;
  const { class_name: kind, config } = 'model_config' in modelTopology ? modelTopology.model_config : modelTopology;
  return {
    ...readLayers(kind, config),
    weights: readWeights(
      weightsManifest.flatMap((group) => group.weights),
      weights,
    ),
  };
}

function readLayers(kind: string, config: unknown): Pick<TfjsModel, 'layers' | 'outputs'> {
  if (kind === 'Sequential') {
    const listed = Array.isArray(config) ? config : Object(config).layers;
    const layers: TfjsLayer[] = [];
    const read = z.array(layerSchema).safeParse(listed);
    if (!read.success) throw refuse('its layers cannot be read');
    for (const layer of read.data) {
      const before = layers.at(-1)?.name;
      layers.push({ ...named(layer), from: before === undefined ? [] : [before] });
    }
    return { layers, outputs: layers.slice(-1).map(({ name }) => name) };
  }
  if (kind !== 'Model' && kind !== 'Functional') throw refuse(`it is a ${kind}, wanted Model or Sequential`);
  const read = z.object({ layers: z.array(layerSchema), output_layers: z.array(callSchema) }).safeParse(config);
  if (!read.success) throw refuse('its layers cannot be read');
  const layers = read.data.layers.map((layer) => ({ ...named(layer), from: inboundOf(layer.inbound_nodes ?? []) }));
  return { layers: inOrder(layers), outputs: read.data.output_layers.map(([name]) => name) };
}

function named({ name, class_name: kind, config }: z.infer<typeof layerSchema>): Omit<TfjsLayer, 'from'> {
  return { name: name ?? String(config['name']), kind, config };
}

/** Names of the layers of the only call of a layer; a layer that is called twice shares weights, which no known model does. */
function inboundOf(nodes: readonly unknown[]): readonly string[] {
  if (nodes.length > 1) throw refuse('a layer of it is used twice');
  const read = z.array(z.array(callSchema)).safeParse(nodes);
  if (!read.success) throw refuse('a layer of it takes what cannot be read');
  return read.data.flat().map(([name]) => name);
}

function inOrder(layers: readonly TfjsLayer[]): readonly TfjsLayer[] {
  const done = new Set<string>();
  const ordered: TfjsLayer[] = [];
  for (let left = layers; left.length > 0; ) {
    const ready = left.filter(({ from }) => from.every((name) => done.has(name)));
    if (ready.length === 0) throw refuse(`the layer ${left[0]?.name} takes a layer that is not there, or itself`);
    for (const layer of ready) done.add(layer.name);
    ordered.push(...ready);
    left = left.filter(({ name }) => !done.has(name));
  }
  return ordered;
}

type Manifest = z.infer<typeof modelSchema>['weightsManifest'][number]['weights'];

function readWeights(manifest: Manifest, file: Uint8Array): ReadonlyMap<string, TfjsWeight> {
  const found = new Map<string, TfjsWeight>();
  let at = 0;
  for (const { name, shape, dtype, quantization } of manifest) {
    const stored = quantization?.dtype ?? dtype;
    if (dtype !== 'float32' || (stored !== 'float32' && stored !== 'uint8'))
      throw refuse(`its weights ${name} are ${stored}, wanted float32 or uint8`);
    const length = shape.reduce((product, side) => product * side, 1) * (stored === 'uint8' ? 1 : 4);
    found.set(name, {
      shape,
      stored,
      bytes: file.slice(at, at + length),
      quantised: stored === 'uint8' && quantization ? quantization : null,
    });
    at += length;
  }
  if (at !== file.length) throw refuse(`its weights file has ${file.length} bytes, wanted ${at}`);
  return found;
}

function refuse(why: string): FilmwrightError {
  return new FilmwrightError('model-unavailable', `The TensorFlow.js model cannot be converted: ${why}.`);
}
