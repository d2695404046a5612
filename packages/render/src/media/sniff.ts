import { type FileHandle, open } from 'node:fs/promises';

/** What a file is by its first bytes; `demuxer` is ffmpeg's name of the only reader it is given to. */
export type Sniffed = { readonly is: string; readonly demuxer: string; readonly uses: readonly ('picture' | 'clip' | 'sound')[] };

const headBytes = 4096;
/** Stills in the container of MP4 (HEIC, AVIF), which not every ffmpeg reads. */
const stillBrand = /^ftyp(hei[cx]|hev|mif1|avi[fs])/;

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
    const tagged = head.toString('latin1', 0, 3) === 'ID3' && head.length >= 10;
    // An ID3 tag stands before MP3, AAC or FLAC alike; its size is written in groups of seven bits.
    const skipped = tagged ? 10 + [6, 7, 8, 9].reduce((size, at) => size * 128 + ((head[at] as number) & 0x7f), 0) : 0;
    return sniffHead(tagged ? await readAt(file, { position: skipped, length: 16 }) : head);
  } finally {
    await file.close();
  }
}

function sniffHead(head: Buffer): Sniffed | null {
  const text = (from: number, length = 4): string => head.toString('latin1', from, from + length);
  const picture = (is: string, demuxer: string): Sniffed => ({ is, demuxer, uses: ['picture'] });
  const sound = (is: string, demuxer: string): Sniffed => ({ is, demuxer, uses: ['sound'] });
  const clip = (is: string, demuxer: string): Sniffed => ({ is, demuxer, uses: ['clip', 'sound'] });
  if (head.length < 12) return null;
  if (head.readUInt32BE(0) === 0x89504e47) return picture('PNG', 'png_pipe');
  if (head.readUIntBE(0, 3) === 0xffd8ff) return picture('JPEG', 'jpeg_pipe');
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return picture('GIF', 'gif');
  if (text(0) === 'II*\0' || text(0) === 'MM\0*') return picture('TIFF', 'tiff_pipe');
  if (text(0, 2) === 'BM' && head.length >= 26 && head.readUInt32LE(14) <= 124) return picture('BMP', 'bmp_pipe');
  if (text(0) === 'RIFF' || text(0) === 'RF64') {
    if (text(8) === 'WEBP') return picture('WebP', 'webp_pipe');
    if (text(8) === 'WAVE') return sound('WAV', 'wav');
    return text(8, 3) === 'AVI' ? clip('AVI', 'avi') : null;
  }
  if (head.readUInt32BE(0) === 0x1a45dfa3) return clip('Matroska or WebM', 'matroska');
  if (text(0) === 'fLaC') return sound('FLAC', 'flac');
  if (text(0) === 'OggS') return sound('Ogg', 'ogg');
  if (text(0) === 'FORM' && text(8, 3) === 'AIF') return sound('AIFF', 'aiff');
  if (stillBrand.test(text(4, 8))) return null;
  if (['ftyp', 'moov', 'mdat', 'wide'].includes(text(4))) return clip('MP4 or MOV', 'mov');
  if (head[0] === 0xff && ((head[1] as number) & 0xe0) === 0xe0)
    return ((head[1] as number) & 0xf6) === 0xf0 ? sound('AAC', 'aac') : sound('MP3', 'mp3');
  return null;
}

/** Words for what a file seems to be when it is nothing that can be used. */
export function describeHead(head: Buffer): string {
  if (stillBrand.test(head.toString('latin1', 4, 12))) return 'it is a HEIC or AVIF picture';
  const text = head.toString('utf8');
  if (text.startsWith('#EXTM3U')) return 'it is a playlist, which names other files and holds no media itself';
  if (text.startsWith('%PDF')) return 'it is a PDF document';
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg/is.test(text)) return 'it is an SVG drawing';
  if (/^\s*</.test(text)) return 'it is a web page or XML text';
  const control = [...head].filter((byte) => byte < 9 || (byte > 13 && byte < 32)).length;
  return control === 0 ? 'it is text' : 'its content is of no known kind';
}
