import { FilmwrightError } from '@filmwright/contracts';

const mostBytes = 50 * 1024 ** 3;
const shareOfFree = 0.25;

/** What the hot cache may take: bytes at most, and of the disk, as it is at the time, a share. */
export type CacheBudget = { readonly maxBytes: number; readonly shareOfFree?: number };

/** The bytes that are wanted, else a quarter of the free disk, also after that was full for a while, 50 GiB at most. */
export function cacheBudget(wanted: string | undefined): CacheBudget {
  if (wanted === undefined || wanted === '') return { maxBytes: mostBytes, shareOfFree };
  const bytes = Number(wanted);
  if (Number.isInteger(bytes) && bytes >= 0) return { maxBytes: bytes };
  throw new FilmwrightError('request-invalid', `FILMWRIGHT_HOT_CACHE_BYTES is ${JSON.stringify(wanted)}; wanted a whole number of bytes.`);
}
