import type { HotCache } from '@filmwright/blobs';
import { type AheadFile, FilmwrightError, toProblem } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import { sleep } from './sleep.ts';

/** Fetches what a runner is likely to need into its cache. Nobody waits for it, and what fails is left to whoever needs it. */
export type FetchAhead = {
  readonly add: (files: readonly AheadFile[]) => void;
  readonly close: () => Promise<void>;
};

/** A cache to fetch into, and how many bytes may come ahead within ten minutes. */
export type AheadCache = Pick<HotCache, 'pin' | 'close'> & { readonly mostBytes: () => Promise<number> };

type Fetching = {
  /** Opens the cache when it is first needed; `arrived` is awaited at every piece. */
  readonly open: (arrived: () => Promise<void>) => Promise<AheadCache>;
  /** Whether bytes of what runs here are on the way. */
  readonly isBusy: () => boolean;
  readonly log: Log;
};

const mostFiles = 1000;
const countedMs = 600_000;
const lookMs = 100;
/** A task may wait for the very file that is on the way: it stands still no longer than this. */
const longestPauseMs = 2000;
/** Problems that say nothing of other files. */
const ofOneFile: ReadonlySet<string> = new Set(['not-found', 'digest-mismatch']);

/** One file at a time, and none while `isBusy`. Nothing stays pinned: what the cache has no room for goes as anything else does. */
export function createFetchAhead({ open, isBusy, log }: Fetching): FetchAhead {
  const wanted = new Map<string, AheadFile>();
  const ending = new AbortController();
  const { signal } = ending;
  let fetched: readonly { readonly atMs: number; readonly bytes: number }[] = [];
  let cache: Promise<AheadCache> | undefined;
  let running: Promise<void> | undefined;
  let pausedMs = 0;

  const arrived = async (): Promise<void> => {
    signal.throwIfAborted();
    while (isBusy() && pausedMs < longestPauseMs && !signal.aborted) {
      await sleep(lookMs, signal);
      pausedMs += lookMs;
    }
  };

  const hasBudget = async ({ mostBytes }: AheadCache, bytes: number): Promise<boolean> => {
    fetched = fetched.filter(({ atMs }) => performance.now() - atMs < countedMs);
    return fetched.reduce((sum, one) => sum + one.bytes, bytes) <= (await mostBytes());
  };

  /** False where it is gone by now, or damaged at the source: the others may be there all the same. */
  const fetchOne = async ({ pin }: AheadCache, { digest }: AheadFile): Promise<boolean> => {
    try {
      await (await pin(digest)).release();
      return true;
    } catch (error) {
      if (error instanceof FilmwrightError && ofOneFile.has(error.code)) return false;
      throw error;
    }
  };

  const fetchAll = async (): Promise<void> => {
    cache ??= open(arrived);
    const into = await cache.catch((error: unknown) => {
      cache = undefined;
      throw error;
    });
    let files = 0;
    for (let [next] = wanted.values(); next !== undefined; [next] = wanted.values()) {
      while (isBusy() && !signal.aborted) await sleep(lookMs, signal);
      if (signal.aborted) return;
      wanted.delete(next.digest);
      if (!(await hasBudget(into, next.bytes))) continue;
      fetched = [...fetched, { atMs: performance.now(), bytes: next.bytes }];
      pausedMs = 0;
      if (await fetchOne(into, next)) files++;
    }
    log('info', 'files were fetched ahead', { files });
  };

  const start = (): void => {
    running ??= fetchAll()
      .catch((error: unknown) => {
        if (!signal.aborted) log('info', 'nothing more is fetched ahead for now', { problem: toProblem(error), files: wanted.size });
        wanted.clear();
      })
      .finally(() => {
        running = undefined;
        if (wanted.size > 0 && !signal.aborted) start();
      });
  };

  return {
    add(files) {
      for (const file of files) if (wanted.size < mostFiles) wanted.set(file.digest, file);
      if (wanted.size > 0 && !signal.aborted) start();
    },
    async close() {
      ending.abort(new Error('the runner ends'));
      wanted.clear();
      await running;
      await (await cache?.catch(() => undefined))?.close();
    },
  };
}
