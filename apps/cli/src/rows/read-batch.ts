import { basename, resolve } from 'node:path';
import { FilmwrightError, type Issue, type Problem, toProblem } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { type Shape, shapedDocuments } from '../film/film-shapes.ts';
import { gatherFiles, type LookedFiles, type NamedFile } from '../film/gather-files.ts';
import { loadDocument } from '../film/load-document.ts';
import { isWithin, pathText } from './document-path.ts';
import { fillRow, filmPath } from './fill-row.ts';
import { nameRows } from './name-rows.ts';
import { type Column, placeColumns } from './place-columns.ts';
import { type Row, type RowsTable, readRows } from './read-rows.ts';

/** The film of one row; `problem` says why it cannot be made, as far as that can be known without starting anything. */
export type BatchRow = {
  readonly number: number;
  /** Of its folder: safe, and unlike all others of the batch. */
  readonly name: string;
  readonly document: unknown;
  readonly files: readonly NamedFile[];
  readonly problem: Problem | null;
  /** The shape it is made in; left out where the batch makes each film in its own alone. */
  readonly shape?: Shape;
};
export type Batch = {
  /** Rows of a table, or the shapes of one film. */
  readonly of: 'rows' | 'shapes';
  readonly rows: readonly BatchRow[];
  /** A problem that the platform found, told by row and column. */
  readonly told: (problem: Problem, row: { readonly number: number }) => Problem;
};

export type ReadBatch = { readonly file: string; readonly rows: string; readonly aspect: string | undefined };

/** Reads a document and the rows to fill it with, each row checked with all its files. Throws when no row can be right: a bad file, unknown columns, a fault of the document itself. */
export async function readBatch({ file, rows: rowsFile, aspect }: ReadBatch): Promise<Batch> {
  const document = await loadDocument(file);
  checkWhole(document, file);
  const table = await readRows(rowsFile);
  const rowsName = basename(rowsFile);
  const placed = placeColumns({ document, headers: table.columns, rowsName });
  if (placed.issues.length > 0) throw batchFault('request-invalid', placed.issues);
  const { columns } = placed;
  const names = nameRows(table.rows, columns);
  const looked: LookedFiles = new Map();
  const checked: Checked[] = [];
  for (const [at, row] of table.rows.entries()) {
    const found = await checkRow({ row, table, columns, document, file, looked, aspect });
    checked.push(...found.map((one) => ({ row, name: names[at] ?? String(row.number), ...one })));
  }
  const misnamed = misnamedColumns(checked, { columns, rowsName });
  if (misnamed.length > 0) throw batchFault('request-invalid', misnamed);
  const everywhere = inEveryRow(checked, columns);
  if (everywhere.length > 0)
    throw batchFault(
      'document-invalid',
      everywhere.map((issue) => ofDocument(issue, basename(file))),
    );
  const several = checked.length > table.rows.length;
  const told = (problem: Problem, row: { readonly number: number }): Problem => tellRow(problem, { row, columns, rowsName });
  return {
    of: 'rows',
    told,
    rows: checked.map(({ row, name, document: filled, files, problem, shape }) => ({
      number: row.number,
      name,
      document: filled,
      files,
      problem: problem === null ? null : told(problem, row),
      ...(several || shape.suffix !== '' ? { shape } : {}),
    })),
  };
}

type Checked = {
  readonly row: Row;
  readonly name: string;
  readonly document: unknown;
  readonly files: readonly NamedFile[];
  readonly problem: Problem | null;
  readonly shape: Shape;
};

/** Throws for a document in which no column has a place: one that is none, or names a template that does not exist. */
function checkWhole(document: unknown, file: string): void {
  const whole = readDocument(document).issues.filter((issue) => issue.path === '' || issue.path === 'template');
  const [first] = whole;
  if (first !== undefined) throw new FilmwrightError('document-invalid', `${file}: ${first.message}`, { issues: whole });
}

function batchFault(code: 'document-invalid' | 'request-invalid', issues: readonly Issue[]): FilmwrightError {
  const [first] = issues;
  const one = issues.length === 1 && first !== undefined;
  const detail = one ? first.message : `${issues.length} problems that concern every row; no film was started.`;
  return new FilmwrightError(code, detail, { issues });
}

type CheckRow = {
  readonly row: Row;
  readonly table: RowsTable;
  readonly columns: readonly Column[];
  readonly document: unknown;
  readonly file: string;
  readonly looked: LookedFiles;
  readonly aspect: string | undefined;
};

/** The row's film in each of its shapes. */
async function checkRow({
  row,
  table,
  columns,
  document,
  file,
  looked,
  aspect,
}: CheckRow): Promise<readonly Omit<Checked, 'row' | 'name'>[]> {
  const filled = fillRow({ document, documentPath: file, rowsPath: table.path, columns, row });
  const own = [...extraCells(row, table), ...filled.issues];
  const checked: Omit<Checked, 'row' | 'name'>[] = [];
  for (const { document: shaped, shape } of shapedDocuments(filled.document, aspect)) {
    const gathered = await gatherFiles(shaped, { documentPath: resolve(file), looked }).then(
      (files) => ({ files, problem: null }),
      (error: unknown) => ({ files: [], problem: toProblem(error) }),
    );
    const issues = [...own, ...(gathered.problem?.issues ?? [])];
    const detail = issues.length === 1 ? (issues[0]?.message ?? '') : `${issues.length} problems.`;
    const fault = own.length === 0 ? null : toProblem(new FilmwrightError('document-invalid', detail, { issues }));
    checked.push({ document: shaped, shape, ...(fault === null ? gathered : { files: [], problem: fault }) });
  }
  return checked;
}

function extraCells({ extra }: Row, { columns }: RowsTable): readonly Issue[] {
  if (extra.length === 0) return [];
  const found = `${columns.length + extra.length} cells`;
  const wanted = `at most ${columns.length}`;
  const next = 'Put a cell that holds a separator in quotes.';
  return [{ severity: 'error', code: 'extra-cells', path: '', message: `The row has ${found}; wanted ${wanted}.`, found, wanted, next }];
}

/** Errors that no cell brought and that every row has: the document's own. */
function inEveryRow(checked: readonly Checked[], columns: readonly Column[]): readonly Issue[] {
  const [first, ...others] = checked.map(({ problem }) => problem?.issues ?? []);
  const same = (issue: Issue) => (other: Issue) => other.path === issue.path && other.message === issue.message;
  return (first ?? []).filter(
    (issue) =>
      issue.severity === 'error' &&
      issue.path !== '' &&
      columnOf(issue.path, columns) === undefined &&
      others.every((list) => list.some(same(issue))),
  );
}

/** Columns whose path leads to a key that the film does not have, each told once. */
function misnamedColumns(checked: readonly Checked[], { columns, rowsName }: Omit<Told, 'row'>): readonly Issue[] {
  const found = new Map<string, Issue>();
  for (const issue of checked.flatMap(({ problem }) => problem?.issues ?? [])) {
    const column = issue.code === 'unknown-key' ? columnOf(issue.path, columns) : undefined;
    if (column !== undefined && typeof column.path?.at(-1) === 'string' && issue.path.endsWith(String(column.path.at(-1))))
      found.set(column.header, atPlace(issue, `${rowsName} column ${column.header}`));
  }
  return [...found.values()];
}

function ofDocument(issue: Issue, name: string): Issue {
  const next =
    issue.code === 'missing' && issue.next !== undefined ? { next: `${issue.next.replace(/\.$/, '')}, or a column of that name.` } : {};
  return { ...atPlace(issue, `${name}, ${issue.path}`), ...next };
}

/** An issue told of another place than where the document has it; its message begins with that place. */
function atPlace(issue: Issue, place: string): Issue {
  const begins = issue.message.startsWith(`${issue.path} `);
  return { ...issue, path: place, message: begins ? `${place}${issue.message.slice(issue.path.length)}` : `${place}: ${issue.message}` };
}

function columnOf(path: string, columns: readonly Column[]): Column | undefined {
  return columns.find(
    (column) => column.path !== null && [pathText(column.path), filmPath(pathText(column.path))].some((own) => isWithin(path, own)),
  );
}

type Told = { readonly row: { readonly number: number }; readonly columns: readonly Column[]; readonly rowsName: string };

/** A problem with each issue told as `products.csv row 7, price`, instead of by its place in the document. */
function tellRow(problem: Problem, { row, columns, rowsName }: Told): Problem {
  const here = `${rowsName} row ${row.number}`;
  const { issues = [] } = problem;
  if (issues.length === 0) return { ...problem, detail: `${here}: ${problem.detail}` };
  const told = issues.map((issue): Issue => {
    const column = columnOf(issue.path, columns);
    const place = column?.header ?? issue.path.replace(/^parameters\./, '');
    const path = place === '' ? here : `${here}, ${place}`;
    const begins = issue.path !== '' && issue.message.startsWith(`${issue.path} `);
    const rest = (begins ? issue.message.slice(issue.path.length + 1) : issue.message).replace(/^is /, '');
    const next =
      issue.code === 'missing'
        ? `${column === undefined ? `Add a column \`${place}\`` : 'Fill in the cell'}, or give the document a value for all rows.`
        : issue.next?.replace('relative to the document', `relative to the ${column === undefined ? 'document' : 'rows file'}`);
    return { ...issue, path, message: rest, ...(next === undefined ? {} : { next }) };
  });
  const errors = told.filter((issue) => issue.severity === 'error');
  const [first] = errors;
  const detail = errors.length === 1 && first !== undefined ? `${first.path}: ${first.message}` : `${here} has ${errors.length} problems.`;
  return { ...problem, detail, issues: told };
}
