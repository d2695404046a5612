import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Digest, FilmwrightError } from '@filmwright/contracts';
import { archiveEndBytes, archiveHeader, archivePadding } from '@filmwright/process/archive-header';
import { programFiles } from './program-files.ts';

/** The program of a runner as one file, `filmwright/...` in a gzipped tar archive. */
export type ProgramArchive = { readonly digest: Digest; readonly bytes: number; readonly path: string };

/** Nobody writes for so long: it was ended meanwhile. */
const partMs = 3_600_000;
/** The folder that all files of the archive lie in. */
const top = 'filmwright';

/**
 * The archive of the program that this gateway is of, written into `folder` when it is first asked for: the same files give the same bytes. What an
 * earlier program left there is removed; one that another gateway removed is written again.
 */
export function createProgramArchive({ root, folder }: { readonly root: string; readonly folder: string }): () => Promise<ProgramArchive> {
  let made: Promise<ProgramArchive> | undefined;
  return async () => {
    const current = made;
    const archive = await current?.catch(() => undefined);
    if (archive !== undefined && (await stat(archive.path).catch(() => null))?.size === archive.bytes) return archive;
    if (made === current) made = writeArchive({ root, folder });
    return made ?? writeArchive({ root, folder });
  };
}

async function writeArchive({ root, folder }: { readonly root: string; readonly folder: string }): Promise<ProgramArchive> {
  await mkdir(folder, { recursive: true });
  // Of this writing alone: gateways in containers that share a home often have the same process number.
  const part = join(folder, `.${randomUUID()}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(part, 'w');
  try {
    await pipeline(Readable.from(entries(root)), createGzip(), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) {
        hash.update(piece);
        bytes += piece.length;
        await file.appendFile(piece);
      }
    });
    await file.sync();
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  const digest: Digest = `sha256-${hash.digest('hex')}`;
  const path = join(folder, `${digest}.tgz`);
  await rename(part, path);
  await tidy(folder, `${digest}.tgz`);
  return { digest, bytes, path };
}

async function tidy(folder: string, current: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const place = join(folder, name);
    const isPart = name.endsWith('.part');
    if (isPart && Date.now() - ((await stat(place).catch(() => null))?.mtimeMs ?? 0) < partMs) continue;
    if (isPart || (name.endsWith('.tgz') && name !== current)) await rm(place, { force: true });
  }
}

async function* entries(root: string): AsyncGenerator<Buffer> {
  for (const { path, bytes, isProgram } of await programFiles(root)) {
    yield archiveHeader({ path: `${top}/${path}`, bytes, isProgram });
    let left = bytes;
    if (bytes > 0)
      for await (const piece of createReadStream(join(root, path), { end: bytes - 1 })) {
        left -= (piece as Buffer).length;
        yield piece as Buffer;
      }
    if (left > 0) throw new FilmwrightError('unavailable', `The file ${path} of the program changed while it was packed. Ask again.`);
    yield Buffer.alloc(archivePadding(bytes));
  }
  yield Buffer.alloc(archiveEndBytes);
}
