import type { MediaType } from '@filmwright/contracts';

/** What a file is by its first bytes, and what it can be used as; fonts and colour grades are told by their own readers. */
export type MediaHead = { readonly is: MediaKind; readonly uses: readonly ('picture' | 'clip' | 'sound')[] };
export type MediaKind = (typeof pictureKinds)[number] | (typeof soundKinds)[number] | (typeof clipKinds)[number];

const pictureKinds = ['PNG', 'JPEG', 'GIF', 'TIFF', 'BMP', 'WebP'] as const;
const soundKinds = ['WAV', 'FLAC', 'Ogg', 'AIFF', 'AAC', 'MP3'] as const;
const clipKinds = ['MP4 or MOV', 'Matroska or WebM', 'AVI'] as const;

/** Stills in the container of MP4 (HEIC, AVIF), which not every ffmpeg reads. */
const stillBrand = /^ftyp(hei[cx]|hev|mif1|avi[fs])/;

/** What each use of a file wants, in words for people. */
export const wantedMedia: Readonly<Record<MediaType, string>> = {
  picture: 'a picture (PNG, JPEG, WebP, GIF, TIFF or BMP)',
  clip: 'a clip (MP4, MOV, MKV, WebM or AVI)',
  sound: 'a sound (WAV, FLAC, MP3, M4A, AAC, Ogg, AIFF) or a clip with sound',
  font: 'a font (TTF, OTF, WOFF)',
  lut: 'a colour grade (.cube)',
  rig: 'a rig (rig.json)',
};

/** One byte for each character, as file formats name their parts. */
export function latin(bytes: Uint8Array, from: number, length = 4): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

/** Length of the ID3 tag that stands before MP3, AAC or FLAC alike (its size is written in groups of seven bits); 0 where there is none. */
export function tagBytes(head: Uint8Array): number {
  if (latin(head, 0, 3) !== 'ID3' || head.length < 10) return 0;
  return 10 + [6, 7, 8, 9].reduce((size, at) => size * 128 + ((head[at] ?? 0) & 0x7f), 0);
}

/** Tells pictures, clips and sounds by the first bytes (after an ID3 tag); null for all else, however the file is called. */
export function sniffHead(head: Uint8Array): MediaHead | null {
  const text = (from: number, length = 4): string => latin(head, from, length);
  const picture = (is: (typeof pictureKinds)[number]): MediaHead => ({ is, uses: ['picture'] });
  const sound = (is: (typeof soundKinds)[number]): MediaHead => ({ is, uses: ['sound'] });
  const clip = (is: (typeof clipKinds)[number]): MediaHead => ({ is, uses: ['clip', 'sound'] });
  if (head.length < 12) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(0) === 0x89504e47) return picture('PNG');
  if (view.getUint32(0) >>> 8 === 0xffd8ff) return picture('JPEG');
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return picture('GIF');
  if (text(0) === 'II*\0' || text(0) === 'MM\0*') return picture('TIFF');
  if (text(0, 2) === 'BM' && head.length >= 26 && view.getUint32(14, true) <= 124) return picture('BMP');
  if (text(0) === 'RIFF' || text(0) === 'RF64') {
    if (text(8) === 'WEBP') return picture('WebP');
    if (text(8) === 'WAVE') return sound('WAV');
    return text(8, 3) === 'AVI' ? clip('AVI') : null;
  }
  if (view.getUint32(0) === 0x1a45dfa3) return clip('Matroska or WebM');
  if (text(0) === 'fLaC') return sound('FLAC');
  if (text(0) === 'OggS') return sound('Ogg');
  if (text(0) === 'FORM' && text(8, 3) === 'AIF') return sound('AIFF');
  if (stillBrand.test(text(4, 8))) return null;
  if (['ftyp', 'moov', 'mdat', 'wide'].includes(text(4))) return clip('MP4 or MOV');
  const second = view.getUint8(1);
  if (view.getUint8(0) === 0xff && (second & 0xe0) === 0xe0) return sound((second & 0xf6) === 0xf0 ? 'AAC' : 'MP3');
  return null;
}

/** Whether a picture holds several frames (animated GIF, WebP or PNG), as far as its first bytes tell; a film shows the first. */
export function isMoving(is: MediaKind, head: Uint8Array): boolean {
  if (is === 'WebP') return latin(head, 12) === 'VP8X' && ((head[20] ?? 0) & 2) !== 0;
  const text = new TextDecoder('latin1').decode(head);
  if (is === 'PNG') return /acTL/.test(text.slice(0, Math.max(0, text.indexOf('IDAT'))));
  // Every frame of an animation comes with a graphic control block (GIF89a, 23).
  return is === 'GIF' && text.split('!\u00f9\u0004').length > 2;
}

/** Words for what a file seems to be when it is nothing that can be used. */
export function describeHead(head: Uint8Array): string {
  if (stillBrand.test(latin(head, 4, 8))) return 'it is a HEIC or AVIF picture';
  const text = latin(head, 0, Math.min(head.length, 4096));
  if (text.startsWith('#EXTM3U')) return 'it is a playlist, which names other files and holds no media itself';
  if (text.startsWith('%PDF')) return 'it is a PDF document';
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg/is.test(text)) return 'it is an SVG drawing';
  if (/^\s*</.test(text)) return 'it is a web page or XML text';
  const control = [...head].filter((byte) => byte < 9 || (byte > 13 && byte < 32)).length;
  return control === 0 ? 'it is text' : 'its content is of no known kind';
}
