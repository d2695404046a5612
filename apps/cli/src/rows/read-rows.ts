import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { csvCells } from './csv-cells.ts';

/** One row as written: `number` is what a spreadsheet shows beside it (of a JSON array, the entry's place from 1); empty cells are left out. */
export type Row = {
  readonly number: number;
  readonly cells: ReadonlyMap<string, unknown>;
  /** Cells beyond the last column, which mean that the row was not read as it was meant. */
  readonly extra: readonly string[];
};
export type RowsTable = { readonly path: string; readonly columns: readonly string[]; readonly rows: readonly Row[] };

const largestBytes = 100 * 1024 ** 2;
const mostRows = 10_000;

/** Reads a CSV file or a JSON array of objects; throws `request-invalid` with what is wrong with the file as a whole. */
export async function readRows(path: string): Promise<RowsTable> {
  const text = decoded(await bytesOf(path), path);
  const table = isJson(path, text) ? jsonTable(text, path) : csvTable(text, path);
  if (table.rows.length === 0) throw fault(path, 'has no rows; wanted a line of column names and at least one row below it.');
  if (table.rows.length > mostRows)
    throw fault(path, `has ${table.rows.length} rows; wanted at most ${mostRows}. Split it into several files.`);
  return table;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : error.code === 'EISDIR' ? 'is a folder' : `cannot be read (${error.code})`;
    throw new FilmwrightError('request-invalid', `${path} ${why}. Give the path of a CSV file or a JSON array with --rows.`, {
      cause: error,
    });
  });
  if (bytes.length > largestBytes) throw fault(path, `has ${bytes.length} bytes; wanted at most ${largestBytes}.`);
  return bytes;
}

/** UTF-8, or UTF-16 where its mark says so, as spreadsheets write "Unicode text". */
function decoded(bytes: Uint8Array, path: string): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    if (bytes[0] === 0x50 && bytes[1] === 0x4b)
      throw fault(path, 'is a spreadsheet or an archive; wanted CSV. Save it as "CSV UTF-8" and name that file.');
    throw fault(path, `is not ${encoding.toUpperCase()} text. Save it as "CSV UTF-8".`);
  }
}

function isJson(path: string, text: string): boolean {
  const ending = extname(path).toLowerCase();
  return ending === '.json' || (!['.csv', '.tsv', '.txt'].includes(ending) && text.trimStart().startsWith('['));
}

function csvTable(text: string, path: string): RowsTable {
  const lines = csvCells(text, (what) => fault(path, what));
  const head = lines.find((line) => line.cells.some((cell) => cell !== ''));
  if (head === undefined) return { path, columns: [], rows: [] };
  const width = head.cells.findLastIndex((name) => name !== '') + 1;
  const columns = head.cells.slice(0, width);
  const rows = lines.flatMap(({ number, cells }): Row[] => {
    if (number <= head.number || cells.every((cell) => cell === '')) return [];
    const filled = columns.flatMap((column, at) => (cells[at] ? [[column, cells[at]] as const] : []));
    return [{ number, cells: new Map(filled), extra: cells.slice(width).filter((cell) => cell !== '') }];
  });
  const nameless = columns.indexOf('');
  if (nameless >= 0 && rows.length > 0)
    throw fault(path, `has no name for column ${nameless + 1}. Name it, or write # for one that is only a note.`);
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw fault(path, `has two columns named ${JSON.stringify(twice)}. Rename or remove one of them.`);
  return { path, columns, rows };
}

function jsonTable(text: string, path: string): RowsTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fault(path, `is not valid JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (!Array.isArray(value)) throw fault(path, 'holds no array; wanted a JSON array of objects, one for each film.');
  const rows = value.map((entry: unknown, at): Row => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw fault(path, `holds ${JSON.stringify(entry)?.slice(0, 60)} as entry ${at + 1}; wanted an object with a value for each column.`);
    return { number: at + 1, cells: new Map(flattened(entry, '')), extra: [] };
  });
  return { path, columns: [...new Set(rows.flatMap((row) => [...row.cells.keys()]))], rows };
}

/** Objects within a row become dotted columns; what is null or empty leaves the document's own value. */
function flattened(value: object, before: string): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const column = before === '' ? key : `${before}.${key}`;
    if (inner === null || inner === undefined || (typeof inner === 'string' && inner.trim() === '')) return [];
    if (typeof inner === 'object' && !Array.isArray(inner)) return flattened(inner, column);
    return [[column, typeof inner === 'string' ? inner.trim() : inner] as const];
  });
}

function fault(path: string, what: string): FilmwrightError {
  return new FilmwrightError('request-invalid', `${basename(path)} ${what}`);
}
