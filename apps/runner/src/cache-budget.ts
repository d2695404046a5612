import { statfs } from 'node:fs/promises';
import { FilmwrightError } from '@filmwright/contracts';

const mostBytes = 50 * 1024 ** 3;
const shareOfFree = 0.25;

/** Bytes that the hot cache may take: what is wanted, else a quarter of the free disk, 50 GiB at most. */
export async function cacheBudget({ home, wanted }: { readonly home: string; readonly wanted: string | undefined }): Promise<number> {
  if (wanted === undefined || wanted === '') {
    const { bavail, bsize } = await statfs(home);
    return Math.min(mostBytes, Math.floor(bavail * bsize * shareOfFree));
  }
  const bytes = Number(wanted);
  if (Number.isInteger(bytes) && bytes >= 0) return bytes;
  throw new FilmwrightError('request-invalid', `FILMWRIGHT_HOT_CACHE_BYTES is ${JSON.stringify(wanted)}; wanted a whole number of bytes.`);
}
