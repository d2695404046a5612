import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** What was written of a table: lines of PostgreSQL's COPY text format, their number, bytes and SHA-256 (hex). */
export type TableDump = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly digest: string;
};

/** What was written of the records. `migrations` name the schema; `sequences` are the last numbers given, as text since they may have 19 digits. */
export type RecordsDump = {
  readonly postgresql: string;
  readonly migrations: readonly string[];
  readonly tables: readonly TableDump[];
  readonly sequences: readonly { readonly name: string; readonly value: string }[];
};

/** Number of the advisory lock that a backup and a sweep of assets hold: what a backup names is not removed while it is copied. */
export const keepLock = 706_170_003;

const lineEnd = 10;

/** Passes COPY text on and counts it; `measured` is whole once the stream has ended. */
export function measure(): { readonly through: Transform; readonly measured: () => Pick<TableDump, 'rows' | 'bytes' | 'digest'> } {
  const hash = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      bytes += piece.length;
      // Line ends within values are written as \n, so that each line is a row.
      for (let at = piece.indexOf(lineEnd); at >= 0; at = piece.indexOf(lineEnd, at + 1)) rows += 1;
      done(null, piece);
    },
  });
  let digest: string | undefined;
  return {
    through,
    measured: () => {
      digest ??= hash.digest('hex');
      return { rows, bytes, digest };
    },
  };
}
