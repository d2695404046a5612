import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const chunkBytes = 128 * 1024;
/** Of microseconds since 1970 to those since 2000, which the database counts. */
const epochMicros = 946_684_800_000_000n;

/** Writes one row's values in the order of the columns; each as the database stores its type. */
export type RowWriter = {
  readonly text: (value: string | null) => void;
  readonly texts: (values: readonly string[]) => void;
  readonly int: (value: number, bytes: 2 | 4) => void;
  readonly float: (value: number | null) => void;
  readonly bool: (value: boolean) => void;
  readonly uuid: (value: string) => void;
  /** Microseconds since 1970. */
  readonly instant: (micros: bigint | null) => void;
};

export type CopyRows<Row> = {
  /** With the columns in parentheses. */
  readonly table: string;
  readonly columns: number;
  readonly rows: readonly Row[];
  readonly write: (to: RowWriter, row: Row, at: number) => void;
};

/** Stores rows by COPY in its binary form, which spares reading their texts; fails where one is there already. */
export async function copyRows<Row>(client: PoolClient, { table, columns, rows, write }: CopyRows<Row>): Promise<void> {
  if (rows.length === 0) return;
  await pipeline(chunksOf({ columns, rows, write }), client.query(copyFrom(`copy ${table} from stdin (format binary)`)));
}

function* chunksOf<Row>({ columns, rows, write }: Omit<CopyRows<Row>, 'table'>): Generator<Buffer> {
  let chunk = Buffer.allocUnsafe(2 * chunkBytes);
  let end = 0;
  // They come again in each row.
  const uuids = new Map<string, Buffer>();
  const room = (bytes: number): void => {
    if (end + bytes <= chunk.length) return;
    const wider = Buffer.allocUnsafe(2 * (end + bytes));
    chunk.copy(wider, 0, 0, end);
    chunk = wider;
  };
  const int = (value: number, bytes: 2 | 4): void => {
    end = bytes === 2 ? chunk.writeInt16BE(value, end) : chunk.writeInt32BE(value, end);
  };
  const bytesOf = (value: string): void => {
    room(3 * value.length + 8);
    const length = chunk.write(value, end + 4);
    chunk.writeInt32BE(length, end);
    end += 4 + length;
  };
  const empty = (): void => {
    room(4);
    int(-1, 4);
  };
  const to: RowWriter = {
    text: (value) => (value === null ? empty() : bytesOf(value)),
    texts(values) {
      room(64);
      const start = end;
      // Dimensions, whether there are nulls, the number of the type text; then, if there is any, how many and from which index on.
      for (const part of [0, values.length === 0 ? 0 : 1, 0, 25, ...(values.length === 0 ? [] : [values.length, 1])]) int(part, 4);
      for (const value of values) bytesOf(value);
      chunk.writeInt32BE(end - start - 4, start);
    },
    int(value, bytes) {
      room(8);
      int(bytes, 4);
      int(value, bytes);
    },
    float(value) {
      if (value === null) return empty();
      room(12);
      int(8, 4);
      end = chunk.writeDoubleBE(value, end);
    },
    bool(value) {
      room(5);
      int(1, 4);
      chunk[end++] = value ? 1 : 0;
    },
    uuid(value) {
      room(20);
      let known = uuids.get(value);
      if (known === undefined) {
        known = Buffer.from(`00000010${value.replaceAll('-', '')}`, 'hex');
        uuids.set(value, known);
      }
      end += known.copy(chunk, end);
    },
    instant(micros) {
      if (micros === null) return empty();
      room(12);
      int(8, 4);
      end = chunk.writeBigInt64BE(micros - epochMicros, end);
    },
  };
  end += chunk.write('PGCOPY\n\xff\r\n\0', end, 'latin1');
  int(0, 4);
  int(0, 4);
  for (const [at, row] of rows.entries()) {
    room(2);
    int(columns, 2);
    write(to, row, at);
    if (end < chunkBytes) continue;
    yield chunk.subarray(0, end);
    chunk = Buffer.allocUnsafe(2 * chunkBytes);
    end = 0;
  }
  room(2);
  int(-1, 2);
  yield chunk.subarray(0, end);
}
