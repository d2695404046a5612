/** One field of a protobuf message; `bytes` views the input for length-delimited fields and is empty for the rest. */
export type ProtoField = {
  readonly number: number;
  readonly wire: 0 | 1 | 2 | 5;
  readonly varint: number;
  readonly bytes: Uint8Array;
  /** The field as it stands in the input, tag included, so that it can be copied unread. */
  readonly raw: Uint8Array;
};

const utf8 = new TextDecoder();

function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let scale = 1;
  let next = at;
  for (;;) {
    const byte = bytes[next];
    if (byte === undefined || next - at > 9) throw new Error(`not protobuf: a varint at byte ${at} does not end`);
    next += 1;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return { value, next };
  }
}

/** The top-level fields of a message in order (protobuf encoding, groups refused); throws on a truncated message. Varints above 2^53 lose their low bits. */
export function* protoFields(bytes: Uint8Array): Generator<ProtoField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    let varint = 0;
    let start = tag.next;
    let next = start;
    if (wire === 0) {
      const read = readVarint(bytes, start);
      varint = read.value;
      next = read.next;
      start = next;
    } else if (wire === 1) next = start + 8;
    else if (wire === 5) next = start + 4;
    else if (wire === 2) {
      const length = readVarint(bytes, start);
      start = length.next;
      next = start + length.value;
    } else throw new Error(`not protobuf: wire type ${wire} at byte ${at}`);
    if (next > bytes.length)
      throw new Error(`truncated protobuf: field ${number} at byte ${at} needs ${next} bytes, there are ${bytes.length}`);
    yield { number, wire, varint, bytes: bytes.subarray(start, next), raw: bytes.subarray(at, next) };
    at = next;
  }
}

/** A length-delimited field read as UTF-8. */
export function protoText(field: ProtoField): string {
  return utf8.decode(field.bytes);
}

function varintBytes(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  while (rest > 127) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return out;
}

/** Bytes of one varint field; `value` is a whole number from 0 to 2^53. */
export function writeVarintField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varintBytes(number * 8), ...varintBytes(value)]);
}

/** Bytes of one length-delimited field: a string as UTF-8, or a message already written. */
export function writeBytesField(number: number, value: Uint8Array | string): Uint8Array {
  const body = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return joinBytes([Uint8Array.from([...varintBytes(number * 8 + 2), ...varintBytes(body.length)]), body]);
}

/** The parts one after the other in a new array. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
