import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { FilmwrightError, type Starter, starterAboutSchema } from '@filmwright/contracts';
import { readDocument } from '@filmwright/core/film/read-document';
import { parse } from 'yaml';

/** A starter as it lies in its folder, its media by the names that its film has for them; `order` is its place among the others. */
export type FoundStarter = Omit<Starter, 'files'> & { readonly paths: ReadonlyMap<string, string>; readonly order: number };

/** The starters of a folder in their order, of which each has the files that are to be `shown`; none where there is no such folder. */
export async function readStarters(root: string, shown: readonly string[]): Promise<readonly FoundStarter[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // The folder need not be there.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const ids = entries.filter((entry) => entry.isDirectory() && /^[a-z0-9-]+$/.test(entry.name)).map((entry) => entry.name);
  const starters = await Promise.all(ids.map((id) => readStarter({ id, folder: join(root, id), shown })));
  return starters.flatMap((starter) => (starter === null ? [] : [starter])).sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
}

/** A starter whose preview was not made yet is not shown. */
async function readStarter({ id, folder, shown }: { readonly id: string; readonly folder: string; readonly shown: readonly string[] }) {
  const there = new Set(await readdir(folder));
  if (!['film.yaml', 'starter.yaml', 'made.json', ...shown].every((name) => there.has(name))) return null;
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  const { media, ...about } = starterAboutSchema.parse(parse(await text('starter.yaml')));
  const { durationMs } = JSON.parse(await text('made.json')) as { readonly durationMs: number };
  const document: unknown = parse(await text('film.yaml'));
  const { film, files, issues } = readDocument(document);
  if (film === null) throw new FilmwrightError('internal', `The starter ${id} is no film: ${issues[0]?.message ?? ''}`);
  const top = resolve(dirname(folder), '..') + sep;
  const paths = new Map(files.map(({ file }) => [file, resolve(folder, media, file)]));
  for (const path of paths.values()) if (!path.startsWith(top)) throw new FilmwrightError('internal', `The starter ${id} names ${path}.`);
  const at = (name: string) => `/v1/starters/${id}/${name}`;
  return { id, ...about, aspect: film.format.aspect, durationMs, document, preview: at('preview.mp4'), poster: at('poster.jpg'), paths };
}
