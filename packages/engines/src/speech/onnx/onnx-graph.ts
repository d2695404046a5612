import { joinBytes, type ProtoField, protoFields, protoText, writeBytesField, writeVarintField } from './protobuf.ts';

/** One operation of an ONNX graph as far as we read it; `raw` is the whole NodeProto. */
export type OnnxNode = {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly raw: Uint8Array;
};

/** What `readOnnx` found: the graph's nodes, and the names of its real inputs (without initializers) and outputs. */
export type OnnxModel = {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Constant tensors by name, as TensorProto bytes. */
  readonly initializers: ReadonlyMap<string, Uint8Array>;
  /** Element types (ONNX numbers) of the inner values whose type the file tells. */
  readonly types: ReadonlyMap<string, number>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
};

// Field numbers of onnx.proto (ONNX IR).
const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8, metadata: 14 } as const;
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
const FLOAT = 1;
const INT64 = 7;

/** An attribute of a node we write: whole numbers only (all that our operations need). */
export type OnnxAttribute = { readonly name: string; readonly value: number };

function firstText(message: Uint8Array, number: number): string {
  for (const field of protoFields(message)) if (field.number === number) return protoText(field);
  return '';
}

function readNode(raw: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let type = '';
  let name = '';
  for (const field of protoFields(raw)) {
    if (field.number === 1) inputs.push(protoText(field));
    else if (field.number === 2) outputs.push(protoText(field));
    else if (field.number === 3) name = protoText(field);
    else if (field.number === 4) type = protoText(field);
  }
  return { type, name, inputs, outputs, raw };
}

/** Reads the structure of an ONNX file without its weights; throws when the bytes are no ONNX model. */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  let graph: ProtoField | undefined;
  const metadata: Record<string, string> = {};
  for (const field of protoFields(bytes)) {
    if (field.number === MODEL.graph) graph = field;
    if (field.number === MODEL.metadata) metadata[firstText(field.bytes, 1)] = firstText(field.bytes, 2);
  }
  if (!graph) throw new Error('not an ONNX model: it holds no graph');
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, Uint8Array>();
  const types = new Map<string, number>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const field of protoFields(graph.bytes)) {
    if (field.number === GRAPH.node) nodes.push(readNode(field.bytes));
    else if (field.number === GRAPH.initializer) initializers.set(firstText(field.bytes, 8), field.bytes);
    else if (field.number === GRAPH.input) inputs.push(firstText(field.bytes, 1));
    else if (field.number === GRAPH.output) outputs.push(firstText(field.bytes, 1));
    else if (field.number === GRAPH.valueInfo) {
      const type = elementType(field.bytes);
      if (type !== null) types.set(firstText(field.bytes, 1), type);
    }
  }
  return { nodes, inputs: inputs.filter((name) => !initializers.has(name)), outputs, initializers, types, metadata, bytes };
}

function inside(message: Uint8Array, number: number): ProtoField | undefined {
  for (const field of protoFields(message)) if (field.number === number) return field;
  return undefined;
}

/** The element type that a ValueInfoProto tells of a tensor, or null. */
function elementType(info: Uint8Array): number | null {
  const type = inside(info, 2);
  const tensor = type && inside(type.bytes, 1);
  return (tensor && inside(tensor.bytes, 1)?.varint) || null;
}

/** A node with some of its inputs and outputs renamed. */
export function renameNode(raw: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of protoFields(raw)) {
    const name = field.number === 1 || field.number === 2 ? names.get(protoText(field)) : undefined;
    parts.push(name === undefined ? field.raw : writeBytesField(field.number, name));
  }
  return joinBytes(parts);
}

/** A graph inside a node: it sees the values around it. */
export type OnnxSubgraph = {
  readonly nodes: readonly Uint8Array[];
  readonly initializers: readonly Uint8Array[];
  readonly outputs: readonly string[];
};

/** An If node in bytes. */
export function onnxSubgraphNode(node: {
  readonly name: string;
  readonly condition: string;
  readonly outputs: readonly string[];
  readonly holding: OnnxSubgraph;
  readonly otherwise: OnnxSubgraph;
}): Uint8Array {
  const branch = (name: string, { nodes, initializers, outputs }: OnnxSubgraph): Uint8Array => {
    const graph = joinBytes([
      ...nodes.map((each) => writeBytesField(GRAPH.node, each)),
      writeBytesField(GRAPH.name, `${node.name}/${name}`),
      ...initializers.map((each) => writeBytesField(GRAPH.initializer, each)),
      ...outputs.map((each) => writeBytesField(GRAPH.output, writeBytesField(1, each))),
    ]);
    return writeBytesField(5, joinBytes([writeBytesField(1, name), writeBytesField(6, graph), writeVarintField(20, 5)]));
  };
  return joinBytes([
    writeBytesField(1, node.condition),
    ...node.outputs.map((name) => writeBytesField(2, name)),
    writeBytesField(3, node.name),
    writeBytesField(4, 'If'),
    branch('then_branch', node.holding),
    branch('else_branch', node.otherwise),
  ]);
}

/** A NodeProto in bytes, for `rewriteOnnx`. */
export function onnxNode(node: {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: readonly OnnxAttribute[];
}): Uint8Array {
  return joinBytes([
    ...node.inputs.map((name) => writeBytesField(1, name)),
    writeBytesField(2, node.output),
    writeBytesField(3, `filmwright/${node.output}`),
    writeBytesField(4, node.type),
    ...(node.attributes ?? []).map((attribute) =>
      writeBytesField(5, joinBytes([writeBytesField(1, attribute.name), writeVarintField(3, attribute.value), writeVarintField(20, 2)])),
    ),
  ]);
}

/** A TensorProto in bytes: 32-bit floats or 64-bit whole numbers, little-endian. */
export function onnxTensor(tensor: {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}): Uint8Array {
  const { values } = tensor;
  return joinBytes([
    ...tensor.dims.map((dim) => writeVarintField(1, dim)),
    writeVarintField(2, values instanceof Float32Array ? FLOAT : INT64),
    writeBytesField(8, tensor.name),
    writeBytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);
}

/** A ValueInfoProto in bytes; each dimension has a name (its size is not fixed). */
export function onnxValueInfo(info: {
  readonly name: string;
  readonly type: 'float' | 'int64';
  readonly dims: readonly string[];
}): Uint8Array {
  const shape = joinBytes(info.dims.map((dim) => writeBytesField(1, writeBytesField(2, dim))));
  const tensor = joinBytes([writeVarintField(1, info.type === 'float' ? FLOAT : INT64), writeBytesField(2, shape)]);
  return joinBytes([writeBytesField(1, info.name), writeBytesField(2, writeBytesField(1, tensor))]);
}

function metadataFields(metadata: Readonly<Record<string, string>>): Uint8Array[] {
  return Object.entries(metadata).map(([key, value]) =>
    writeBytesField(MODEL.metadata, joinBytes([writeBytesField(1, key), writeBytesField(2, value)])),
  );
}

/** Nodes that stand in for the first `count` of a graph, and the initializers that went into them. */
export type LeadNodes = { readonly count: number; readonly nodes: readonly Uint8Array[]; readonly initializers: ReadonlySet<string> };

/** The model with nodes replaced (by name; an empty list removes), nodes and initializers added behind, its outputs replaced and metadata entries set. */
export function rewriteOnnx(
  model: OnnxModel,
  change: {
    readonly replace?: ReadonlyMap<string, readonly Uint8Array[]>;
    readonly lead?: LeadNodes | null;
    /** Nodes before all others. */
    readonly first?: readonly Uint8Array[];
    readonly nodes?: readonly Uint8Array[];
    readonly tensors?: readonly Uint8Array[];
    readonly outputs?: readonly Uint8Array[];
    readonly metadata: Readonly<Record<string, string>>;
  },
): Uint8Array {
  const rewriteGraph = (graph: Uint8Array): Uint8Array => {
    const { lead, first = [] } = change;
    const parts = [...first, ...(lead?.nodes ?? [])].map((node) => writeBytesField(GRAPH.node, node));
    let seen = 0;
    for (const field of protoFields(graph)) {
      if (field.number === GRAPH.output && change.outputs) continue;
      if (lead && field.number === GRAPH.node && seen++ < lead.count) continue;
      if (lead && field.number === GRAPH.initializer && lead.initializers.has(firstText(field.bytes, 8))) continue;
      if (lead && field.number === GRAPH.valueInfo) continue;
      const replacement = field.number === GRAPH.node ? change.replace?.get(readNode(field.bytes).name) : undefined;
      if (replacement) parts.push(...replacement.map((node) => writeBytesField(GRAPH.node, node)));
      else parts.push(field.raw);
    }
    parts.push(...(change.nodes ?? []).map((node) => writeBytesField(GRAPH.node, node)));
    parts.push(...(change.tensors ?? []).map((tensor) => writeBytesField(GRAPH.initializer, tensor)));
    parts.push(...(change.outputs ?? []).map((output) => writeBytesField(GRAPH.output, output)));
    return joinBytes(parts);
  };
  const parts: Uint8Array[] = [];
  for (const field of protoFields(model.bytes)) {
    if (field.number === MODEL.graph) parts.push(writeBytesField(MODEL.graph, rewriteGraph(field.bytes)));
    else if (field.number !== MODEL.metadata) parts.push(field.raw);
  }
  parts.push(...metadataFields({ ...model.metadata, ...change.metadata }));
  return joinBytes(parts);
}

/** A whole new ONNX model (IR 8, opset 15) of the given parts. */
export function writeOnnx(model: {
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly nodes: readonly Uint8Array[];
  readonly tensors: readonly Uint8Array[];
  /** Types of inner values, where they shall be told. */
  readonly values?: readonly Uint8Array[];
  readonly metadata: Readonly<Record<string, string>>;
}): Uint8Array {
  const graph = joinBytes([
    ...model.nodes.map((node) => writeBytesField(GRAPH.node, node)),
    writeBytesField(GRAPH.name, 'filmwright'),
    ...model.tensors.map((tensor) => writeBytesField(GRAPH.initializer, tensor)),
    ...model.inputs.map((input) => writeBytesField(GRAPH.input, input)),
    ...model.outputs.map((output) => writeBytesField(GRAPH.output, output)),
    ...(model.values ?? []).map((value) => writeBytesField(GRAPH.valueInfo, value)),
  ]);
  return joinBytes([
    writeVarintField(MODEL.irVersion, 8),
    writeBytesField(MODEL.producer, 'filmwright'),
    writeBytesField(MODEL.graph, graph),
    writeBytesField(MODEL.opset, writeVarintField(2, 15)),
    ...metadataFields(model.metadata),
  ]);
}
