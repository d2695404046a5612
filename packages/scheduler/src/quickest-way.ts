import type { Host, SlotPool } from './fleet.ts';
import { linkOf } from './link.ts';

/** So many equal runners are looked at. */
const looked = 64;
/** Sums of measures are not exact: a way that is slower than the mean by less is as good. */
const likeMean = 0.9;

type Ways = { readonly pool: SlotPool; readonly first: Host; readonly fits: (host: Host) => boolean };

/**
 * Of equal runners of a pool and region the first; where that has a slower way to the store than they have on average, one of them that brings more than
 * twice as much. Where all ways are alike nobody is looked at.
 */
export function quickestWay(hosts: Iterable<Host>, { pool, first, fits }: Ways): Host {
  if (linkOf(first.facts) > (likeMean * pool.linksMibPerS) / pool.runners) return first;
  let best = first;
  let seen = 0;
  for (const host of hosts) {
    if (++seen > looked) break;
    if (linkOf(host.facts) > 2 * linkOf(best.facts) && fits(host)) best = host;
  }
  return best;
}
