import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { findInHub } from './find-in-hub.ts';
import { findInNpm, findInPypi } from './find-in-registry.ts';
import type { FoundFile, FoundSource } from './found-source.ts';
import type { SourceSettings } from './source-settings.ts';
import { readSource } from './source-uri.ts';

/** Looks a source up without fetching weights: its pinned form, licence, and files or archive. */
export async function findSource(
  text: string,
  asked: { readonly settings: SourceSettings; readonly signal?: AbortSignal | undefined },
): Promise<FoundSource> {
  const source = readSource(text);
  switch (source.scheme) {
    case 'hf':
      return findInHub(source, asked);
    case 'npm':
      return findInNpm(source, asked);
    case 'pypi':
      return findInPypi(source, asked);
    case 'https': {
      const path = decodeURIComponent(new URL(source.url).pathname.split('/').at(-1) ?? '') || 'model';
      return {
        kind: 'files',
        pinned: text,
        licence: null,
        gated: false,
        files: [{ path, bytes: null, digest: null, at: { url: source.url } }],
      };
    }
    case 'file':
      return { kind: 'files', pinned: `file:${resolve(source.path)}`, licence: null, gated: false, files: await localFiles(source.path) };
  }
}

async function localFiles(path: string): Promise<readonly FoundFile[]> {
  const about = await stat(path).catch(() => null);
  if (about === null)
    throw new FilmwrightError('not-found', `There is nothing at ${path}; wanted a file or a folder with the model's files.`);
  const found = (name: string, localPath: string, bytes: number): FoundFile => ({ path: name, bytes, digest: null, at: { localPath } });
  if (about.isFile()) return [found(basename(path), resolve(path), about.size)];
  const files: FoundFile[] = [];
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    const { size } = await stat(full);
    if (entry.isFile()) files.push(found(relative(path, full), resolve(full), size));
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
