import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Entry, openPromise } from 'yauzl';
import { type BackupManifest, manifestName, notOne, readManifest } from './backup-manifest.ts';

/** A backup that is read: its manifest, and its files by their paths. */
export type BackupSource = {
  readonly manifest: BackupManifest;
  /** Throws `request-invalid` for a file that is not there. */
  readonly read: (path: string) => Promise<Readable>;
  readonly close: () => void;
};

/** Opens a backup in a folder or in a .zip file; throws `request-invalid` for anything else. */
export async function openSource(path: string): Promise<BackupSource> {
  const there = await stat(path).catch(() => null);
  if (there === null) throw notOne(path, 'it does not exist');
  return there.isDirectory() ? openFolder(path) : openZip(path);
}

async function openFolder(root: string): Promise<BackupSource> {
  const text = await readFile(join(root, manifestName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? notOne(root, 'it has no manifest.json; a backup that was not finished has none either') : error;
  });
  return {
    manifest: readManifest(text, root),
    async read(path) {
      const file = join(root, path);
      if (!(await stat(file).catch(() => null))?.isFile()) throw notOne(root, `${path} is missing`);
      return createReadStream(file);
    },
    close: () => {},
  };
}

async function openZip(path: string): Promise<BackupSource> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true, strictFileNames: true }).catch((error: Error) => {
    throw notOne(path, error.message);
  });
  try {
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    const read = async (name: string): Promise<Readable> => {
      const entry = entries.get(name);
      if (entry === undefined) throw notOne(path, `${name} is missing`);
      return zip.openReadStreamPromise(entry);
    };
    const manifest = readManifest((await buffer(await read(manifestName))).toString('utf8'), path);
    return { manifest, read, close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error;
  }
}
