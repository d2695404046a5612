import { type FileHandle, open } from 'node:fs/promises';
import { type MediaHead, type MediaKind, sniffHead, tagBytes } from '@filmwright/core/film/media-head';

/** What a file is by its first bytes; `demuxer` is ffmpeg's name of the only reader it is given to. */
export type Sniffed = MediaHead & { readonly demuxer: string };

const headBytes = 4096;
const demuxers: Readonly<Record<MediaKind, string>> = {
  PNG: 'png_pipe',
  JPEG: 'jpeg_pipe',
  GIF: 'gif',
  TIFF: 'tiff_pipe',
  BMP: 'bmp_pipe',
  WebP: 'webp_pipe',
  WAV: 'wav',
  FLAC: 'flac',
  Ogg: 'ogg',
  AIFF: 'aiff',
  AAC: 'aac',
  MP3: 'mp3',
  'MP4 or MOV': 'mov',
  'Matroska or WebM': 'matroska',
  AVI: 'avi',
};

/** The first bytes of a file, up to 4096. */
export async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return await readAt(file, { position: 0, length: headBytes });
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, { position, length }: { position: number; length: number }): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

/** Tells pictures, clips and sounds by their content; null for all else, however it is called. */
export async function sniff(path: string): Promise<Sniffed | null> {
  const file = await open(path, 'r');
  try {
    const head = await readAt(file, { position: 0, length: headBytes });
    const tag = tagBytes(head);
    const found = sniffHead(tag === 0 ? head : await readAt(file, { position: tag, length: 16 }));
    return found === null ? null : { ...found, demuxer: demuxers[found.is] };
  } finally {
    await file.close();
  }
}
