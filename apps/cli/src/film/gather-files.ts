import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FilmwrightError, type Issue } from '@filmwright/contracts';
import { fileReferences, nearest, readDocument } from '@filmwright/core';

/** A file named by a document: `name` as written, `path` on this machine. */
export type NamedFile = { readonly name: string; readonly path: string };

/** Checks a document and the files it names before anything is started; throws one error with every problem. */
export async function gatherFiles(document: unknown, documentPath: string): Promise<readonly NamedFile[]> {
  const { film, issues, origin } = readDocument(document);
  const problems: Issue[] = [...issues];
  const files = new Map<string, NamedFile>();
  if (film !== null) {
    for (const { file, path } of fileReferences(film)) {
      if (files.has(file)) continue;
      const absolute = resolve(dirname(documentPath), file);
      const wrong = await whatIsWrong(absolute);
      if (wrong === null) files.set(file, { name: file, path: absolute });
      else
        problems.push({
          severity: 'error',
          code: 'media-missing',
          path: origin(path, file),
          message: `${origin(path, file)} names ${JSON.stringify(file)}: ${wrong}.`,
          found: file,
          wanted: 'a file',
          next: 'Paths are relative to the document.',
        });
    }
  }
  const errors = problems.filter((issue) => issue.severity === 'error');
  if (errors.length > 0) {
    const code = errors.every((issue) => issue.code === 'media-missing') ? 'media-missing' : 'document-invalid';
    throw new FilmwrightError(code, errors.length === 1 ? (errors[0]?.message ?? '') : `${documentPath} has ${errors.length} problems.`, {
      issues: problems,
    });
  }
  return [...files.values()];
}

async function whatIsWrong(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return `${path} is not a file`;
    return found.size === 0 ? `${path} is empty` : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return `${path} cannot be read (${code})`;
    const near = await neighbour(path);
    return `${path} does not exist${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`;
  }
}

async function neighbour(path: string): Promise<string | undefined> {
  const { readdir } = await import('node:fs/promises');
  const names = await readdir(dirname(path)).catch(() => []);
  return nearest(path.slice(dirname(path).length + 1), names);
}
