import type { CacheReport } from '@filmwright/contracts';

/** Two stretches of a cache's counts as one; its size is the later one's. */
export function addCounts(before: CacheReport | null, more: CacheReport): CacheReport {
  if (before === null) return more;
  return {
    hits: before.hits + more.hits,
    misses: before.misses + more.misses,
    hitBytes: before.hitBytes + more.hitBytes,
    missBytes: before.missBytes + more.missBytes,
    damaged: before.damaged + more.damaged,
    evicted: before.evicted + more.evicted,
    bytes: more.bytes,
  };
}
