import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Issue, TemplateParameter } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { convertCell, meaningsOf } from './convert-cell.ts';
import { type DocumentPath, isWithin, pathParts, pathText, withValue } from './document-path.ts';
import type { Column } from './place-columns.ts';
import type { Row } from './read-rows.ts';

export type FillRow = {
  readonly document: unknown;
  readonly documentPath: string;
  readonly rowsPath: string;
  readonly columns: readonly Column[];
  readonly row: Row;
};
/** The document of one row; `issues` stand at the document paths of the cells. */
export type FilledRow = { readonly document: unknown; readonly issues: readonly Issue[] };

const fileTypes: readonly TemplateParameter['type'][] = ['picture', 'pictures', 'sound', 'look'];

/** Puts the cells of a row into the document; an empty cell leaves the document's own value, a file is named relative to the rows file. */
export function fillRow({ document, documentPath, rowsPath, columns, row }: FillRow): FilledRow {
  const issues: Issue[] = [];
  const moved = movedFrom(dirname(resolve(rowsPath)), dirname(resolve(documentPath)));
  const untyped: DocumentPath[] = [];
  let filled = document;
  for (const { header, path, parameter } of columns) {
    const cell = row.cells.get(header);
    if (cell === undefined || path === null) continue;
    if (parameter === null) {
      filled = bestMeaning({ document: filled, path, meanings: meaningsOf(cell) });
      untyped.push(path);
      continue;
    }
    const converted = convertCell(cell, parameter);
    if ('value' in converted) {
      const { value } = converted;
      filled = withValue({ document: filled, path, value: fileTypes.includes(parameter.type) ? eachText(value, moved) : value });
    } else {
      const { found, wanted, next } = converted;
      issues.push({
        severity: 'error',
        code: 'type',
        path: pathText(path),
        message: `is ${found}; wanted ${wanted}.`,
        found,
        wanted,
        next,
      });
    }
  }
  return { document: untyped.length === 0 ? filled : filesMoved({ document: filled, untyped, moved }), issues };
}

type Meanings = { readonly document: unknown; readonly path: DocumentPath; readonly meanings: readonly unknown[] };

/** The document with the meaning of a cell that its place takes with the fewest errors; the text itself where all are alike. */
function bestMeaning({ document, path, meanings }: Meanings): unknown {
  let best: unknown;
  let fewest = Number.POSITIVE_INFINITY;
  for (const value of meanings) {
    const candidate = withValue({ document, path, value });
    const errors = meanings.length === 1 ? 0 : readDocument(candidate).issues.filter((issue) => issue.severity === 'error').length;
    if (errors >= fewest) continue;
    best = candidate;
    fewest = errors;
    if (errors === 0) break;
  }
  return best;
}

type FilesMoved = { readonly document: unknown; readonly untyped: readonly DocumentPath[]; readonly moved: (file: string) => string };

/** Names the files that untyped cells brought relative to the document. */
function filesMoved({ document, untyped, moved }: FilesMoved): unknown {
  let result = document;
  for (const { path, file } of readDocument(document).files) {
    const place = untyped.map(pathText).find((own) => isWithin(path, filmPath(own)));
    if (place !== undefined)
      result = withValue({ document: result, path: pathParts(place === filmPath(place) ? path : `overrides.${path}`), value: moved(file) });
  }
  return result;
}

/** Where in the film a place of the document stands: what overrides a template's film is told without that word. */
export function filmPath(place: string): string {
  return place.replace(/^overrides\./, '');
}

function movedFrom(rowsFolder: string, documentFolder: string): (file: string) => string {
  if (rowsFolder === documentFolder) return (file) => file;
  return (file) => (isAbsolute(file) ? file : relative(documentFolder, resolve(rowsFolder, file)));
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  return Array.isArray(value) ? value.map((entry: unknown) => (typeof entry === 'string' ? change(entry) : entry)) : value;
}
