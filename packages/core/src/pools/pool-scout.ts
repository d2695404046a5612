import type { Pool } from '@filmwright/contracts';
import { givenUpMsOf } from './pool-supply.ts';

/** What is known of a pool's machines as far as they tell what they can do. */
export type ScoutingFacts = {
  /** Since a machine of it offered something last, and since a scout was asked for; null where that never was. */
  readonly offeredAgoMs: number | null;
  readonly scoutAgoMs: number | null;
  /** Scouts asked for one after another, since those before were lost while they fetched. */
  readonly scouts: number;
  /** How long its machines took to come; null before any did. */
  readonly startMs: number | null;
  /** A runner of a machine of it is heard of. */
  readonly isThere: boolean;
  /** The machine that offered last is gone and was still fetching, so that nobody knows what it would have offered. */
  readonly isLost: boolean;
  /** Models and voices, by the names of the pool, that its machines are still fetching. */
  readonly bringing: readonly string[];
};

/**
 * `due`: a scout, one machine that is to show what those of the pool can do, may be asked for. `again`: so may another for one that was lost while it
 * fetched. `coming`: it was. `known`: what machines of the pool offer was seen, or is seen now. `failed`: no scout came. `lost`: one after another was lost
 * while it fetched. After these three one is asked for again after a while.
 */
export type Scouting = 'due' | 'again' | 'coming' | 'known' | 'failed' | 'lost';

/** What a pool's machines showed longer ago than this may have changed, and a pool whose machine did not come is asked again after it. */
export const staleMs = 20 * 60_000;
const leastScoutMs = 10 * 60_000;
/** Scouts that are asked for one after another where each is lost while it fetches. */
export const mostScouts = 3;

/** Where a pool stands with showing what its machines can do. */
export function scoutingOf(pool: Pick<Pool, 'startMs'>, facts: ScoutingFacts): Scouting {
  const { offeredAgoMs, scoutAgoMs, scouts, startMs, isThere, isLost } = facts;
  if (isThere) return 'known';
  const offered = offeredAgoMs ?? Number.POSITIVE_INFINITY;
  const asked = scoutAgoMs ?? Number.POSITIVE_INFINITY;
  // The first that comes may fail, and another have to come for it.
  const comingMs = Math.max(leastScoutMs, 2 * givenUpMsOf(pool, { startMs }));
  const didNotCome = asked < offered;
  if (didNotCome && asked < comingMs) return 'coming';
  // From when it was clear that none came: a scout may be waited for longer than that while.
  if ((didNotCome ? asked - comingMs : offered) >= staleMs) return 'due';
  if (isLost) return !didNotCome && scouts < mostScouts ? 'again' : 'lost';
  return offeredAgoMs === null ? 'failed' : 'known';
}

/** Whether a scout of the pool is still to come, or to be asked for. */
export function mayCome(scouting: Scouting): boolean {
  return scouting === 'due' || scouting === 'again' || scouting === 'coming';
}
