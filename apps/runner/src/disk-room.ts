import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { readMounts } from '@filmwright/process/mounts';

const mebibyte = 1024 ** 2;
/** No task starts with less than this free. */
export const startBytes = 32 * mebibyte;
/** A running task is stopped below this: the database's log grows by 16 MiB at a time, and a database that cannot write ends. */
export const floorBytes = 16 * mebibyte;
const lookMs = 500;

/** Where a task writes, and how far it is. */
export type Room = {
  readonly home: string;
  readonly tempDir: string;
  readonly what: string;
  readonly percent: () => number;
  /** Other machines may have room: the task is tried again there. */
  readonly elsewhere: boolean;
};

/** Throws disk-full before a task that would have too little room. */
export async function checkRoom(room: Room): Promise<void> {
  if ((await freeBytes(room.home)) < startBytes) throw await diskFull(room);
}

/** Watches the room while a task runs: `lost` rejects with disk-full when it runs out. End it with the task. */
export function watchRoom(room: Room): { readonly lost: Promise<never>; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      void freeBytes(room.home).then(async (free) => {
        if (free < floorBytes) reject(await diskFull(room));
      });
    }, lookMs);
  });
  // A task that ends first never looks at it.
  lost.catch(() => {});
  return { lost, end: () => clearInterval(timer) };
}

/** A full disk as one error that names the file system, what is left and what is wanted; every other error as it is. */
export async function asDiskFull(error: unknown, room: Room): Promise<unknown> {
  const { code } = error as { readonly code?: unknown };
  // The store elsewhere has a disk of its own, and says so itself.
  if (room.elsewhere && code === 'disk-full' && (await hasRoom(room.home))) return error;
  return code === 'disk-full' || code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(room, error) : error;
}

async function diskFull({ home, tempDir, what, percent, elsewhere }: Room, cause?: unknown): Promise<FilmwrightError> {
  const [free, written] = await Promise.all([freeBytes(home), bytesIn(tempDir)]);
  const share = percent() / 100;
  const missing = share > 0.05 ? (written / share) * (1 - share) : 0;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  const wanted =
    missing > 0
      ? `about ${megabytes(missing)} more to ${what}, and ${megabytes(floorBytes)} for the database`
      : `at least ${megabytes(startBytes)} to ${what} and for the database`;
  return new FilmwrightError(
    'disk-full',
    `The file system ${mountOf(home)} is full: ${Math.max(0, Math.floor(free / 1e6))} MB left for ${home}; wanted ${wanted}. ` +
      'Free space there or set FILMWRIGHT_HOME to a larger disk, then run the same command again; finished parts are kept.',
    { ...(cause === undefined ? {} : { cause }), ...(elsewhere ? { retryable: true } : {}) },
  );
}

/** Whether a task could start. */
export async function hasRoom(home: string): Promise<boolean> {
  return (await freeBytes(home)) >= startBytes;
}

async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Where the file system of a folder is mounted, or the folder itself where that cannot be told. */
function mountOf(folder: string): string {
  const around = readMounts().filter(({ point }) => folder === point || folder.startsWith(point === '/' ? '/' : `${point}/`));
  return around.map(({ point }) => point).sort((a, b) => b.length - a.length)[0] ?? folder;
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
