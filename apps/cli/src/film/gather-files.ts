import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { FilmwrightError, type Issue, type MediaType } from '@filmwright/contracts';
import type { FileReference } from '@filmwright/core/film/file-references';
import { nearest } from '@filmwright/core/film/issues';
import { lookAtMedia } from '@filmwright/core/film/look-at-media';
import { wantedMedia } from '@filmwright/core/film/media-head';
import { readDocument } from '@filmwright/core/film/read-document';
import { gatherRigs } from './gather-rigs.ts';

/** A file named by a document: `name` as written, `path` on this machine. */
export type NamedFile = { readonly name: string; readonly path: string };

/** What was wrong with files that were looked at, kept while many documents that name the same ones are read. */
export type LookedFiles = Map<string, Promise<Wrong | null>>;

/** Checks a document and the files it names, as far as that needs no program, before anything is started; throws one error with every problem. */
export async function gatherFiles(
  document: unknown,
  { documentPath, looked = new Map() }: { readonly documentPath: string; readonly looked?: LookedFiles },
): Promise<readonly NamedFile[]> {
  const { issues, files } = readDocument(document);
  const rigs = await gatherRigs(files, documentPath);
  const problems: Issue[] = [...issues, ...rigs.issues];
  const good = new Map<string, NamedFile>();
  const uses = new Map<string, FileReference[]>();
  for (const use of [...files, ...rigs.pictures])
    uses.set(`${use.expect}:${use.file}`, [...(uses.get(`${use.expect}:${use.file}`) ?? []), use]);
  for (const [{ file, expect, path }, ...others] of [...uses.values()] as [FileReference, ...FileReference[]][]) {
    const absolute = resolve(dirname(documentPath), file);
    const known = looked.get(`${expect}:${absolute}`) ?? whatIsWrong(absolute, expect);
    looked.set(`${expect}:${absolute}`, known);
    const wrong = await known;
    if (wrong === null) good.set(file, { name: file, path: absolute });
    else {
      const elsewhere = [...new Set(others.map((other) => other.path))].filter((other) => other !== path);
      problems.push({ severity: 'error', path, ...wrong, message: `${wrong.message}${alsoNamed(elsewhere)}` });
    }
  }
  const errors = problems.filter((issue) => issue.severity === 'error');
  if (errors.length === 0) return [...good.values()];
  const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `${documentPath} has ${errors.length} problems.`;
  throw new FilmwrightError(codeOf(errors), detail, { issues: problems });
}

function codeOf(errors: readonly Issue[]): 'media-missing' | 'media-invalid' | 'document-invalid' {
  const same = (['media-missing', 'media-invalid'] as const).find((code) => errors.every((issue) => issue.code === code));
  return same ?? 'document-invalid';
}

function alsoNamed(paths: readonly string[]): string {
  if (paths.length === 0) return '';
  return ` Named at ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more places` : ''} too.`;
}

type Wrong = Pick<Issue, 'code' | 'message' | 'found' | 'wanted' | 'next'>;

async function whatIsWrong(path: string, expect: MediaType): Promise<Wrong | null> {
  const wanted = wantedMedia[expect];
  try {
    const there = await stat(path);
    if (there.isFile()) return await lookedAt(path, expect);
    const found = there.isDirectory() ? 'a folder' : 'no regular file';
    return { code: 'media-missing', message: `${path} is ${found}; wanted ${wanted}.`, found, wanted, next: 'Give the path of a file.' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      const found = `a file that cannot be read (${code})`;
      return { code: 'media-missing', message: `${path} is ${found}.`, found, wanted, next: 'Allow reading it, or name another file.' };
    }
    const near = await neighbour(path);
    return {
      code: 'media-missing',
      message: `${path} does not exist; wanted ${wanted}.`,
      found: 'no such file',
      wanted,
      next: `${near === undefined ? 'Put it there or correct the path' : `Did you mean ${JSON.stringify(near)}? If not, correct the path`}; paths are relative to the document.`,
    };
  }
}

/** What a file's head and outline say of it; what only decoding can tell, the platform looks at in confinement. */
async function lookedAt(path: string, expect: MediaType): Promise<Wrong | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const fault = await lookAtMedia({ bytes: size, read }, expect);
    if (fault === null) return null;
    const { wrong: found, wanted, next } = fault;
    return {
      code: 'media-invalid',
      message: `${basename(path)}: ${found}; wanted ${wanted}.`,
      found,
      wanted,
      next: `${next.charAt(0).toUpperCase()}${next.slice(1)}.`,
    };
  } finally {
    await file.close();
  }
}

async function neighbour(path: string): Promise<string | undefined> {
  const names = await readdir(dirname(path)).catch(() => []);
  return nearest(basename(path), names);
}
