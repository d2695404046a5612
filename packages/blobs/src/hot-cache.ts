import { createHash, type Hash } from 'node:crypto';
import { chmod, link, mkdir, open, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CacheReport, type Digest, digestSchema, FilmwrightError } from '@filmwright/contracts';
import { filesIn, releaseDead, removeOld, sizeOf } from './cache-files.ts';
import { codeOf, diskProblem } from './disk-problem.ts';
import { type FileChecksOptions, fileChecks } from './file-checks.ts';
import { withPathLock } from './path-lock.ts';

/** A cached file that stays while it is pinned, whatever is evicted. */
export type Pinned = { readonly path: string; readonly release: () => Promise<void> };

/** Bytes of an asset in order; a piece whose `position` is not the number of bytes before it begins anew there. */
export type CacheSource = (wanted: {
  readonly digest: Digest;
  readonly startByte: number;
}) => AsyncIterable<{ readonly bytes: Uint8Array; readonly position: number }>;

/** Assets on a disk near the work, fetched once for all slots and processes of a machine (SPEC.md, H). */
export type HotCache = {
  /** The file of an asset, from the disk or from the source; throws `digest-mismatch` where it arrives damaged three times. */
  pin(digest: Digest): Promise<Pinned>;
  /** Takes a copy of a file that was just made, so that the next task finds it here; the file stays. Links of one file system cost no bytes. */
  keep(file: { readonly path: string; readonly digest: Digest }): Promise<void>;
  /** Removes a file that has no other name (a pin, or a link elsewhere), before the budget asks for it. */
  drop(digest: Digest): Promise<void>;
  /** Counted since this cache was opened, in this process. */
  report(): CacheReport;
  /** Lets go of every pin of this process. */
  close(): Promise<void>;
};

export type HotCacheOptions = Pick<FileChecksOptions, 'recheckMs'> & {
  readonly root: string;
  /** Cached files may take so much; what is pinned is not removed, so that a task that needs more can still run. */
  readonly maxBytes: number;
  /** Of the disk so much is left free for other work, as far as removing cached files can; nothing if left out. */
  readonly keepFreeBytes?: number;
  /** Of what the cache has and what is free beside it, at the time, it takes no more than this share; all if left out. */
  readonly shareOfFree?: number;
  readonly source: CacheSource;
};

const mostTries = 3;
const countAgainMs = 5000;
const nearlyFull = 0.8;

/** Opens (and makes) a cache in a folder that several processes of one machine may share. */
export async function openHotCache({
  root,
  maxBytes,
  source,
  keepFreeBytes = 0,
  shareOfFree = 1,
  ...looks
}: HotCacheOptions): Promise<HotCache> {
  const [files, parts, pins] = [join(root, 'files'), join(root, 'parts'), join(root, 'pins')];
  for (const folder of [files, parts, pins]) await mkdir(folder, { recursive: true });
  await releaseDead(pins);
  await removeOld(parts);
  const ownPins = join(pins, `${process.pid}-${Math.random().toString(36).slice(2)}`);
  await mkdir(ownPins);
  const counts = { hits: 0, misses: 0, hitBytes: 0, missBytes: 0, damaged: 0, evicted: 0 };
  const checks = fileChecks(looks);
  let pinNumber = 0;
  let bytesNow = await sizeOf(files);
  let countedMs = performance.now();

  const place = (digest: Digest): string => {
    if (!digestSchema.safeParse(digest).success)
      throw new FilmwrightError('request-invalid', `"${digest}" is not a digest; wanted sha256- and 64 lower-case hex digits.`);
    return join(files, digest.slice(7, 9), digest);
  };

  /** A second name of the file: while it is there the bytes are, also after the first was removed. */
  const linkOf = async (digest: Digest): Promise<Pinned | null> => {
    const folder = join(ownPins, String(++pinNumber));
    await mkdir(folder);
    const release = (): Promise<void> => rm(folder, { recursive: true, force: true });
    try {
      await link(place(digest), join(folder, digest));
      return { path: join(folder, digest), release };
    } catch (error) {
      await release();
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  };

  const found = async (digest: Digest): Promise<Pinned | null> => {
    const pinned = await linkOf(digest);
    if (pinned === null) return null;
    if (await checks.isWhole(digest, pinned.path)) {
      const { mtime } = await stat(pinned.path);
      await utimes(pinned.path, new Date(), mtime);
      return pinned;
    }
    counts.damaged++;
    await rm(place(digest), { force: true });
    await pinned.release();
    return null;
  };

  const fetchOnce = async (digest: Digest): Promise<void> => {
    const part = join(parts, digest);
    const got = await receive({ digest, part, source });
    counts.missBytes += got.received;
    if (got.digest !== digest) {
      await rm(part, { force: true });
      throw new FilmwrightError('digest-mismatch', `The ${got.bytes} bytes that came for ${digest} have digest ${got.digest}.`);
    }
    await settle(part, digest);
    bytesNow += got.bytes;
  };

  const settle = async (path: string, digest: Digest): Promise<void> => {
    const target = place(digest);
    await mkdir(dirname(target), { recursive: true });
    await chmod(path, 0o444);
    // A whole second is what setting the time of use later keeps to the digit; whoever changes the bytes sets another.
    const second = new Date(Math.floor(Date.now() / 1000) * 1000);
    await utimes(path, new Date(), second);
    await rename(path, target);
    await checks.note(digest, target);
  };

  const fetched = (digest: Digest): Promise<Pinned> =>
    withPathLock(join(parts, `${digest}.lock`), async () => {
      for (let tries = 1; ; tries++) {
        // Another slot may have been quicker.
        const there = await found(digest);
        if (there !== null) return there;
        try {
          await fetchOnce(digest);
        } catch (error) {
          if (error instanceof FilmwrightError && error.code === 'digest-mismatch' && tries < mostTries) continue;
          const problem = await diskProblem(error, { folder: root, neededBytes: null });
          // What was received takes the very room that is missing.
          if (problem !== error) await rm(join(parts, digest), { force: true });
          throw problem;
        }
      }
    });

  /** What the cache may hold as the disk is now. */
  const mostBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(root);
    const room = bytesNow + bavail * bsize;
    return Math.max(0, Math.min(maxBytes, room * shareOfFree, room - keepFreeBytes));
  };

  const makeRoom = async (): Promise<void> => {
    // Other processes fill it too.
    if (performance.now() - countedMs > countAgainMs || bytesNow > maxBytes * nearlyFull) {
      bytesNow = await sizeOf(files);
      countedMs = performance.now();
    }
    const most = await mostBytes();
    if (bytesNow <= most) return;
    await withPathLock(join(root, 'evict.lock'), async () => {
      await releaseDead(pins);
      const all = await filesIn(files);
      bytesNow = all.reduce((sum, { bytes }) => sum + bytes, 0);
      for (const { path, bytes, links } of all.sort((a, b) => a.usedMs - b.usedMs)) {
        if (bytesNow <= most) return;
        // A pinned file would free nothing.
        if (links > 1) continue;
        await rm(path, { force: true });
        bytesNow -= bytes;
        counts.evicted++;
      }
    });
  };

  return {
    async pin(digest) {
      const there = await found(digest);
      if (there !== null) {
        counts.hits++;
        counts.hitBytes += (await stat(there.path)).size;
        return there;
      }
      counts.misses++;
      await makeRoom();
      const pinned = await fetched(digest);
      await makeRoom();
      return pinned;
    },
    async keep({ path, digest }) {
      const before = await stat(place(digest)).catch(() => null);
      if (before !== null) return;
      const part = join(parts, `${digest}.${process.pid}-${++pinNumber}`);
      try {
        await link(path, part);
      } catch {
        // Of another file system, or one without links: it is fetched when it is wanted.
        return;
      }
      await settle(part, digest);
      bytesNow += (await stat(path)).size;
      await makeRoom();
    },
    async drop(digest) {
      const about = await stat(place(digest)).catch(() => null);
      if (about === null || about.nlink > 1) return;
      await rm(place(digest), { force: true });
      bytesNow -= about.size;
    },
    report: () => ({ ...counts, bytes: bytesNow }),
    close: () => rm(ownPins, { recursive: true, force: true }),
  };
}

type Receiving = { readonly digest: Digest; readonly part: string; readonly source: CacheSource };
type Received = { readonly digest: Digest; readonly bytes: number; readonly received: number };

/** Writes what comes behind what a broken try left, and tells the digest of the whole. */
async function receive({ digest, part, source }: Receiving): Promise<Received> {
  const file = await open(part, 'a+');
  try {
    let hash: Hash = createHash('sha256');
    let bytes = 0;
    let received = 0;
    for await (const piece of file.createReadStream({ start: 0, autoClose: false })) {
      hash.update(piece as Buffer);
      bytes += (piece as Buffer).length;
    }
    for await (const piece of source({ digest, startByte: bytes })) {
      if (piece.position !== bytes) {
        if (piece.position !== 0)
          throw new FilmwrightError('unavailable', `Bytes of ${digest} came from ${piece.position}; wanted ${bytes}.`);
        await file.truncate(0);
        hash = createHash('sha256');
        bytes = 0;
      }
      hash.update(piece.bytes);
      await file.appendFile(piece.bytes);
      bytes += piece.bytes.byteLength;
      received += piece.bytes.byteLength;
    }
    await file.sync();
    return { digest: `sha256-${hash.digest('hex')}`, bytes, received };
  } finally {
    await file.close();
  }
}
