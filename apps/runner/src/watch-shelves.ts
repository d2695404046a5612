import { type FSWatcher, mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Aborts once when voices or models of a home were installed or taken away, and is closed then; `close` ends the watch before. */
export type ShelfWatch = { readonly changed: AbortSignal; readonly close: () => void };

// An installation makes several changes one after another.
const settleMs = 300;

/** Watches the shelves of a home for one change. Where the system cannot watch folders, a change is seen at the next start only. */
export function watchShelves(home: string): ShelfWatch {
  const change = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const watchers: FSWatcher[] = [];
  const close = (): void => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
  for (const shelf of ['voices', 'models']) {
    const folder = join(home, shelf);
    try {
      mkdirSync(folder, { recursive: true });
      const watcher = watch(folder, (_, name) => {
        // Names with a dot in front are of installations under way.
        if (name?.startsWith('.')) return;
        clearTimeout(timer);
        timer = setTimeout(() => {
          close();
          change.abort();
        }, settleMs);
      });
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
    } catch {}
  }
  return { changed: change.signal, close };
}
