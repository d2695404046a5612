import { access, constants, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Client, MediaSource } from '@filmwright/client';
import { FilmwrightError } from '@filmwright/contracts';
import { knownDigests } from './known-digests.ts';

export type SaveMedia = { readonly client: Client; readonly home: string; readonly source: MediaSource; readonly path: string };

/** Saves media to a file, which appears whole; a file that has these bytes already is left alone. */
export async function saveMedia({ client, home, source, path }: SaveMedia): Promise<void> {
  const { bytes, digest } = await client.mediaInfo(source);
  const there = await stat(path).catch(() => null);
  const known = knownDigests(home);
  if (there?.isFile() && there.size === bytes && (await known.of(path)) === digest) return known.remember();
  await writeWhole(path, async (file) => {
    for await (const piece of client.readMedia({ source })) await file.write(piece.bytes, 0, piece.bytes.byteLength, piece.position);
  });
  await known.note(path, digest);
  await known.remember();
}

/** Writes a file that appears whole or not at all; fails with the folder, what is wrong with it and what to do. */
export async function writeWhole(path: string, write: (file: FileHandle) => Promise<unknown>): Promise<void> {
  const temporary = `${path}.part-${process.pid}`;
  let file: FileHandle | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    file = await open(temporary, 'w');
    await write(file);
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw writeFault(error, path);
  }
}

/** Fails where a file could not be written later for a reason that can be seen now; changes nothing. */
export async function checkWritable(path: string): Promise<void> {
  if ((await stat(path).catch(() => null))?.isDirectory()) throw writeFault({ code: 'EISDIR' }, path);
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
    if (found instanceof Error) {
      if (found.code === 'ENOENT' && folder !== dirname(folder)) continue;
      throw writeFault(found, path);
    }
    if (!found.isDirectory()) throw writeFault({ code: 'ENOTDIR' }, path);
    return access(folder, constants.W_OK | constants.X_OK).catch((error) => {
      throw writeFault(error, path);
    });
  }
}

const unwritable: Readonly<Record<string, string>> = {
  EACCES: 'writing there is not allowed',
  EPERM: 'writing there is not allowed',
  EROFS: 'its disk is read-only',
  ENOTDIR: 'a part of this path is a file',
  EEXIST: 'a part of this path is a file',
  EISDIR: 'there is a folder of this name',
};

function writeFault(error: unknown, path: string): unknown {
  const code = String((error as NodeJS.ErrnoException).code);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new FilmwrightError(
      'disk-full',
      `There is no room for ${path}. Free space there or give another folder with --out, then run the same command again; the film is made already and kept.`,
      { cause: error },
    );
  const why = unwritable[code];
  if (why === undefined) return error;
  return new FilmwrightError('request-invalid', `Cannot write ${path}: ${why}. Give another folder with --out.`, { cause: error });
}
