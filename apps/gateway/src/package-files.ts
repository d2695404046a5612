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

/** A file of a package: its bytes, or an asset that is one whole. `lasting` files never change under their name. */
export type PackageFile = { readonly mediaType: string; readonly lasting: boolean; readonly etag: string } & (
  | { readonly body: Buffer /** Name of the bytes in the cache, if they are kept there. */; readonly cached?: string }
  | { readonly asset: Asset }
);

export type FilesOf = { readonly film: WebPackage; readonly blobs: Blobs; readonly cache: ByteCache };

/** Spans are cut at four seconds, and a rest of less than two stays with the one before it; sound is laid out by four. */
const longest = { videoSeconds: 6, soundSeconds: 5 };
const playlistType = 'application/vnd.apple.mpegurl';

/** A part of a package as a file; null where the film has none such, or not yet. */
export async function packageFile(part: PackagePart, { film, blobs, cache }: FilesOf): Promise<PackageFile | null> {
  const text = (body: string, mediaType: string): PackageFile => textFile({ body, mediaType, lasting: false });
  const renditionOf = (wanted: string): Rendition | null => film.renditions.find(({ rung }) => rung === wanted) ?? null;
  const { sound, sprites } = film;
  switch (part.part) {
    case 'hls':
      return text(hlsMultivariant(film), playlistType);
    case 'dash':
      return film.complete ? text(dashManifest(film), 'application/dash+xml') : null;
    case 'poster':
      return assetFile(film.poster);
    case 'sprites':
      return sprites === null ? null : text(spritesVtt(sprites, film.durationMs), 'text/vtt; charset=utf-8');
    case 'sheet':
      return assetFile(sprites?.sheets[part.number - 1]);
    case 'captions':
      return assetFile(film.captions.find(({ language }) => language === part.language)?.asset, 'text/vtt; charset=utf-8');
    case 'captions-list':
      return film.captions.some(({ language }) => language === part.language)
        ? text(hlsCaptions({ language: part.language, durationMs: film.durationMs }), playlistType)
        : null;
    case 'sound-list':
      // The whole sound is there before any picture is.
      return sound === null ? null : text(hlsTrack({ ...sound, longestSeconds: longest.soundSeconds, complete: true }), playlistType);
    case 'sound-init':
      return sound === null ? null : init(sound.init, { blobs, cache, mediaType: 'audio/mp4' });
    case 'sound-segment': {
      const segment = sound?.segments[part.number - 1];
      return segment === undefined ? null : bytesFile({ segment, number: null, blobs, cache, mediaType: 'audio/mp4' });
    }
    case 'video-list': {
      const rendition = renditionOf(part.rung);
      return rendition && text(hlsTrack({ ...rendition, longestSeconds: longest.videoSeconds, complete: film.complete }), playlistType);
    }
    case 'video-init': {
      const rendition = renditionOf(part.rung);
      return rendition && init(rendition.init, { blobs, cache, mediaType: 'video/mp4' });
    }
    case 'video-segment': {
      const segment = renditionOf(part.rung)?.segments[part.number - 1];
      return segment === undefined ? null : bytesFile({ segment, number: part.number, blobs, cache, mediaType: 'video/mp4' });
    }
  }
}

type Kept = { readonly blobs: Blobs; readonly cache: ByteCache; readonly mediaType: string };

function textFile({
  body,
  mediaType,
  lasting,
}: {
  readonly body: string;
  readonly mediaType: string;
  readonly lasting: boolean;
}): PackageFile {
  const bytes = Buffer.from(body);
  return { body: bytes, mediaType, lasting, etag: createHash('sha256').update(bytes).digest('hex').slice(0, 32) };
}

function assetFile(asset: Asset | null | undefined, mediaType = asset?.mediaType ?? ''): PackageFile | null {
  return asset ? { asset, mediaType, lasting: true, etag: asset.digest } : null;
}

async function init({ asset, bytes }: WebPackage['renditions'][number]['init'], { blobs, cache, mediaType }: Kept): Promise<PackageFile> {
  const name = `${asset} 0`;
  const body = await cache.get(name, () => readRange(blobs, { asset, offset: 0, bytes }));
  return { body, mediaType, lasting: true, etag: `${asset}-0`, cached: name };
}

/** A segment with its place in the film stamped in; sound has it already. */
async function bytesFile({
  segment,
  number,
  blobs,
  cache,
  mediaType,
}: Kept & { readonly segment: Segment; readonly number: number | null }): Promise<PackageFile> {
  const name = `${segment.asset} ${segment.offset} ${number === null ? '' : segment.startTick}`;
  const body = await cache.get(name, async () => {
    const bytes = await readRange(blobs, segment);
    if (number !== null) stampSegment(bytes, { startTick: segment.startTick, number });
    return bytes;
  });
  return { body, mediaType, lasting: true, etag: name.replaceAll(' ', '-'), cached: name };
}

async function readRange(blobs: Blobs, { asset, offset, bytes }: Pick<Segment, 'asset' | 'offset' | 'bytes'>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of blobs.read({ digest: asset, start: offset, end: offset + bytes - 1 })) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
