import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FilmwrightError } from '@filmwright/contracts';
import { openPromise } from 'yauzl';
import type { FoundFile } from './found-source.ts';
import { readArchive } from './package-archive.ts';

export type ExtractFiles = {
  readonly path: string;
  readonly format: 'tgz' | 'zip';
  readonly folder: string;
  readonly wanted: (path: string) => boolean;
  /** The wanted files may have so many bytes together. */
  readonly mostBytes: number;
  readonly signal?: AbortSignal | undefined;
};

/** Takes the wanted files out of an archive into a folder, under names of our own: what the archive calls them is never a path here. */
export async function extractFiles(options: ExtractFiles): Promise<readonly FoundFile[]> {
  await rm(options.folder, { recursive: true, force: true });
  await mkdir(options.folder, { recursive: true });
  const places = new Map<string, string>();
  const placeOf = (path: string): string => {
    const place = join(options.folder, createHash('sha256').update(path).digest('hex').slice(0, 32));
    places.set(path, place);
    return place;
  };
  try {
    await (options.format === 'zip' ? fromZip(options, placeOf) : fromTar(options, placeOf));
  } catch (error) {
    await rm(options.folder, { recursive: true, force: true });
    throw error;
  }
  const files: FoundFile[] = [];
  for (const [path, localPath] of places)
    files.push({ path, bytes: (await stat(localPath)).size, digest: null, at: { localPath, movable: true } });
  return files;
}

/** An archive may unfold to a thousand times its size. */
function tooMuch(mostBytes: number): FilmwrightError {
  return new FilmwrightError(
    'media-invalid',
    `The archive unfolds to more than ${mostBytes} bytes, which is more than the model has or than there is room for; nothing of it was kept.`,
    { retryable: false },
  );
}

type PlaceOf = (path: string) => string;

async function fromTar({ path, wanted, mostBytes, signal }: ExtractFiles, placeOf: PlaceOf): Promise<void> {
  let file: FileHandle | undefined;
  let size = 0;
  try {
    for await (const piece of readArchive(path, { gzipped: true, wanted })) {
      signal?.throwIfAborted();
      if (piece.isFirst) {
        await file?.close();
        file = await open(placeOf(piece.path), 'w');
      }
      size += piece.bytes.length;
      if (size > mostBytes) throw tooMuch(mostBytes);
      await file?.appendFile(piece.bytes);
    }
  } finally {
    await file?.close();
  }
}

async function fromZip({ path, wanted, mostBytes, signal }: ExtractFiles, placeOf: PlaceOf): Promise<void> {
  let size = 0;
  try {
    const zip = await openPromise(path, { autoClose: false, lazyEntries: true, strictFileNames: true });
    try {
      for await (const entry of zip.eachEntry()) {
        if (entry.fileName.endsWith('/') || !wanted(entry.fileName)) continue;
        // The reader holds each entry to the size that it tells.
        size += entry.uncompressedSize;
        if (size > mostBytes) throw tooMuch(mostBytes);
        await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(placeOf(entry.fileName)), signal ? { signal } : {});
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    // A disk that is full says nothing about the archive.
    if (error instanceof FilmwrightError || (error instanceof Error && 'syscall' in error)) throw error;
    throw new FilmwrightError(
      'media-invalid',
      `The archive is damaged: ${error instanceof Error ? error.message : String(error)}. Fetch it again.`,
      { cause: error },
    );
  }
}
