import { z } from 'zod';
import { assetSchema, digestSchema } from './digest.ts';

/** Where a CMAF fragment (moof and mdat) lies in its asset, and how long it plays, in ticks of its timescale. */
export const fragmentSchema = z
  .object({ offset: z.number().int().positive(), bytes: z.number().int().positive(), ticks: z.number().int().positive() })
  .readonly();
export type Fragment = z.infer<typeof fragmentSchema>;

/** An asset as a CMAF track (ISO/IEC 23000-19): a header of `initBytes`, then fragments that follow each other from time 0. */
export const cmafSchema = z
  .object({
    /** As RFC 6381 names it: `avc1.640028`, `mp4a.40.2`. */
    codec: z.string(),
    timescale: z.number().int().positive(),
    initBytes: z.number().int().positive(),
    fragments: z.array(fragmentSchema).min(1).readonly(),
  })
  .readonly();
export type Cmaf = z.infer<typeof cmafSchema>;

/** A media segment: a range of an asset, played from `startTick` of the film. */
export const segmentSchema = z
  .object({
    asset: digestSchema,
    offset: z.number().int().positive(),
    bytes: z.number().int().positive(),
    startTick: z.number().int().nonnegative(),
    ticks: z.number().int().positive(),
  })
  .readonly();
export type Segment = z.infer<typeof segmentSchema>;

const track = {
  codec: z.string(),
  timescale: z.number().int().positive(),
  /** The header that all segments share: the first bytes of an asset. */
  init: z.object({ asset: digestSchema, bytes: z.number().int().positive() }).readonly(),
  /** In order, from the start of the film, without a gap; while a film is made, those that are there already. */
  segments: z.array(segmentSchema).min(1).readonly(),
};

/** One rung of the ladder as far as it is encoded. */
export const renditionSchema = z
  .object({ rung: z.string(), width: z.number().int(), height: z.number().int(), fps: z.number().int(), ...track })
  .readonly();
export type Rendition = z.infer<typeof renditionSchema>;

/** Thumbnails of a film on sheets of `columns` x `rows` tiles, one every `everyMs`, in order. */
export const spritesSchema = z
  .object({
    sheets: z.array(assetSchema).min(1).readonly(),
    columns: z.number().int().positive(),
    rows: z.number().int().positive(),
    tileWidth: z.number().int().positive(),
    tileHeight: z.number().int().positive(),
    everyMs: z.number().positive(),
    tiles: z.number().int().positive(),
  })
  .readonly();
export type Sprites = z.infer<typeof spritesSchema>;

/** Where a build's package is served: paths of the gateway that need no other token, until they expire. `dash` comes with the whole film; `files` are relative to `root`. */
export type PackageAddresses = {
  readonly root: string;
  readonly hls: string;
  readonly dash: string | null;
  readonly poster: string | null;
  readonly thumbnails: string | null;
  readonly files: readonly { readonly path: string; readonly etag: string; readonly bytes: number }[];
  readonly complete: boolean;
  readonly expiresAt: string;
};

/** A film for browsers: the same segments for HLS and DASH. `complete` is false while it is made; renditions come from the smallest to the largest. */
export const webPackageSchema = z
  .object({
    title: z.string(),
    language: z.string(),
    durationMs: z.number().positive(),
    complete: z.boolean(),
    renditions: z.array(renditionSchema).readonly(),
    sound: z
      .object({ ...track, channels: z.number().int() })
      .readonly()
      .nullable(),
    captions: z.array(z.object({ language: z.string(), asset: assetSchema }).readonly()).readonly(),
    poster: assetSchema.nullable(),
    sprites: spritesSchema.nullable(),
  })
  .readonly();
export type WebPackage = z.infer<typeof webPackageSchema>;
