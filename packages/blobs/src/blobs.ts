import type { Readable } from 'node:stream';
import type { Asset, Digest } from '@filmwright/contracts';

/** Immutable media by digest. A digest that is there is whole: bytes appear by one rename after they were synced. */
export interface Blobs {
  /** Takes a file in, by a rename on the same file system, else by copying: it is gone from `path` afterwards. Never give it a file that a person owns. */
  putFile(options: { readonly path: string; readonly mediaType: string }): Promise<Asset>;
  /** Stores a stream; throws `digest-mismatch` if `expect` differs and leaves nothing. */
  putStream(options: {
    readonly stream: Readable;
    readonly mediaType: string;
    readonly expect?: Digest;
    readonly maxBytes?: number;
  }): Promise<Asset>;
  has(digest: Digest): Promise<boolean>;
  /** Size in bytes, or null if it is not there. */
  size(digest: Digest): Promise<number | null>;
  /** A local path to read from; throws `not-found`. Never write to it. */
  path(digest: Digest): Promise<string>;
  /** Bytes `start`..`end` inclusive, or all. */
  read(options: { readonly digest: Digest; readonly start?: number; readonly end?: number }): Readable;
  remove(digest: Digest): Promise<void>;
}
