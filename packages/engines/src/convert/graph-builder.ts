import type { OnnxAttribute, OnnxConstant, OnnxGraph, OnnxNode, OnnxType, OnnxValue } from './onnx-file.ts';

/** Collects a graph while layers are translated one after another. */
export type GraphBuilder = {
  readonly node: (op: string, node: Omit<OnnxNode, 'op'>) => void;
  /** Adds an operator with one output under a new name beginning with `near`, and answers that name. */
  readonly step: (op: string, step: { readonly near: string } & Omit<OnnxNode, 'op' | 'outputs'>) => string;
  /** Adds a constant and answers its name. */
  readonly constant: (constant: OnnxConstant) => string;
  readonly floats: (name: string, tensor: { readonly dims: readonly number[]; readonly values: readonly number[] }) => string;
  readonly ints: (name: string, tensor: { readonly dims: readonly number[]; readonly values: readonly number[] }) => string;
  readonly finish: (rest: Pick<OnnxGraph, 'name' | 'inputs' | 'outputs'>) => OnnxGraph;
};

/** An empty graph. Constants of the same name are taken to be the same. */
export function graphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxConstant>();
  let count = 0;
  const node: GraphBuilder['node'] = (op, rest) => void nodes.push({ op, ...rest });
  const constant: GraphBuilder['constant'] = (one) => {
    constants.set(one.name, one);
    return one.name;
  };
  return {
    node,
    constant,
    step: (op, { near, ...rest }) => {
      const name = `${near}/${op}_${count++}`;
      node(op, { ...rest, outputs: [name] });
      return name;
    },
    floats: (name, { dims, values }) => constant({ name, type: 'float', dims, bytes: floatBytes(values) }),
    ints: (name, { dims, values }) => constant({ name, type: 'int64', dims, bytes: intBytes(values) }),
    finish: (rest) => ({ ...rest, nodes, constants: [...constants.values()] }),
  };
}

/** Numbers as little-endian 32-bit floats. */
export function floatBytes(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i] as number, true);
  return new Uint8Array(view.buffer);
}

function intBytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => {
    view.setBigInt64(i * 8, BigInt(value), true);
  });
  return new Uint8Array(view.buffer);
}

/** An input or output of pictures in the layout batch, channels, rows, columns, all but the batch free unless given. */
export function pictureValue(
  name: string,
  {
    type = 'float',
    dims = [1, `${name}_channels`, 'height', 'width'],
  }: { readonly type?: OnnxType; readonly dims?: OnnxValue['dims'] } = {},
): OnnxValue {
  return { name, type, dims };
}

/** Shorter ways to write attributes. */
export const attribute = {
  int: (int: number): OnnxAttribute => ({ int }),
  float: (float: number): OnnxAttribute => ({ float }),
  text: (text: string): OnnxAttribute => ({ text }),
  ints: (...ints: readonly number[]): OnnxAttribute => ({ ints }),
};
