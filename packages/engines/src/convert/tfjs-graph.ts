import { type GraphBuilder, graphBuilder } from './graph-builder.ts';
import { type OnnxAttribute, onnxTypes } from './onnx-file.ts';
import type { TfjsModel, TfjsWeight } from './tfjs-model.ts';

/** Collects the nodes of a graph while layers are converted; values are planes before rows (NCHW). */
export type TfjsGraph = {
  readonly builder: GraphBuilder;
  /** Adds one operator and gives the name of its output. */
  readonly add: (
    op: string,
    node: { readonly name: string; readonly inputs: readonly string[]; readonly attributes?: Readonly<Record<string, OnnxAttribute>> },
  ) => string;
  /** A single number. */
  readonly single: (name: string, value: number) => string;
  /** A weight as a value of float32, its dimensions in another order if `order` says one; undefined where the model has none of that name. */
  readonly weight: (name: string, order?: readonly number[]) => string | undefined;
  readonly shapeOf: (name: string) => readonly number[] | undefined;
};

/** An empty graph over a model's weights. Quantised weights stay bytes in the file and become float32 when the model is loaded. */
export function createTfjsGraph({ weights }: TfjsModel): TfjsGraph {
  const builder = graphBuilder();
  const add: TfjsGraph['add'] = (op, { name, ...rest }) => {
    builder.node(op, { ...rest, outputs: [name] });
    return name;
  };
  const single: TfjsGraph['single'] = (name, value) => builder.floats(name, { dims: [], values: [value] });
  return {
    builder,
    add,
    single,
    shapeOf: (name) => weights.get(name)?.shape,
    weight(name, order) {
      const weight = weights.get(name);
      if (weight === undefined) return undefined;
      const { shape: dims, bytes } = order === undefined ? weight : reordered(weight, order);
      if (weight.quantised === null) return builder.constant({ name, type: 'float', dims, bytes });
      const { min, scale } = weight.quantised;
      const stored = builder.constant({ name, type: 'uint8', dims, bytes });
      const wide = add('Cast', { name: `${name}:float`, inputs: [stored], attributes: { to: { int: onnxTypes.float } } });
      const scaled = add('Mul', { name: `${name}:scaled`, inputs: [wide, single(`${name}:scale`, scale)] });
      return add('Add', { name: `${name}:value`, inputs: [scaled, single(`${name}:min`, min)] });
    },
  };
}

/** The weight with dimension `order[i]` at place i. */
function reordered({ shape, bytes, stored }: TfjsWeight, order: readonly number[]): Pick<TfjsWeight, 'shape' | 'bytes'> {
  const size = stored === 'uint8' ? 1 : 4;
  const dims = order.map((from) => shape[from] as number);
  const steps = order.map((from) => shape.slice(from + 1).reduce((product, side) => product * side, 1));
  const to = new Uint8Array(bytes.length);
  const at = dims.map(() => 0);
  for (let index = 0; index * size < to.length; index++) {
    const from = at.reduce((sum, place, axis) => sum + place * (steps[axis] as number), 0);
    to.set(bytes.subarray(from * size, (from + 1) * size), index * size);
    for (let axis = at.length - 1; axis >= 0; axis--) {
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (dims[axis] as number)) break;
      at[axis] = 0;
    }
  }
  return { shape: dims, bytes: to };
}
