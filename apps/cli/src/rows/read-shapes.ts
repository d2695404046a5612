import { basename, extname, resolve } from 'node:path';
import { FilmwrightError, type Issue, toProblem } from '@filmwright/contracts';
import { type DubbedDocument, dubDocument, type WantedDub } from '../dub/dub-document.ts';
import { type Shape, shapedDocuments } from '../film/film-shapes.ts';
import { gatherFiles, type LookedFiles, type NamedFile } from '../film/gather-files.ts';
import { loadDocument } from '../film/load-document.ts';
import type { Batch, BatchRow } from './read-batch.ts';

/** The shapes of one film, its own first; `language` is that of its dub, null for the film as it was written, and `notes` what to tell of its script. */
export type ShapesBatch = Omit<Batch, 'rows'> &
  Pick<DubbedDocument, 'language' | 'notes'> & { readonly rows: readonly (BatchRow & { readonly shape: Shape })[] };

export type ReadShapes = { readonly file: string; readonly aspect: string | undefined; readonly dub?: WantedDub | undefined };

/** Reads a document for every shape of the frame that it is made in, or for the one named; throws one error with every problem of all of them before anything is started. */
export async function readShapes({ file, aspect, dub }: ReadShapes): Promise<ShapesBatch> {
  const dubbed = await dubDocument(await loadDocument(file), { file, dub: dub ?? { script: undefined, language: undefined } });
  const shaped = shapedDocuments(dubbed.document, aspect);
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
    language: dubbed.language,
    notes: dubbed.notes,
    told: (problem) => problem,
    rows: shaped.map(({ document, shape }, at) => ({ number: at + 1, name, document, files: gathered[at] ?? [], problem: null, shape })),
  };
}
