import { createHash } from 'node:crypto';
import type { Blobs } from '@filmwright/blobs';
import type { Asset, Rendition, Segment, WebPackage } from '@filmwright/contracts';
import {
  type ByteCache,
  dashManifest,
  hlsCaptions,
  hlsMultivariant,
  hlsTrack,
  type PackagePart,
  spritesVtt,
  stampSegment,
} from '@filmwright/distribution';

/** A range of an asset; `stamp` is the place in the film that is written into it when it is served. */
export type ServedRange = Pick<Segment, 'asset' | 'offset' | 'bytes'> & {
  readonly stamp: { readonly startTick: number; readonly number: number } | null;
};

/** A file of a package, not read yet: a text, an asset that is one whole, or a range of one. `lasting` files never change under their address. */
export type PackageFile = { readonly mediaType: string; readonly lasting: boolean; readonly etag: string; readonly bytes: number } & (
  | { readonly text: Buffer }
  | { readonly asset: string }
  | { readonly range: ServedRange }
);

/** Spans are cut at four seconds, and a rest of less than two stays with the one before it; sound is laid out by four. */
const longest = { videoSeconds: 6, soundSeconds: 5 };
const playlistType = 'application/vnd.apple.mpegurl';

/** A part of a package as a file; null where the film has none such, or not yet. */
export function packageFile(part: PackagePart, film: WebPackage): PackageFile | null {
  const { sound, sprites, complete, durationMs } = film;
  const renditionOf = (wanted: string): Rendition | null => film.renditions.find(({ rung }) => rung === wanted) ?? null;
  switch (part.part) {
    case 'hls':
      return textFile(hlsMultivariant(film), playlistType);
    case 'dash':
      return complete ? textFile(dashManifest(film), 'application/dash+xml') : null;
    case 'poster':
      return assetFile(film.poster);
    case 'sprites':
      return sprites && textFile(spritesVtt(sprites, durationMs), 'text/vtt; charset=utf-8');
    case 'sheet':
      return assetFile(sprites?.sheets[part.number - 1]);
    case 'captions':
      return assetFile(film.captions.find(({ language }) => language === part.language)?.asset, 'text/vtt; charset=utf-8');
    case 'captions-list': {
      const { language } = part;
      return film.captions.some((each) => each.language === language)
        ? textFile(hlsCaptions({ language, durationMs }), playlistType)
        : null;
    }
    case 'sound-list':
      // The whole sound is there before any picture is.
      return sound && textFile(hlsTrack({ ...sound, longestSeconds: longest.soundSeconds, complete: true }), playlistType);
    case 'sound-init':
      return sound && headerFile(sound.init, 'audio/mp4');
    case 'sound-segment':
      return segmentFile(sound?.segments[part.number - 1], { mediaType: 'audio/mp4', number: null });
    case 'video-list': {
      const rendition = renditionOf(part.rung);
      return rendition && textFile(hlsTrack({ ...rendition, longestSeconds: longest.videoSeconds, complete }), playlistType);
    }
    case 'video-init': {
      const rendition = renditionOf(part.rung);
      return rendition && headerFile(rendition.init, 'video/mp4');
    }
    case 'video-segment':
      return segmentFile(renditionOf(part.rung)?.segments[part.number - 1], { mediaType: 'video/mp4', number: part.number });
  }
}

function textFile(body: string, mediaType: string): PackageFile {
  const text = Buffer.from(body);
  const etag = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { text, mediaType, lasting: false, etag, bytes: text.length };
}

function assetFile(asset: Asset | null | undefined, mediaType = asset?.mediaType ?? ''): PackageFile | null {
  return asset ? { asset: asset.digest, bytes: asset.bytes, mediaType, lasting: true, etag: asset.digest } : null;
}

function headerFile({ asset, bytes }: Rendition['init'], mediaType: string): PackageFile {
  return { range: { asset, offset: 0, bytes, stamp: null }, bytes, mediaType, lasting: true, etag: `${asset}-0` };
}

/** Sound has its place in the film already; a picture's is stamped in. */
function segmentFile(
  segment: Segment | undefined,
  { mediaType, number }: { readonly mediaType: string; readonly number: number | null },
): PackageFile | null {
  if (segment === undefined) return null;
  const { asset, offset, bytes, startTick } = segment;
  const stamp = number === null ? null : { startTick, number };
  return {
    range: { asset, offset, bytes, stamp },
    bytes,
    mediaType,
    lasting: true,
    etag: `${asset}-${offset}${stamp === null ? '' : `-${startTick}-${number}`}`,
  };
}

/** The bytes of a range with its stamp, from memory where they are kept under `name`. */
export function readServedRange(
  { asset, offset, bytes, stamp }: ServedRange,
  { name, blobs, cache }: { readonly name: string; readonly blobs: Blobs; readonly cache: ByteCache },
): Promise<Buffer> {
  return cache.get(name, async () => {
    const parts: Buffer[] = [];
    for await (const part of blobs.read({ digest: asset, start: offset, end: offset + bytes - 1 })) parts.push(part as Buffer);
    const whole = Buffer.concat(parts);
    if (stamp !== null) stampSegment(whole, stamp);
    return whole;
  });
}
