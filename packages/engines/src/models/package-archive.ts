import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FilmwrightError } from '@filmwright/contracts';

const block = 512;
const mostPaxBytes = 64 * 1024;

type Entry = { readonly path: string; readonly bytes: number; readonly kind: string };

/** Name, kind and length of what a ustar header (POSIX.1-1988) announces; undefined at the archive's end. Sizes from 8 GiB on are base-256, as GNU tar writes them. */
function readHeader(header: Buffer): Entry | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  const text = (from: number, to: number): string => header.toString('utf8', from, to).split('\0')[0] ?? '';
  const prefix = text(257, 262) === 'ustar' ? text(345, 500) : '';
  const large = ((header[124] ?? 0) & 0x80) !== 0;
  const bytes = large ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 136).trim() || '0', 8);
  if (!Number.isSafeInteger(bytes) || bytes < 0)
    throw new FilmwrightError('media-invalid', 'The archive is damaged: an entry has no length.');
  return { path: [prefix, text(0, 100)].filter(Boolean).join('/'), bytes, kind: text(156, 157) || '0' };
}

/** `path` and `size` of an extended header (POSIX.1-2001: lines of length, blank, key=value). */
function readPax(body: Buffer): Partial<Pick<Entry, 'path' | 'bytes'>> {
  const found = new Map<string, string>();
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(32, at);
    const length = Number(body.toString('latin1', at, blank));
    if (blank < 0 || !Number.isSafeInteger(length) || length <= 0) break;
    const [key = '', ...rest] = body.toString('utf8', blank + 1, at + length - 1).split('=');
    found.set(key, rest.join('='));
    at += length;
  }
  const [path, size] = [found.get('path'), Number(found.get('size'))];
  return { ...(path === undefined ? {} : { path }), ...(Number.isSafeInteger(size) ? { bytes: size } : {}) };
}

/** The next bytes of the file `path`; they must be copied before the next step. `isFirst` marks the file's begin, also of an empty one. */
export type ArchivePiece = { readonly path: string; readonly bytes: Buffer; readonly isFirst: boolean };
export type ReadArchive = { readonly gzipped: boolean; readonly wanted: (path: string) => boolean };

/**
 * Reads a tar archive from start to end and yields the bytes of the wanted files piece by piece, in the archive's order. Nothing is written, and
 * names inside the archive are only compared. Throws `media-invalid` where it is damaged or ends early.
 */
export async function* readArchive(archivePath: string, { gzipped, wanted }: ReadArchive): AsyncGenerator<ArchivePiece> {
  const file = createReadStream(archivePath);
  const stream = gzipped ? pipeline(file, createGunzip(), () => undefined) : file;
  let pending: Buffer = Buffer.alloc(0);
  let current: Entry | undefined;
  let extended: Partial<Pick<Entry, 'path' | 'bytes'>> = {};
  let pax: Buffer[] = [];
  let left = 0;
  let padding = 0;
  const isWanted = (): boolean => current !== undefined && (current.kind === '0' || current.kind === '7') && wanted(current.path);
  try {
    for await (const piece of stream) {
      pending = pending.length > 0 ? Buffer.concat([pending, piece as Buffer]) : (piece as Buffer);
      for (;;) {
        if (left > 0) {
          const taken = pending.subarray(0, Math.min(left, pending.length));
          if (taken.length === 0) break;
          if (current?.kind === 'x') pax.push(Buffer.from(taken));
          else if (isWanted()) yield { path: current?.path ?? '', bytes: taken, isFirst: false };
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
        if (pending.length < block) break;
        if (current?.kind === 'x') extended = readPax(Buffer.concat(pax));
        pax = [];
        const header = readHeader(pending.subarray(0, block));
        pending = pending.subarray(block);
        current = header && (header.kind === 'x' ? header : { ...header, ...extended });
        if (header !== undefined && header.kind !== 'x') extended = {};
        left = current?.bytes ?? 0;
        if (current?.kind === 'x' && left > mostPaxBytes)
          throw new FilmwrightError('media-invalid', `The archive is damaged: a header of ${left} bytes.`);
        padding = (block - (left % block)) % block;
        if (isWanted()) yield { path: current?.path ?? '', bytes: Buffer.alloc(0), isFirst: true };
      }
    }
  } catch (error) {
    if (error instanceof FilmwrightError || !(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')))
      throw error;
    throw new FilmwrightError('media-invalid', `The archive is damaged: ${error.message}. Fetch it again.`, { cause: error });
  } finally {
    file.destroy();
  }
  if (left > 0 || pending.length > 0)
    throw new FilmwrightError(
      'media-invalid',
      `The archive ends early: ${left} bytes of ${current?.path ?? 'a file'} are missing. Fetch it again.`,
    );
}
