import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listFolderBlobs, openFolderBlobs } from '@filmwright/blobs';
import { type Digest, FilmwrightError } from '@filmwright/contracts';
import { syncFolder } from '@filmwright/process/sync-folder';
import { manifestName, readManifest } from './backup-manifest.ts';
import type { BackupTarget } from './backup-target.ts';

const ownNames = new Set([manifestName, 'records', 'assets']);

/** A folder that holds the newest of its backups: assets that are there already are not copied again, and the manifest changes in one rename. */
export async function folderTarget(root: string): Promise<BackupTarget> {
  await checkFolder(root);
  await mkdir(root, { recursive: true, mode: 0o700 });
  // It holds the key that signs addresses, and all films.
  await chmod(root, 0o700);
  const blobs = await openFolderBlobs({ root: join(root, 'assets') });
  const written: string[] = [];
  return {
    async add(path, bytes) {
      const target = join(root, path);
      await mkdir(dirname(target), { recursive: true });
      written.push(dirname(target));
      await pipeline(bytes, createWriteStream(target, { flags: 'w', mode: 0o600, flush: true }));
    },
    async addAsset({ digest, bytes, from }) {
      const expect = digest as Digest;
      if ((await blobs.size(expect)) === bytes) return 'there';
      if (from === null) return 'damaged';
      try {
        await blobs.putStream({ stream: createReadStream(from), mediaType: '', expect });
        return 'copied';
      } catch (error) {
        if (error instanceof FilmwrightError && error.code === 'digest-mismatch') return 'damaged';
        throw error;
      }
    },
    async finish({ manifest, named }) {
      const part = join(root, `${manifestName}.part`);
      await writeFile(part, `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600, flush: true });
      await syncFolder(join(root, manifest.records));
      await rename(part, join(root, manifestName));
      await syncFolder(root);
      await removeOthers(root, { records: manifest.records, named });
    },
    async abandon() {
      for (const folder of new Set(written)) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A backup never mixes with files of somebody else, and never replaces what a newer version wrote. */
async function checkFolder(root: string): Promise<void> {
  const names: readonly string[] = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error.code === 'ENOTDIR'
      ? new FilmwrightError('request-invalid', `${root} is a file; wanted a folder, or a name that ends in .zip for a backup in one file.`)
      : error;
  });
  const foreign = names.filter((name) => !ownNames.has(name) && name !== `${manifestName}.part`);
  if (foreign.length > 0)
    throw new FilmwrightError(
      'request-invalid',
      `${root} holds other things than a backup (${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', ...' : ''}). Give a folder of its own, or one that a backup was written to.`,
    );
  if (!names.includes(manifestName)) return;
  const file = await open(join(root, manifestName), 'r');
  try {
    readManifest(await file.readFile('utf8'), root);
  } finally {
    await file.close();
  }
}

type Newest = { readonly records: string; readonly named: ReadonlySet<string> };

/** Removes what only earlier backups of the folder named. */
async function removeOthers(root: string, { records, named }: Newest): Promise<void> {
  for (const name of await readdir(join(root, 'records')))
    if (`records/${name}` !== records) await rm(join(root, 'records', name), { recursive: true, force: true });
  for await (const { digest, path } of listFolderBlobs(join(root, 'assets'))) if (!named.has(digest)) await rm(path, { force: true });
}
