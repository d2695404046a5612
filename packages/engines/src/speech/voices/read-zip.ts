import { inflateRawSync } from 'node:zlib';
import { FilmwrightError } from '@filmwright/contracts';

/** A file inside a ZIP archive; `read` unpacks it. */
export type ZipFile = { readonly path: string; readonly read: () => Buffer };

const endMark = 0x06054b50;
const entryMark = 0x02014b50;

function damaged(why: string): never {
  throw new FilmwrightError('media-invalid', `The archive is damaged: ${why}. Fetch it again.`);
}

/** The files of a ZIP archive that lies in memory (APPNOTE 4.3, stored and deflated entries, below 4 GiB); names are as they stand and must be checked before use as paths. */
export function readZip(bytes: Buffer): readonly ZipFile[] {
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== endMark) end--;
  if (end < 0) damaged('it has no directory');
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  const files: ZipFile[] = [];
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== entryMark) damaged(`entry ${index} of ${count} is missing`);
    const method = bytes.readUInt16LE(at + 10);
    const packed = bytes.readUInt32LE(at + 20);
    const size = bytes.readUInt32LE(at + 24);
    const nameLength = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    const path = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    const read = (): Buffer => {
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(start, start + packed);
      if (method !== 0 && method !== 8) damaged(`${path} is packed by method ${method}, wanted 0 or 8`);
      const plain = method === 0 ? data : inflateRawSync(data, { maxOutputLength: size + 1 });
      if (plain.length !== size) damaged(`${path} has ${plain.length} bytes, wanted ${size}`);
      return plain;
    };
    if (!path.endsWith('/')) files.push({ path, read });
  }
  return files;
}
