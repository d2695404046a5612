import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '@filmwright/contracts';
import { openFolderBlobs } from './folder-blobs.ts';
import { temporaryPath } from './left-overs.ts';

/** Bytes a second. */
export type FolderRates = { readonly readBytesPerS: number | null; readonly writeBytesPerS: number | null };

const pieceBytes = 1024 ** 2;
const mostBytes = 16 * pieceBytes;
/** What took so long tells enough. */
const enoughMs = 200;

/**
 * How quickly the folder of a store takes bytes until they are on its disk, and gives those of the asset `digest`, measured by 16 MiB or a fifth of a second each,
 * which leaves nothing there. What the system has in memory is read at that pace. Null where it failed, or nothing is to be read.
 */
export async function folderRates({ root, digest }: { readonly root: string; readonly digest: Digest | null }): Promise<FolderRates> {
  const writeBytesPerS = await writeRate(join(root, 'tmp')).catch(() => null);
  return { writeBytesPerS, readBytesPerS: digest === null ? null : await readRate(root, digest).catch(() => null) };
}

async function writeRate(folder: string): Promise<number> {
  const { path, forget } = temporaryPath(folder);
  const piece = randomBytes(pieceBytes);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      return await rateOf(async () => {
        await file.writeFile(piece);
        await file.sync();
        return piece.length;
      });
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
    forget();
  }
}

async function readRate(root: string, digest: Digest): Promise<number> {
  const blobs = await openFolderBlobs({ root });
  return rateOf(async () => {
    let bytes = 0;
    for await (const piece of blobs.read({ digest })) bytes += (piece as Buffer).length;
    return bytes;
  });
}

/** Bytes a second of a step that is done until it was enough. Throws where a step moves nothing. */
export async function rateOf(step: () => Promise<number>): Promise<number> {
  const startedMs = performance.now();
  for (let bytes = 0; ; ) {
    const moved = await step();
    if (moved === 0) throw new Error('nothing was moved');
    bytes += moved;
    const tookMs = performance.now() - startedMs;
    if (bytes >= mostBytes || tookMs >= enoughMs) return Math.max(1, Math.round((bytes * 1000) / tookMs));
  }
}
