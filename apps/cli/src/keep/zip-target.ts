import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestOfFile } from '@filmwright/blobs';
import { FilmwrightError } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';
import { ZipFile } from 'yazl';
import { assetPath, manifestName } from './backup-manifest.ts';
import type { BackupTarget } from './backup-target.ts';

/** One .zip file, which appears whole: its parts lie in it as they do in a folder. Nothing is packed smaller here; rows come packed, media are. */
export async function zipTarget(path: string): Promise<BackupTarget> {
  if ((await stat(path).catch(() => null))?.isDirectory())
    throw new FilmwrightError('request-invalid', `${path} is a folder; wanted a file name, or a folder whose name does not end in .zip.`);
  await mkdir(dirname(path), { recursive: true });
  await removeParts(path);
  const part = `${path}.part-${process.pid}`;
  const zip = new ZipFile();
  const out = createWriteStream(part, { mode: 0o600, flush: true });
  const failed = failureOf(zip, out);
  zip.outputStream.pipe(out);
  const added = new Set<string>();

  /** One after the other, so that no more than one file is open; a full disk ends the wait. */
  const add = (name: string, bytes: Readable, size?: number): Promise<void> => {
    const passed = new Promise<void>((resolve, reject) => {
      bytes.once('end', resolve);
      bytes.once('error', reject);
    });
    zip.addReadStream(bytes, name, { compress: false, mode: 0o100600, ...(size === undefined ? { forceZip64Format: true } : { size }) });
    return Promise.race([passed, failed]);
  };
  return {
    add: (name, bytes) => add(name, bytes),
    async addAsset({ digest, bytes, from }) {
      if (added.has(digest)) return 'there';
      if (from === null) return 'damaged';
      // What is in a zip cannot be taken out again.
      const found = await digestOfFile(from);
      if (found.digest !== digest || found.bytes !== bytes) return 'damaged';
      added.add(digest);
      await add(assetPath(digest), createReadStream(from), bytes);
      return 'copied';
    },
    async finish({ manifest }) {
      zip.addBuffer(Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`), manifestName, { mode: 0o100600 });
      zip.end();
      await Promise.race([new Promise<void>((resolve) => out.once('close', resolve)), failed]);
      await rename(part, path);
    },
    async abandon() {
      out.destroy();
      await rm(part, { force: true });
    },
  };
}

function failureOf(zip: ZipFile, out: WriteStream): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    zip.on('error', reject);
    out.on('error', reject);
  });
  failed.catch(() => {});
  return failed;
}

/** Parts of backups that were killed. */
async function removeParts(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    const pid = Number(name.startsWith(`${basename(path)}.part-`) ? name.slice(basename(path).length + 6) : Number.NaN);
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(dirname(path), name), { force: true });
  }
}
