import { statfs } from 'node:fs/promises';

const mebibyte = 1024 ** 2;
/** With less than this the store takes nothing that is worth a try. */
const leastBytes = 8 * mebibyte;

/** What is said of builds while the folders of the store and its uploads have no room, or null while they have. A folder that cannot be looked at has room. */
export async function storeIsFull(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const found = await statfs(folder).catch(() => null);
    const free = found === null ? Number.POSITIVE_INFINITY : found.bavail * found.bsize;
    if (free < leastBytes)
      return `The store is full: ${Math.floor(free / mebibyte)} MiB are free in ${folder}, wanted ${leastBytes / mebibyte} at least. Free space there; the film is kept, and goes on by itself.`;
  }
  return null;
}
