import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Element types by their numbers in ONNX's TensorProto. */
export const onnxTypes = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
export type OnnxType = keyof typeof onnxTypes;

/** A constant of the graph: its values little-endian in row-major order; no dims is one number. */
export type OnnxConstant = { readonly name: string; readonly type: OnnxType; readonly dims: readonly number[]; readonly bytes: Uint8Array };

/** An attribute; whole numbers and fractions are different types in ONNX, so the kind is said. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] };

/** One operator; an input named '' is left out. */
export type OnnxNode = {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
};

/** An input or output; a dimension with a name is free. */
export type OnnxValue = { readonly name: string; readonly type: OnnxType; readonly dims: readonly (number | string)[] };

/** A graph whose nodes stand in an order in which they can run. */
export type OnnxGraph = {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
};

export type OnnxFile = {
  readonly graph: OnnxGraph;
  readonly opset: number;
  /** Who wrote the file, kept in it. */
  readonly producer: { readonly name: string; readonly version: string };
};

/** Version of the file format; 8 is the one that came with opset 16. */
const irVersion = 8;
const attributeTypes = { float: 1, int: 2, text: 3, floats: 6, ints: 7 } as const;

/** Writes an ONNX file (protobuf ModelProto, field numbers as in onnx.proto3); the same graph gives the same bytes. */
export function onnxFile({ graph, opset, producer }: OnnxFile): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(irVersion);
  text(writer, { field: 2, value: producer.name });
  text(writer, { field: 3, value: producer.version });
  message(writer, { field: 7, write: (inner) => writeGraph(inner, graph) });
  message(writer, {
    field: 8,
    write: (inner) => {
      text(inner, { field: 1, value: '' });
      inner.tag(2, WireType.Varint).int64(opset);
    },
  });
  return writer.finish();
}

type Message = { readonly field: number; readonly write: (writer: BinaryWriter) => void };

function message(writer: BinaryWriter, { field, write }: Message): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, { field, value }: { readonly field: number; readonly value: string }): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function writeGraph(writer: BinaryWriter, { name, nodes, constants, inputs, outputs }: OnnxGraph): void {
  for (const node of nodes) message(writer, { field: 1, write: (inner) => writeNode(inner, node) });
  text(writer, { field: 2, value: name });
  for (const constant of constants) message(writer, { field: 5, write: (inner) => writeConstant(inner, constant) });
  for (const value of inputs) message(writer, { field: 11, write: (inner) => writeValue(inner, value) });
  for (const value of outputs) message(writer, { field: 12, write: (inner) => writeValue(inner, value) });
}

function writeNode(writer: BinaryWriter, { op, inputs, outputs, attributes = {} }: OnnxNode): void {
  for (const name of inputs) text(writer, { field: 1, value: name });
  for (const name of outputs) text(writer, { field: 2, value: name });
  text(writer, { field: 3, value: outputs[0] ?? op });
  text(writer, { field: 4, value: op });
  for (const [name, value] of Object.entries(attributes))
    message(writer, {
      field: 5,
      write: (inner) => {
        text(inner, { field: 1, value: name });
        writeAttribute(inner, value);
      },
    });
}

function writeAttribute(writer: BinaryWriter, value: OnnxAttribute): void {
  const type = (kind: keyof typeof attributeTypes): unknown => writer.tag(20, WireType.Varint).int32(attributeTypes[kind]);
  if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    type('float');
  } else if ('int' in value) {
    writer.tag(3, WireType.Varint).int64(value.int);
    type('int');
  } else if ('text' in value) {
    text(writer, { field: 4, value: value.text });
    type('text');
  } else if ('floats' in value) {
    for (const each of value.floats) writer.tag(7, WireType.Bit32).float(each);
    type('floats');
  } else {
    for (const each of value.ints) writer.tag(8, WireType.Varint).int64(each);
    type('ints');
  }
}

function writeConstant(writer: BinaryWriter, { name, type, dims, bytes }: OnnxConstant): void {
  for (const length of dims) writer.tag(1, WireType.Varint).int64(length);
  writer.tag(2, WireType.Varint).int32(onnxTypes[type]);
  text(writer, { field: 8, value: name });
  writer.tag(9, WireType.LengthDelimited).bytes(bytes);
}

function writeValue(writer: BinaryWriter, { name, type, dims }: OnnxValue): void {
  text(writer, { field: 1, value: name });
  const dimension = (inner: BinaryWriter, length: number | string): void => {
    if (typeof length === 'number') inner.tag(1, WireType.Varint).int64(length);
    else text(inner, { field: 2, value: length });
  };
  const shape = (inner: BinaryWriter): void => {
    for (const length of dims) message(inner, { field: 1, write: (one) => dimension(one, length) });
  };
  const tensor = (inner: BinaryWriter): void => {
    inner.tag(1, WireType.Varint).int32(onnxTypes[type]);
    message(inner, { field: 2, write: shape });
  };
  message(writer, { field: 2, write: (inner) => message(inner, { field: 1, write: tensor }) });
}
