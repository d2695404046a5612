import { constants, copyFile, link, open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileChecks } from '@filmwright/blobs';
import { type Asset, FilmwrightError } from '@filmwright/contracts';
import { ofMount, type ProvenStore } from './store-mark.ts';
import type { MediaDesk, TaskMedia } from './task-media.ts';

const lookMs = 3000;

export type MountedMedia = {
  readonly store: ProvenStore;
  readonly checks: FileChecks;
  /** Of the mounted folder; opened when it is first used. */
  readonly shared: () => Promise<MediaDesk>;
  /** Through the gateway, opened likewise. */
  readonly remote: () => Promise<MediaDesk>;
  /** Told when a task begins to use the mount. */
  readonly used?: () => void;
};

/**
 * The store's folder that a machine which joined has mounted, and the gateway where that is not there: what the one cannot read or take goes by the other. Of a
 * task that failed, `wasLost` tells whether the mount went away under it.
 */
export function mountedMedia({ store, checks, shared, remote, used }: MountedMedia): MediaDesk {
  let folder: Promise<MediaDesk> | undefined;
  let gateway: MediaDesk | undefined;
  const oneByOne = inTurn();
  return {
    report: () => gateway?.report() ?? null,
    open(moved) {
      const read = new Set<string>();
      let mark: string | null = null;
      let isTrusted = true;
      let far: TaskMedia | undefined;
      const mounted = async (): Promise<TaskMedia | null> => {
        const found = isTrusted ? await store.mark() : null;
        if (found === null || (mark !== null && mark !== found)) return null;
        if (mark === null) used?.();
        mark = found;
        folder ??= shared();
        folder.catch(() => {
          folder = undefined;
        });
        return (await ofMount(folder))?.open(moved) ?? null;
      };
      const elsewhere = async (): Promise<TaskMedia> => {
        gateway ??= await remote();
        far ??= gateway.open(moved);
        return far;
      };
      const distrust = async (): Promise<void> => {
        isTrusted = false;
        await store.distrust();
      };
      return {
        async pathOf(digest) {
          const look = async () => {
            const media = await mounted();
            const path = media && (await ofMount(media.pathOf(digest)));
            if (path && (await isReadable(path))) {
              const isWhole = await whileItMoves((heard) => checks.isWhole(digest, path, heard), moved);
              // What the mount shows damaged, the gateway may have whole; who asks it is told where it has not.
              if (isWhole !== null) return { path: isWhole ? path : null, wasTried: false };
            }
            // What is asked for next need not wait for it as well.
            isTrusted = false;
            return { path: null, wasTried: media !== null };
          };
          const there = await oneByOne(look);
          if (there.path !== null) {
            read.add(there.path);
            return there.path;
          }
          const found = await (await elsewhere()).pathOf(digest);
          // The gateway has what the mount has not: whether that is its store is proven anew.
          if (there.wasTried) await distrust();
          return found;
        },
        async store({ path, mediaType }) {
          const media = await mounted();
          const asset = media && (await putWhileThere({ path, mediaType }, { media, store }));
          if (asset) return asset;
          if (media !== null) await distrust();
          return (await elsewhere()).store({ path, mediaType });
        },
        release: async () => far?.release(),
        async wasLost() {
          if (mark === null || ((await store.has(mark)) && (await areReadable(read)))) return false;
          await distrust();
          return true;
        },
      };
    },
  };
}

type File = { readonly path: string; readonly mediaType: string };

/** Stores a file on the mount; null where that went away meanwhile or fails, and the file is where it was. Throws what a store that is there refuses it with. */
async function putWhileThere(
  { path, mediaType }: File,
  { media, store }: { readonly media: TaskMedia; readonly store: ProvenStore },
): Promise<Asset | null> {
  // Whoever stores a file takes it from its place, and one that hangs may do so at any time.
  const taken = `${path}.taken`;
  await link(path, taken).catch(() => copyFile(path, taken, constants.COPYFILE_FICLONE));
  const put = media.store({ path: taken, mediaType }).then(
    (asset) => ({ asset }),
    (error: unknown) => ({ error }),
  );
  for (;;) {
    const over = new AbortController();
    const end = await Promise.race([put, sleep(lookMs, null, { signal: over.signal }).catch(() => null)]);
    over.abort();
    if ((await store.mark()) === null) return null;
    if (end === null) continue;
    if ('asset' in end) {
      await rm(path, { force: true });
      return end.asset;
    }
    if (end.error instanceof FilmwrightError) throw end.error;
    return null;
  }
}

/** What a piece of work on the mount comes to; null where it fails, or nothing was heard of it for the time of a mount. */
async function whileItMoves<T>(work: (heard: () => void) => Promise<T>, moved: () => void): Promise<T | null> {
  let heard = 0;
  const done = work(() => {
    heard++;
    moved();
  }).then(
    (result) => ({ result }),
    () => null,
  );
  for (let before = -1; before < heard; ) {
    before = heard;
    const end = await ofMount(done.then((ended) => ({ ended })));
    if (end !== null) return end.ended === null ? null : end.ended.result;
  }
  return null;
}

/** Calls of a mount that hangs hold a thread each, of which a process has few: none is begun before the one before it was answered, or given up. */
function inTurn(): <T>(call: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (call) => {
    const mine = last.then(call);
    last = mine.catch(() => {});
    return mine;
  };
}

async function areReadable(paths: Iterable<string>): Promise<boolean> {
  for (const path of paths) if (!(await isReadable(path))) return false;
  return true;
}

/** Whether a file that is there can be read. */
async function isReadable(path: string): Promise<boolean> {
  const look = async (): Promise<true> => {
    const handle = await open(path, 'r');
    try {
      await handle.read(Buffer.alloc(1), 0, 1, 0);
    } finally {
      await handle.close();
    }
    return true;
  };
  return (await ofMount(look())) === true;
}
