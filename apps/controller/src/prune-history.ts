import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import type { HistoryStore } from '@filmwright/records';
import { reasonOf } from './reason-of.ts';

const dayMs = 24 * 3_600_000;
/** So many attempts are looked at at once, and so long others have the database to themselves after that. */
const most = 1000;
const restMs = 2000;
const betweenMs = 3_600_000;

/** How long attempts are kept, by FILMWRIGHT_HISTORY_MS; 90 days without it. Throws `request-invalid` for less than a day or what is no whole number. */
export function readHistoryMs({ FILMWRIGHT_HISTORY_MS: text = '' }: Readonly<Record<string, string | undefined>>): number {
  const value = text === '' ? 90 * dayMs : Number(text);
  if (Number.isInteger(value) && value >= dayMs) return value;
  throw new FilmwrightError(
    'request-invalid',
    `FILMWRIGHT_HISTORY_MS is ${JSON.stringify(text)}; wanted a whole number of milliseconds, ${dayMs} (a day) at least.`,
  );
}

export type PruneHistory = { readonly records: HistoryStore; readonly olderMs: number; readonly signal: AbortSignal; readonly log: Log };

/** Removes old attempts and changes that were read, once an hour and a few at a time, until `signal` is aborted; what fails is said and tried again within the hour. */
export async function pruneHistory({ records, olderMs, signal, log }: PruneHistory): Promise<void> {
  let next: bigint | null = null;
  let removed = 0;
  while (!signal.aborted) {
    try {
      const pruned: Awaited<ReturnType<HistoryStore['pruneHistory']>> = await records.pruneHistory({
        olderMs,
        most,
        ...(next !== null && { after: next }),
      });
      removed += pruned.removed;
      next = pruned.next;
      if (next === null && removed > 0) log('info', 'removed old attempts', { attempts: removed });
      if (next === null) removed = 0;
    } catch (error) {
      log('warn', 'old attempts were not removed', { reason: reasonOf(error) });
      next = null;
    }
    await sleep(next === null ? betweenMs : restMs, undefined, { signal, ref: false }).catch(() => {});
  }
}
