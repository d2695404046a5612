import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FilmwrightError } from '@filmwright/contracts';

const BLOCK = 512;

type Entry = { readonly path: string; readonly bytes: number };

/** Name and length of the file that a ustar header (POSIX.1-1988) announces; undefined at the archive's end. */
function readHeader(block: Buffer): Entry | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const text = (from: number, to: number): string => block.toString('utf8', from, to).split('\0')[0] ?? '';
  const kind = text(156, 157);
  const prefix = text(257, 262) === 'ustar' ? text(345, 500) : '';
  const bytes = Number.parseInt(text(124, 136).trim() || '0', 8);
  if (!Number.isSafeInteger(bytes) || bytes < 0)
    throw new FilmwrightError('media-invalid', 'The package archive is damaged: an entry has no length.');
  const path = kind === '0' || kind === '' ? [prefix, text(0, 100)].filter(Boolean).join('/') : '';
  return { path, bytes };
}

/** The next bytes of the wanted file `path`; they must be copied before the next step. */
export type ArchivePiece = { readonly path: string; readonly bytes: Buffer };

/**
 * Reads a gzipped tar archive from start to end and yields the bytes of the wanted files piece by piece, in the archive's order.
 * Nothing is written, and names inside the archive are only compared, never used as paths.
 */
export async function* readArchive(archivePath: string, wanted: ReadonlySet<string>): AsyncGenerator<ArchivePiece> {
  const stream = pipeline(createReadStream(archivePath), createGunzip(), () => undefined);
  let pending: Buffer = Buffer.alloc(0);
  let current: Entry | undefined;
  let left = 0;
  let padding = 0;
  for await (const piece of stream) {
    pending = pending.length > 0 ? Buffer.concat([pending, piece as Buffer]) : (piece as Buffer);
    for (;;) {
      if (left > 0) {
        const taken = pending.subarray(0, Math.min(left, pending.length));
        if (taken.length === 0) break;
        if (current && wanted.has(current.path)) yield { path: current.path, bytes: taken };
        left -= taken.length;
        pending = pending.subarray(taken.length);
        continue;
      }
      if (padding > 0) {
        const skipped = Math.min(padding, pending.length);
        padding -= skipped;
        pending = pending.subarray(skipped);
        if (padding > 0) break;
      }
      if (pending.length < BLOCK) break;
      current = readHeader(pending.subarray(0, BLOCK));
      pending = pending.subarray(BLOCK);
      left = current?.bytes ?? 0;
      padding = (BLOCK - (left % BLOCK)) % BLOCK;
    }
  }
  if (left > 0)
    throw new FilmwrightError(
      'media-invalid',
      `The package archive ends early: ${left} bytes of ${current?.path ?? 'a file'} are missing. Fetch it again.`,
    );
}
