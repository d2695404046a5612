import type { Pool } from '@filmwright/contracts';
import { givenUpMsOf } from './pool-supply.ts';

/** What is known of a pool's machines as far as they tell what they can do. */
export type ScoutingFacts = {
  /** Since a machine of it offered something last, and since a scout was asked for; null where that never was. */
  readonly offeredAgoMs: number | null;
  readonly scoutAgoMs: number | null;
  /** How long its machines took to come; null before any did. */
  readonly startMs: number | null;
  /** A runner of it is heard of. */
  readonly isThere: boolean;
  /** Models and voices, by the names of the pool, that its machines are still fetching. */
  readonly bringing: readonly string[];
};

/**
 * `due`: a scout, one machine that is to show what those of the pool can do, may be asked for. `coming`: it was. `known`: what machines of the pool offer was
 * seen, or is seen now. `failed`: no scout came; one is asked for again after a while.
 */
export type Scouting = 'due' | 'coming' | 'known' | 'failed';

/** What a pool's machines showed longer ago than this may have changed, and a pool whose machine did not come is asked again after it. */
export const staleMs = 20 * 60_000;
const leastScoutMs = 10 * 60_000;

/** Where a pool stands with showing what its machines can do. */
export function scoutingOf(pool: Pick<Pool, 'startMs'>, { offeredAgoMs, scoutAgoMs, startMs, isThere }: ScoutingFacts): Scouting {
  if (isThere) return 'known';
  const offered = offeredAgoMs ?? Number.POSITIVE_INFINITY;
  const asked = scoutAgoMs ?? Number.POSITIVE_INFINITY;
  // The first that comes may fail, and another have to come for it.
  if (asked < Math.max(leastScoutMs, 2 * givenUpMsOf(pool, { startMs })) && offered > asked) return 'coming';
  if (Math.min(offered, asked) >= staleMs) return 'due';
  return offeredAgoMs === null ? 'failed' : 'known';
}
