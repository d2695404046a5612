import { createHash } from 'node:crypto';
import { chmod, type FileHandle, lstat, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { type Asset, type Digest, digestSchema, FilmwrightError } from '@filmwright/contracts';
import { syncFolder } from '@filmwright/process/sync-folder';
import type { Blobs } from './blobs.ts';
import { digestOfFile } from './digest-of-file.ts';
import { codeOf, diskProblem } from './disk-problem.ts';
import { removeLeftOvers, temporaryPath } from './left-overs.ts';

const pieceBytes = 256 * 1024;

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
}

async function writeAll(handle: FileHandle, piece: Buffer): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}

async function sizeAt(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Opens (and makes) a store in the folder `root`: two levels of folders by digest, writing in `root/tmp` and one rename at the end.
 * Left-over temp files of dead processes are removed; several processes may use one folder at once, also on several machines that have it mounted.
 */
export async function openFolderBlobs({ root }: { readonly root: string }): Promise<Blobs> {
  const temp = join(root, 'tmp');
  await makeFolder(temp).catch(async (error: unknown) => Promise.reject(await diskProblem(error, { folder: root, neededBytes: null })));
  await removeLeftOvers(temp);

  const place = (digest: Digest): string => {
    if (!digestSchema.safeParse(digest).success) {
      throw new FilmwrightError('request-invalid', `"${digest}" is not a digest; wanted sha256- and 64 lower-case hex digits.`);
    }
    return join(root, digest.slice(7, 9), digest.slice(9, 11), digest);
  };

  /** Renames a synced file into place; the folder is synced too, so that an acknowledged asset outlives a power cut. */
  async function settle(path: string, digest: Digest): Promise<void> {
    const target = place(digest);
    await makeFolder(dirname(target));
    await chmod(path, 0o444);
    // Its age in the store tells what nobody has named yet from what nobody names any more.
    await touch(path);
    await rename(path, target);
    await syncFolder(dirname(target));
  }

  async function* piecesOf(options: { readonly digest: Digest; readonly start?: number; readonly end?: number }): AsyncGenerator<Buffer> {
    const handle = await open(place(options.digest), 'r').catch((error: unknown) => {
      throw codeOf(error) === 'ENOENT' ? notFound(options.digest) : error;
    });
    try {
      let at = options.start ?? 0;
      const end = options.end ?? Number.POSITIVE_INFINITY;
      while (at <= end) {
        const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, end - at + 1));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  const notFound = (digest: Digest) => new FilmwrightError('not-found', `There is no asset ${digest} in ${root}.`);

  async function putStream(options: Parameters<Blobs['putStream']>[0] & { readonly neededBytes?: number }): Promise<Asset> {
    const { path, forget } = temporaryPath(temp);
    const hash = createHash('sha256');
    const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    let bytes = 0;
    try {
      const handle = await open(path, 'wx', 0o600);
      try {
        for await (const part of options.stream) {
          const piece = typeof part === 'string' ? Buffer.from(part) : (part as Buffer);
          bytes += piece.length;
          if (bytes > maxBytes) {
            throw new FilmwrightError(
              'media-too-large',
              `The upload is larger than ${maxBytes} bytes, the most that is taken. Make it smaller or shorter, then try again.`,
            );
          }
          hash.update(piece);
          await writeAll(handle, piece);
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
      const digest: Digest = `sha256-${hash.digest('hex')}`;
      if (options.expect !== undefined && options.expect !== digest) {
        throw new FilmwrightError(
          'digest-mismatch',
          `The ${bytes} bytes received have digest ${digest}; wanted ${options.expect}. Send the file again.`,
        );
      }
      await settle(path, digest);
      return { digest, bytes, mediaType: options.mediaType };
    } catch (error) {
      options.stream.destroy();
      await rm(path, { force: true });
      throw await diskProblem(error, { folder: root, neededBytes: options.neededBytes ?? (bytes || null) });
    } finally {
      forget();
    }
  }

  async function putFile(options: Parameters<Blobs['putFile']>[0]): Promise<Asset> {
    const { path, mediaType } = options;
    const found = await lstat(path);
    const handle = await open(path, 'r');
    try {
      await handle.sync();
      const { digest, bytes } = await digestOfFile(path);
      if ((await sizeAt(place(digest))) !== bytes) {
        if (!found.isFile() || found.nlink > 1) throw Object.assign(new Error('not movable'), { code: 'EXDEV' });
        await settle(path, digest);
      } else {
        await touch(place(digest)).catch(() => {});
        await rm(path, { force: true });
      }
      return { digest, bytes, mediaType };
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') throw await diskProblem(error, { folder: root, neededBytes: found.size });
      const asset = await putStream({
        stream: handle.createReadStream({ start: 0, autoClose: false }),
        mediaType,
        neededBytes: found.size,
      });
      await rm(path, { force: true });
      return asset;
    } finally {
      await handle.close();
    }
  }

  return {
    putFile,
    putStream,
    has: async (digest) => (await sizeAt(place(digest))) !== null,
    size: (digest) => sizeAt(place(digest)),
    path: async (digest) => {
      const path = place(digest);
      if ((await sizeAt(path)) === null) throw notFound(digest);
      return path;
    },
    read: (options) => Readable.from(piecesOf(options), { objectMode: false }),
    remove: (digest) => rm(place(digest), { force: true }),
  };
}
