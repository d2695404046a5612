/**
 * Arrays as the database takes them in binary: neither this side writes them as text nor the other reads them so. Each is to be a value of a statement that names
 * its type (`$1::text[]`).
 */
export type ArrayValue = Buffer;

/** Numbers of the database's types. */
const types = { json: 114, text: 25, uuid: 2950, bigint: 20, int: 23, float: 701, real: 700 } as const;
const headBytes = 20;

const scratchBytes = 64 * 1024;
/** So much is kept from one array to the next. */
const mostKeptBytes = 4 * 1024 ** 2;

/** What texts are written into before their length is known. */
let scratch = Buffer.allocUnsafe(scratchBytes);

/** `text[]`, or `json[]` of texts that are JSON. */
export function textArray(values: readonly (string | null)[], type: 'text' | 'json' = 'text'): ArrayValue {
  let end = writeHead(scratch, { type, count: values.length, hasNulls: values.includes(null) });
  for (const value of values) {
    if (value === null) {
      room(end, 4);
      end = scratch.writeInt32BE(-1, end);
      continue;
    }
    room(end, 4 + 3 * value.length);
    const length = scratch.write(value, end + 4);
    scratch.writeInt32BE(length, end);
    end += 4 + length;
  }
  const array = Buffer.from(scratch.subarray(0, end));
  if (scratch.length > mostKeptBytes) scratch = Buffer.allocUnsafe(scratchBytes);
  return array;
}

/** `uuid[]`; throws a RangeError for what is none. */
export function uuidArray(values: readonly (string | null)[]): ArrayValue {
  // They come again and again.
  const known = new Map<string, Buffer>();
  const array = Buffer.allocUnsafe(headBytes + 20 * values.length);
  let end = writeHead(array, { type: 'uuid', count: values.length, hasNulls: values.includes(null) });
  for (const value of values) {
    if (value === null) {
      end = array.writeInt32BE(-1, end);
      continue;
    }
    let bytes = known.get(value);
    if (bytes === undefined) {
      bytes = Buffer.from(`00000010${value.replaceAll('-', '')}`, 'hex');
      if (bytes.length !== 20) throw new RangeError(`${value} is no UUID`);
      known.set(value, bytes);
    }
    end += bytes.copy(array, end);
  }
  return array.subarray(0, end);
}

/** `bigint[]`; throws a RangeError for what is no integer that a double holds. */
export function bigintArray(values: readonly number[]): ArrayValue {
  const write = (to: Buffer, value: number, at: number): number => {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer from -2^53 to 2^53, as the records store them`);
    return to.writeInt32BE(value | 0, to.writeInt32BE(Math.floor(value / 2 ** 32), at));
  };
  return fixed(values, { type: 'bigint', bytes: 8, write });
}

/** `int[]`; throws a RangeError for what does not fit. */
export function intArray(values: readonly number[]): ArrayValue {
  return fixed(values, { type: 'int', bytes: 4, write: (to, value, at) => to.writeInt32BE(value, at) });
}

/** `float8[]`. */
export function floatArray(values: readonly number[]): ArrayValue {
  return fixed(values, { type: 'float', bytes: 8, write: (to, value, at) => to.writeDoubleBE(value, at) });
}

/** `real[]`. */
export function realArray(values: readonly number[]): ArrayValue {
  return fixed(values, { type: 'real', bytes: 4, write: (to, value, at) => to.writeFloatBE(value, at) });
}

type Fixed = {
  readonly type: keyof typeof types;
  readonly bytes: 4 | 8;
  readonly write: (to: Buffer, value: number, at: number) => number;
};

function fixed(values: readonly number[], { type, bytes, write }: Fixed): ArrayValue {
  const array = Buffer.allocUnsafe(headBytes + (4 + bytes) * values.length);
  let end = writeHead(array, { type, count: values.length, hasNulls: false });
  for (const value of values) end = write(array, value, array.writeInt32BE(bytes, end));
  return array.subarray(0, end);
}

type Head = { readonly type: keyof typeof types; readonly count: number; readonly hasNulls: boolean };

/** Dimensions, whether there are nulls, and the type; then, if there is any element, how many and from which index on. */
function writeHead(to: Buffer, { type, count, hasNulls }: Head): number {
  to.writeInt32BE(types[type], to.writeInt32BE(hasNulls ? 1 : 0, to.writeInt32BE(count === 0 ? 0 : 1, 0)));
  if (count === 0) return 12;
  return to.writeInt32BE(1, to.writeInt32BE(count, 12));
}

function room(end: number, bytes: number): void {
  if (end + bytes <= scratch.length) return;
  const wider = Buffer.allocUnsafe(2 * (end + bytes));
  scratch.copy(wider, 0, 0, end);
  scratch = wider;
}
