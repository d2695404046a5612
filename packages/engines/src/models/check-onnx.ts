import { type FileHandle, open } from 'node:fs/promises';
import { FilmwrightError } from '@filmwright/contracts';

/** What an ONNX file says of itself before its graph is read. */
export type OnnxFacts = { readonly irVersion: number; readonly opsets: Readonly<Record<string, number>> };

/** The newest operator set of the standard domain that ONNX Runtime 1.30 loads: it was tried with each from 22 to 30. */
export const newestOpset = 26;
/** ONNX Runtime runs operator sets from this one on (its docs/Versioning.md). */
const oldestOpset = 7;
/** Real files have some dozens of outer fields; each is a read of the disk. */
const mostFields = 10_000;
const field = { irVersion: 1, graph: 7, opsetImport: 8 } as const;

/**
 * Looks at the outer fields of an ONNX file (protobuf ModelProto) without reading its weights: throws `model-unavailable` where it is no ONNX, is cut short,
 * or wants operators that are newer or older than the engine has.
 */
export async function checkOnnx(path: string, name: string): Promise<OnnxFacts> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const opsets: Record<string, number> = {};
    let irVersion = 0;
    let hasGraph = false;
    for (let at = 0, fields = 1; at < size; fields++) {
      if (fields > mostFields) throw refuse(name, `it is no ONNX file: it has more than ${mostFields} outer fields`);
      const head = await bytesAt(file, { at, length: Math.min(20, size - at) });
      const tag = readVarint(head, 0);
      if (tag === null) throw refuse(name, 'it is no ONNX file, or it is cut short');
      const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
      if (wire === 0) {
        const value = readVarint(head, tag.next);
        if (value === null) throw refuse(name, 'it is no ONNX file, or it is cut short');
        if (number === field.irVersion) irVersion = value.value;
        at += value.next;
        continue;
      }
      const length = wire === 2 ? readVarint(head, tag.next) : null;
      if (length === null || number === 0 || number > 25) throw refuse(name, 'it is no ONNX file');
      const start = at + length.next;
      const end = start + length.value;
      if (end > size) throw refuse(name, `it is cut short: it has ${size} bytes and wants ${end}`);
      if (number === field.graph) hasGraph = true;
      if (number === field.opsetImport) {
        const { domain, version } = readOpset(await bytesAt(file, { at: start, length: Math.min(length.value, 500) }));
        opsets[domain] = version;
      }
      at = end;
    }
    if (irVersion === 0 || !hasGraph) throw refuse(name, 'it is no ONNX file: it has no graph');
    const version = opsets[''] ?? opsets['ai.onnx'];
    if (version !== undefined && (version > newestOpset || version < oldestOpset))
      throw refuse(
        name,
        `its operators are of opset ${version}; wanted ${oldestOpset} to ${newestOpset}. Export it again with an opset in between`,
      );
    return { irVersion, opsets };
  } finally {
    await file.close();
  }
}

function refuse(name: string, why: string): FilmwrightError {
  return new FilmwrightError('model-unavailable', `The weights ${name} cannot be used: ${why}.`);
}

async function bytesAt(file: FileHandle, { at, length }: { readonly at: number; readonly length: number }): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } | null {
  let value = 0;
  let scale = 1;
  for (let next = at; next < Math.min(bytes.length, at + 10); next++) {
    const byte = bytes[next] as number;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return { value, next: next + 1 };
  }
  return null;
}

/** OperatorSetIdProto: 1 is the domain, 2 the version. */
function readOpset(bytes: Buffer): { readonly domain: string; readonly version: number } {
  let domain = '';
  let version = 0;
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    const value = tag && readVarint(bytes, tag.next);
    if (tag === null || value === null) break;
    at = value.next;
    if (tag.value % 8 === 2) {
      if (Math.floor(tag.value / 8) === 1) domain = bytes.toString('utf8', at, at + value.value);
      at += value.value;
    } else if (Math.floor(tag.value / 8) === 2) version = value.value;
  }
  return { domain, version };
}
