import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Blobs, digestOfFile, type FileChecks, type HotCache, type Pinned } from '@filmwright/blobs';
import type { Client } from '@filmwright/client';
import { type Asset, type CacheReport, FilmwrightError } from '@filmwright/contracts';

/** Where the inputs of one task come from and its outputs go; release it when the task is over. */
export type TaskMedia = {
  /** A file to read, there until the release. */
  readonly pathOf: (digest: string) => Promise<string>;
  /** Takes a file as an asset; it is gone from its place afterwards. */
  readonly store: (file: { readonly path: string; readonly mediaType: string }) => Promise<Asset>;
  readonly release: () => Promise<void>;
  /** Whether what it was given went away under the task, which then failed for no fault of its own; not asked where it is left out. */
  readonly wasLost?: () => Promise<boolean>;
};

export type MediaDesk = {
  /** `moved` is told of bytes on the way. */
  readonly open: (moved: () => void) => TaskMedia;
  /** How the cache does; null where there is none. */
  readonly report: () => CacheReport | null;
};

const againMs = 2000;
/** A task that stands still is ended; one that waits tells more often. */
const tellMs = 500;

/** Stores once the store has room: what was made is not made again. Who ends the task ends the wait. */
async function untilRoom<T>({ store, moved }: { readonly store: () => Promise<T>; readonly moved: () => void }): Promise<T> {
  for (;;) {
    try {
      return await store();
    } catch (error) {
      if (!(error instanceof FilmwrightError && error.code === 'disk-full')) throw error;
    }
    for (let waitedMs = 0; waitedMs < againMs; waitedMs += tellMs) {
      moved();
      await sleep(tellMs);
    }
  }
}

/**
 * The store's folder, which this runner shares with the gateway: nothing goes over the gateway, and on one machine nothing is copied. Where it waits, what a full
 * store does not take is stored once it has room. With `checks` an input whose bytes are not those of its name is told instead of worked with.
 */
export function sharedMedia(blobs: Blobs, { waits, checks }: { readonly waits: boolean; readonly checks?: FileChecks }): MediaDesk {
  return {
    open: (moved) => ({
      async pathOf(digest) {
        const path = await blobs.path(digest);
        if (checks !== undefined && !(await checks.isWhole(digest, path, moved))) throw damaged(digest, path);
        return path;
      },
      store: (file) => (waits ? untilRoom({ moved, store: () => blobs.putFile(file) }) : blobs.putFile(file)),
      release: async () => {},
    }),
    report: () => null,
  };
}

function damaged(digest: string, path: string): FilmwrightError {
  const next =
    'Put the file back from a backup; or remove it, and what was made is made again, and what was brought is to be brought again.';
  return new FilmwrightError('digest-mismatch', `The store's file ${path} is damaged: its bytes are not those of ${digest}. ${next}`);
}

/** Media of a gateway elsewhere: inputs through the cache, outputs by uploads that survive broken connections. `heard` is told how to say that bytes move. */
export function remoteMedia({
  client,
  cache,
  heard,
}: {
  readonly client: Client;
  readonly cache: HotCache;
  readonly heard: { moved: () => void };
}): MediaDesk {
  return {
    report: cache.report,
    open(moved) {
      heard.moved = moved;
      const pins = new Map<string, Promise<Pinned>>();
      return {
        async pathOf(digest) {
          const pinned = pins.get(digest) ?? cache.pin(digest);
          pins.set(digest, pinned);
          return (await pinned).path;
        },
        async store({ path, mediaType }) {
          const { digest, bytes } = await digestOfFile(path);
          const open = (startByte: number): ReadableStream<Uint8Array> => {
            const stream = createReadStream(path, { start: startByte, highWaterMark: 256 * 1024 });
            const watch = new TransformStream<Uint8Array, Uint8Array>({
              transform(piece, controller) {
                moved();
                controller.enqueue(piece);
              },
            });
            return (Readable.toWeb(stream) as ReadableStream<Uint8Array>).pipeThrough(watch);
          };
          await untilRoom({ moved, store: () => client.resumeUpload({ digest, bytes, mediaType, open }) });
          // What one task makes the next one often reads. The same file by a second name: damaged in the cache before it was sent, it would be lost.
          await cache.keep({ path, digest });
          await rm(path, { force: true });
          return { digest, bytes, mediaType };
        },
        async release() {
          heard.moved = () => {};
          const held = await Promise.allSettled(pins.values());
          await Promise.all(held.map((one) => (one.status === 'fulfilled' ? one.value.release() : undefined)));
        },
      };
    },
  };
}
