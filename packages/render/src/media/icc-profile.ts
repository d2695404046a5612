import { open } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';

const readBytes = 4 << 20;
const largestProfile = 4 << 20;

/** The ICC profile that a PNG, JPEG or WebP carries before its pixels; null where it has none, or one that is broken. */
export async function iccProfile(path: string, is: string): Promise<Buffer | null> {
  const reader = readers[is];
  if (reader === undefined) return null;
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(readBytes);
    const { bytesRead } = await file.read(buffer, 0, readBytes, 0);
    const profile = reader(buffer.subarray(0, bytesRead));
    return profile !== null && profile.length >= 132 && profile.toString('latin1', 36, 40) === 'acsp' ? profile : null;
  } catch (error) {
    // Numbers that lead out of the file, or data that does not unpack: the picture is read as if it had no profile.
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code?.startsWith('Z_') === true) return null;
    throw error;
  } finally {
    await file.close();
  }
}

type Reader = (bytes: Buffer) => Buffer | null;

const readPng: Reader = (bytes) => {
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (name === 'IDAT') return null;
    if (name !== 'iCCP') continue;
    const data = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    // A name, a zero, the method (0: zlib), the packed profile.
    return inflateSync(data.subarray(data.indexOf(0) + 2), { maxOutputLength: largestProfile });
  }
  return null;
};

const readJpeg: Reader = (bytes) => {
  const parts: Buffer[] = [];
  for (let at = 2; at + 4 < bytes.length; ) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break;
    const length = bytes.readUInt16BE(at + 2);
    // Long profiles come in numbered parts (ICC.1:2022, annex B.4).
    if (marker === 0xe2 && bytes.toString('latin1', at + 4, at + 16) === 'ICC_PROFILE\0')
      parts[bytes[at + 16] as number] = bytes.subarray(at + 18, at + 2 + length);
    at += 2 + length;
  }
  return parts.length === 0 ? null : Buffer.concat(parts.filter((part) => part !== undefined));
};

const readWebp: Reader = (bytes) => {
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === 'ICCP') return bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length & 1);
  }
  return null;
};

const readers: Readonly<Record<string, Reader>> = { PNG: readPng, JPEG: readJpeg, WebP: readWebp };
