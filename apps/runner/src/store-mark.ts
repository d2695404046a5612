import type { Stats } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A mount of which nothing was heard for so long counts as gone: one of a network may hold whoever looks at it for ever. */
const answersWithinMs = 3000;

/** What the promise comes to; null where it fails, or nothing came within the time of a mount. */
export function ofMount<T>(promise: Promise<T>): Promise<T | null> {
  const over = new AbortController();
  const late = sleep(answersWithinMs, null, { signal: over.signal }).catch(() => null);
  return Promise.race([promise.catch(() => null), late]).finally(() => over.abort());
}

/** Looks at folders that were not answered yet: each takes a thread, of which a process has few. */
const looks = new Map<string, { readonly beganMs: number; readonly found: Promise<Stats> }>();

/** For how long a folder did not answer who looked at it; 0 where nobody waits for it. */
export function silentMsOf(folder: string): number {
  const look = looks.get(folder);
  return look === undefined ? 0 : performance.now() - look.beganMs;
}

/** What a folder is known by as long as the same is mounted there: its device and number. Null where it does not answer. */
export async function markOf(folder: string): Promise<string | null> {
  const look = looks.get(folder) ?? { beganMs: performance.now(), found: stat(folder).finally(() => looks.delete(folder)) };
  looks.set(folder, look);
  const found = await ofMount(look.found);
  return found?.isDirectory() ? `${found.dev}:${found.ino}` : null;
}

/**
 * What a runner and its executors know of a mounted store: a file of the home with the mark of the folder that was proven to be the gateway's own. The runner
 * writes it; whoever finds the store wanting takes it away, and media go through the gateway until the runner has proven it anew.
 */
export function provenStore({ home, folder }: { readonly home: string; readonly folder: string }) {
  const path = join(home, 'proven-store');
  const kept = (): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
  return {
    /** The mark of the folder, where it is the one that was proven; else null. */
    async mark(): Promise<string | null> {
      const proven = await kept();
      return proven !== null && proven === (await markOf(folder)) ? proven : null;
    },
    /** Whether what had the mark is mounted there still. */
    has: async (mark: string): Promise<boolean> => (await markOf(folder)) === mark,
    async note(mark: string): Promise<void> {
      await writeFile(`${path}.new`, mark);
      await rename(`${path}.new`, path);
    },
    distrust: (): Promise<void> => rm(path, { force: true }),
  };
}

export type ProvenStore = ReturnType<typeof provenStore>;
