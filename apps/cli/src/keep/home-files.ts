import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { digestOfFile } from '@filmwright/blobs';

/** What of a home is carried beside records and assets; the rest (caches, logs, half-done uploads, the database's own files) is made anew. */
const carried = ['signing.key', 'voices', 'models'];

export type HomeFile = {
  readonly path: string;
  readonly from: string;
  readonly digest: string;
  readonly bytes: number;
  readonly mode: number;
};

/** The files of a home that a backup carries, with `path` below the home, by `/`. What is being installed (names that begin with a dot) is left out. */
export async function homeFiles(home: string): Promise<readonly HomeFile[]> {
  const files: HomeFile[] = [];
  for (const name of carried) {
    const top = join(home, name);
    const found = await stat(top).catch(() => null);
    for (const from of found?.isDirectory() ? await filesBelow(top) : found?.isFile() ? [top] : []) {
      const { mode } = await stat(from);
      files.push({ path: relative(home, from).split(sep).join('/'), from, ...(await digestOfFile(from)), mode: mode & 0o777 });
    }
  }
  return files;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries: readonly Dirent[] = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const lists = entries
    .filter(({ name }) => !name.startsWith('.'))
    .map(async (entry): Promise<readonly string[]> => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.isFile() || (await stat(path).catch(() => null))?.isFile() ? [path] : [];
    });
  return (await Promise.all(lists)).flat();
}
