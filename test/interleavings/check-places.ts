import type { HistoryEvent } from './check-history.ts';
import { createListings } from './listings.ts';
import { leaseMs } from './model-ledger.ts';
import { nameOf, slotsOffered } from './model-rows.ts';

type Placed = { readonly name: string; readonly runnerId: string; delivered: boolean; untilMs: number };

/**
 * L10: no place is given twice. What runs and what is to be stopped, until its runner says that it stopped or its lease would be over, is never more than its
 * runner offered. Runners that lost a lease are not looked at: it may come to life again after its place was given away (L4).
 */
export function checkPlaces(history: readonly HistoryEvent[]): readonly string[] {
  const faults: string[] = [];
  const running = new Map<number, Placed>();
  const stopping = new Map<number, Placed>();
  const lossy = new Set<string>();
  const listings = createListings();
  const stop = (which: (placed: Placed) => boolean): void => {
    for (const [fence, placed] of running) {
      if (!which(placed)) continue;
      running.delete(fence);
      if (placed.delivered) stopping.set(fence, placed);
    }
  };
  for (const event of history) {
    const unwanted = listings.note(event);
    if (unwanted.length > 0) stop(({ name }) => unwanted.includes(name));
    if (event.type === 'granted') {
      const { fence, runnerId, atMs } = event;
      running.set(fence, { name: nameOf(event), runnerId, delivered: false, untilMs: 0 });
      if (lossy.has(runnerId)) continue;
      const isHere = (placed: Placed): boolean => placed.runnerId === runnerId;
      const runs = [...running.values()].filter(isHere).length;
      const stops = [...stopping.values()].filter((placed) => isHere(placed) && placed.untilMs >= atMs).length;
      if (runs + stops > slotsOffered)
        faults.push(`L10: ${runnerId} was given ${fence} beside ${runs - 1} and ${stops} that it had not stopped`);
    } else if (event.type === 'leased' || event.type === 'renewed') {
      const placed = running.get(event.fence);
      // A request that is said again does not renew what it was given.
      if (placed !== undefined && (event.type === 'renewed' || !placed.delivered))
        Object.assign(placed, { delivered: true, untilMs: event.atMs + leaseMs });
    } else if (event.type === 'completed' || event.type === 'failed' || event.type === 'handed back') running.delete(event.fence);
    else if (event.type === 'stopped') stopping.delete(event.fence);
    else if (event.type === 'cancelled' && event.answer === 'stopped') stop(({ name }) => name === nameOf(event));
    else if (event.type === 'left') for (const [fence, { runnerId }] of running) if (runnerId === event.runnerId) running.delete(fence);
    if (event.type !== 'expired') continue;
    for (const fence of event.fences) {
      const placed = running.get(fence);
      if (placed?.delivered === true) lossy.add(placed.runnerId);
      running.delete(fence);
    }
  }
  return faults;
}
