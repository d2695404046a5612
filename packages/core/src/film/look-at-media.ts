import type { MediaType } from '@filmwright/contracts';
import { describeHead, latin, type MediaKind, sniffHead, tagBytes, wantedMedia } from './media-head.ts';

/** What is wrong with a file, in words that need no look at it: without its name and without a full stop. */
export type MediaFault = { readonly wrong: string; readonly wanted: string; readonly next: string };

export type MediaFile = {
  /** Length of the whole file. */
  readonly bytes: number;
  /** Bytes from `position`; fewer, or none, at the end of the file. */
  readonly read: (position: number, length: number) => Promise<Uint8Array>;
};

/** Pictures are refused from `side` pixels on and beyond `pixels` in all. */
export const pictureLimits = { side: 30_000, pixels: 200_000_000 } as const;

const headBytes = 64 * 1024;
/** A clip may lack as much at its end before it is called cut off without looking into it. */
const mostMissing = 0.25;

/** What can be told of a file by its head and its outline alone, without decoding: the wrong kind, nothing in it, too many pixels, cut off. Null says that only a real look can tell more. */
export async function lookAtMedia(file: MediaFile, expect: MediaType): Promise<MediaFault | null> {
  if (file.bytes === 0) return { wrong: 'it is empty (0 bytes)', wanted: wantedMedia[expect], next: 'choose or export the file again' };
  if (expect === 'font' || expect === 'lut' || expect === 'rig') return null;
  const first = await file.read(0, headBytes);
  const tag = tagBytes(first);
  const head = tag === 0 ? first : await file.read(tag, headBytes);
  const found = sniffHead(head);
  const next = `choose ${wantedMedia[expect].split(' (')[0]} or convert this file`;
  if (found === null) return { wrong: describeHead(first.subarray(0, 4096)), wanted: wantedMedia[expect], next };
  if (!found.uses.includes(expect)) return { wrong: `its content is ${found.is}`, wanted: wantedMedia[expect], next };
  if (expect === 'picture') return tooManyPixels(sizeInHead(found.is, head));
  if (found.is === 'MP4 or MOV') return cutOff(file);
  return found.is === 'WAV' ? withoutSamples(file, head) : null;
}

/** The fault of a picture beyond the limits; null within them. */
export function tooManyPixels(size: { readonly width: number; readonly height: number } | null): MediaFault | null {
  const { side, pixels } = pictureLimits;
  if (size === null || (size.width < side && size.height < side && size.width * size.height <= pixels)) return null;
  return {
    wrong: `it is ${size.width}x${size.height} pixels`,
    wanted: `less than ${side} a side and at most ${pixels / 1e6} megapixels`,
    next: 'scale it down',
  };
}

/** Size in pixels where it stands at the very front (PNG, GIF). */
function sizeInHead(is: MediaKind, head: Uint8Array): { readonly width: number; readonly height: number } | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (is === 'PNG' && head.length >= 24) return { width: view.getUint32(16), height: view.getUint32(20) };
  return is === 'GIF' ? { width: view.getUint16(6, true), height: view.getUint16(8, true) } : null;
}

/** Walks the boxes of an MP4 (ISO/IEC 14496-12, 4.2): one without `moov`, or whose last box reaches far beyond the end, is cut off. */
async function cutOff({ bytes, read }: MediaFile): Promise<MediaFault | null> {
  const damaged = { wanted: 'a whole file', next: 'copy or export it again' };
  let hasIndex = false;
  let at = 0;
  for (let boxes = 0; at + 8 <= bytes; boxes++) {
    const head = await read(at, 16);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    // Whatever this is, it is no list of boxes, or one too long to walk: a real look says more.
    if (head.length < 8 || boxes > 2000 || !/^[\x20-\x7e\xa9]{4}$/.test(latin(head, 4))) return null;
    const short = view.getUint32(0);
    const size = short === 1 && head.length >= 16 ? Number(view.getBigUint64(8)) : short === 0 ? bytes - at : short;
    if (size < 8) return null;
    hasIndex ||= latin(head, 4) === 'moov';
    at += size;
  }
  if (at > bytes && (!hasIndex || (at - bytes) / at > mostMissing))
    return { wrong: `it is cut off: it promises ${at} bytes and holds ${bytes}`, ...damaged };
  return hasIndex ? null : { wrong: 'its index is missing (no moov box): it is cut off or was never finished', ...damaged };
}

/** Walks the chunks of a WAV: one whose `data` is empty, with nothing behind it, holds no sound. */
function withoutSamples({ bytes }: MediaFile, head: Uint8Array): MediaFault | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 12; at + 8 <= head.length; ) {
    const size = view.getUint32(at + 4, true);
    if (latin(head, at) === 'data')
      return size === 0 && at + 8 >= bytes
        ? { wrong: 'it holds 0 samples of sound', wanted: 'at least one', next: 'record or export it again' }
        : null;
    at += 8 + size + (size & 1);
  }
  return null;
}
