import { open } from 'node:fs/promises';
import { isMoving, type MediaKind } from '@filmwright/core/film/media-head';

/** Size in pixels before rotation, and the EXIF orientation 1..8 (TIFF tag 274). */
export type PictureHeader = {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  /** Whether further frames follow the first. */
  readonly moves?: boolean;
  /** A JPEG of four inks without Adobe's marker: 255 is full ink, which readers of that marker's kind take for none. */
  readonly plainInks?: boolean;
};

const readBytes = 4 << 20;

/** Reads size and orientation of a PNG, JPEG, GIF, BMP, WebP or TIFF from its header alone; null where the header is broken or lies deeper than 4 MiB. */
export async function pictureHeader(path: string, is: string): Promise<PictureHeader | null> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(readBytes);
    const { bytesRead } = await file.read(buffer, 0, readBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const found = readers[is]?.(bytes) ?? null;
    if (found !== null) return { ...found, moves: isMoving(is as MediaKind, bytes) };
    if (is !== 'TIFF' || bytesRead < 8) return found;
    // TIFF writers like to put the directory behind the pixels.
    const little = bytes.toString('latin1', 0, 2) === 'II';
    const at = little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
    const directory = await file.read(buffer, 8, readBytes - 8, at);
    return readTiff(buffer.subarray(0, 8 + directory.bytesRead), 8);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  } finally {
    await file.close();
  }
}

type Reader = (bytes: Buffer) => PictureHeader | null;
const upright = { orientation: 1 };

const readPng: Reader = (bytes) => {
  const size = { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (name === 'eXIf') return { ...size, orientation: orientationOf(bytes.subarray(at + 8)) };
    if (name === 'IDAT') break;
  }
  return { ...size, ...upright };
};

const readJpeg: Reader = (bytes) => {
  let orientation = 1;
  let hasAdobeMarker = false;
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    if (marker === 0xd9 || marker === 0xda) return null;
    // All start-of-frame markers; C4, C8 and CC are something else (ITU-T T.81, table B.1).
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return {
        width: bytes.readUInt16BE(at + 7),
        height: bytes.readUInt16BE(at + 5),
        orientation,
        plainInks: bytes[at + 9] === 4 && !hasAdobeMarker,
      };
    if (marker === 0xe1 && bytes.toString('latin1', at + 4, at + 10) === 'Exif\0\0') orientation = orientationOf(bytes.subarray(at + 10));
    if (marker === 0xee && bytes.toString('latin1', at + 4, at + 9) === 'Adobe') hasAdobeMarker = true;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
};

const readGif: Reader = (bytes) => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), ...upright });

const readBmp: Reader = (bytes) =>
  bytes.readUInt32LE(14) === 12
    ? { width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20), ...upright }
    : { width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)), ...upright };

const readWebp: Reader = (bytes) => {
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff, ...upright };
  if (kind === 'VP8L') {
    const bits = bytes.readUInt32LE(21);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, ...upright };
  }
  if (kind !== 'VP8X') return null;
  const size = { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === 'EXIF')
      return { ...size, orientation: orientationOf(bytes.subarray(at + 8, at + 8 + length)) };
    at += 8 + length + (length & 1);
  }
  return { ...size, ...upright };
};

const readers: Readonly<Record<string, Reader>> = {
  PNG: readPng,
  JPEG: readJpeg,
  GIF: readGif,
  BMP: readBmp,
  WebP: readWebp,
  TIFF: (bytes) => readTiff(bytes, null),
};

function readTiff(bytes: Buffer, directory: number | null): PictureHeader | null {
  const tags = readDirectory(bytes, directory);
  const width = tags.get(256);
  const height = tags.get(257);
  return width === undefined || height === undefined ? null : { width, height, orientation: tags.get(274) ?? 1 };
}

function orientationOf(exif: Buffer): number {
  try {
    const found = readDirectory(exif.toString('latin1', 0, 4) === 'Exif' ? exif.subarray(6) : exif, null).get(274) ?? 1;
    return found >= 1 && found <= 8 ? found : 1;
  } catch {
    return 1;
  }
}

/** Whole-number tags of the first directory of a TIFF block (TIFF 6.0, section 2); `directory` says where it stands when not where the header says. */
function readDirectory(bytes: Buffer, directory: number | null): Map<number, number> {
  const little = bytes.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const start = directory ?? long(4);
  const tags = new Map<number, number>();
  const count = short(start);
  for (let entry = 0; entry < count; entry += 1) {
    const at = start + 2 + entry * 12;
    const type = short(at + 2);
    if (type === 3) tags.set(short(at), short(at + 8));
    else if (type === 4) tags.set(short(at), long(at + 8));
  }
  return tags;
}
