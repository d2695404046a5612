import { basename, extname, resolve } from 'node:path';
import { FilmwrightError, type Issue, toProblem } from '@filmwright/contracts';
import { type Shape, shapedDocuments } from '../film/film-shapes.ts';
import { gatherFiles, type LookedFiles, type NamedFile } from '../film/gather-files.ts';
import { loadDocument } from '../film/load-document.ts';
import type { Batch, BatchRow } from './read-batch.ts';

/** The shapes of one film, its own first. */
export type ShapesBatch = Omit<Batch, 'rows'> & { readonly rows: readonly (BatchRow & { readonly shape: Shape })[] };

/** Reads a document for every shape of the frame that it is made in, or for the one named; throws one error with every problem of all of them before anything is started. */
export async function readShapes({ file, aspect }: { readonly file: string; readonly aspect: string | undefined }): Promise<ShapesBatch> {
  const shaped = shapedDocuments(await loadDocument(file), aspect);
  const looked: LookedFiles = new Map();
  const issues = new Map<string, Issue>();
  const errors: unknown[] = [];
  const gathered: (readonly NamedFile[])[] = [];
  for (const { document } of shaped)
    gathered.push(
      await gatherFiles(document, { documentPath: resolve(file), looked }).catch((error: unknown) => {
        errors.push(error);
        for (const issue of toProblem(error).issues ?? []) issues.set(`${issue.path} ${issue.message}`, issue);
        return [];
      }),
    );
  const [first] = errors;
  if (errors.length === 1 || (first !== undefined && issues.size <= (toProblem(first).issues ?? []).length)) throw first;
  if (first !== undefined)
    throw new FilmwrightError('document-invalid', `${file} has ${issues.size} problems.`, { issues: [...issues.values()] });
  const name = basename(file, extname(file));
  return {
    of: 'shapes',
    told: (problem) => problem,
    rows: shaped.map(({ document, shape }, at) => ({ number: at + 1, name, document, files: gathered[at] ?? [], problem: null, shape })),
  };
}
