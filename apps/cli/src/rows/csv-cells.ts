import { CsvError, parse } from 'csv-parse/sync';

/** A record with its number, counted from 1 as a spreadsheet does, and its cells without the white space around them. */
export type CsvLine = { readonly number: number; readonly cells: readonly string[] };

const separators = [',', ';', '\t'] as const;

/** The records of a CSV text (RFC 4180; comma, semicolon or tab, whichever the first line has most of); what `fault` gives is thrown when quotes do not match. */
export function csvCells(text: string, fault: (what: string) => Error): readonly CsvLine[] {
  const told = /^sep=(.)\r?\n/.exec(text);
  const body = told === null ? text : text.slice(told[0].length);
  const above = told === null ? 1 : 2;
  try {
    const records = parse(body, {
      delimiter: told?.[1] ?? separatorOf(body),
      bom: true,
      relax_quotes: true,
      relax_column_count: true,
      trim: true,
    });
    return records.map((cells, at) => ({ number: at + above, cells: cells.map((cell) => cell.trim()) }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const lines = Number((error as CsvError & { readonly lines?: number }).lines ?? 0) + above - 1;
    throw fault(
      error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? `has a quote that is opened and never closed. Write "" for a quote within a quoted cell.`
        : `cannot be read at line ${lines}: ${error.message}.`,
    );
  }
}

/** The separator that the first line with anything in it has most of outside quotes. */
export function separatorOf(text: string): (typeof separators)[number] {
  const counts = new Map<string, number>();
  let quoted = false;
  let empty = true;
  for (const sign of text) {
    if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === '\n' && !empty) break;
    if (!/\s/.test(sign) || sign === '\t') empty = false;
    if (!quoted) for (const separator of separators) if (sign === separator) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  }
  const count = (separator: string): number => counts.get(separator) ?? 0;
  return separators.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}
