import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Digests that came into a machine's cache since they were told last, and that left it. */
export type FileNews = { readonly added: readonly string[]; readonly removed: readonly string[] };
export type CachedFiles = {
  /** What is to be told now, null for nothing; the folder is looked at every other second at most. */
  readonly news: () => Promise<FileNews | null>;
  /** Call it once that was told. */
  readonly told: (news: FileNews) => void;
};

const lookMs = 2000;
/** So many are told at once; the rest comes with the next word. */
const mostTold = 2000;

/** Looks at what the hot cache of a home holds; the executors fill it. */
export function watchCachedFiles(home: string): CachedFiles {
  const folder = join(home, 'cache', 'media', 'files');
  const known = new Set<string>();
  let lookedMs = Number.NEGATIVE_INFINITY;
  return {
    async news() {
      if (performance.now() - lookedMs < lookMs) return null;
      lookedMs = performance.now();
      const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      const there = new Set(names.flatMap((entry) => (entry.isFile() && entry.name.startsWith('sha256-') ? [entry.name] : [])));
      const added = [...there].filter((name) => !known.has(name)).slice(0, mostTold);
      const removed = [...known].filter((name) => !there.has(name)).slice(0, mostTold);
      return added.length + removed.length === 0 ? null : { added, removed };
    },
    told({ added, removed }) {
      for (const name of added) known.add(name);
      for (const name of removed) known.delete(name);
    },
  };
}
