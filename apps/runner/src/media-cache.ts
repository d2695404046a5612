import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type HotCache, openHotCache } from '@filmwright/blobs';
import type { Client } from '@filmwright/client';
import type { CacheBudget } from './cache-budget.ts';

const keepFreeBytes = 512 * 1024 ** 2;
const fetchRetries = 8;
/** Of what the cache may hold so much may be there of what is only likely to be wanted. */
const aheadShare = 0.25;

type MediaCache = {
  readonly home: string;
  readonly client: Pick<Client, 'readMedia'>;
  readonly budget: CacheBudget;
  /** Told of every piece that arrives; the next is not asked for before it returns. */
  readonly arrived: () => Promise<void> | void;
};

/** The cache of media of a machine, which all processes of its runner share. */
export function openMediaCache({ home, client, budget, arrived }: MediaCache): Promise<HotCache> {
  return openHotCache({
    root: join(home, 'cache', 'media'),
    keepFreeBytes,
    ...budget,
    async *source({ digest, startByte }) {
      for await (const piece of client.readMedia({ source: { digest }, startByte, digest, retries: fetchRetries })) {
        await arrived();
        yield piece;
      }
    },
  });
}

/** Bytes that may be fetched ahead, as the disk is now. */
export async function mostAheadBytes({
  home,
  budget,
  heldBytes,
}: {
  readonly home: string;
  readonly budget: CacheBudget;
  readonly heldBytes: number;
}): Promise<number> {
  const { bavail, bsize } = await statfs(home);
  const room = heldBytes + bavail * bsize;
  return Math.max(0, Math.min(budget.maxBytes, room * (budget.shareOfFree ?? 1), room - keepFreeBytes)) * aheadShare;
}
