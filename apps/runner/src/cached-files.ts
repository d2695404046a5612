import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Digests that came into a machine's cache since they were told last, and that left it. */
export type FileNews = { readonly added: readonly string[]; readonly removed: readonly string[] };
export type CachedFiles = {
  /** What is to be told now, null for nothing; the folder is looked at every other second at most. */
  readonly news: () => Promise<FileNews | null>;
  /** Call it once that very news was heard. */
  readonly told: (news: FileNews) => void;
};

const lookMs = 2000;
/** So many are told at once, those in doubt first; the rest comes with the next word. */
const mostTold = 2000;

/** Looks at what the hot cache of a home holds; the executors fill it. */
export function watchCachedFiles(home: string): CachedFiles {
  const folder = join(home, 'cache', 'media', 'files');
  const known = new Set<string>();
  /** Files that were told of and perhaps not heard, with the word that told of them last: the next one says how it is with them by then. */
  const doubtful = new Map<string, FileNews>();
  let lookedMs = Number.NEGATIVE_INFINITY;
  return {
    async news() {
      if (performance.now() - lookedMs < lookMs) return null;
      // One look at a time: of two words under way the one that is told later must be the one that looked later.
      lookedMs = Number.POSITIVE_INFINITY;
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      lookedMs = performance.now();
      const there = new Set(entries.flatMap((entry) => (entry.isFile() && entry.name.startsWith('sha256-') ? [entry.name] : [])));
      const changed = [...[...there].filter((name) => !known.has(name)), ...[...known].filter((name) => !there.has(name))];
      const names = [...new Set([...doubtful.keys(), ...changed])].slice(0, mostTold);
      if (names.length === 0) return null;
      const news = { added: names.filter((name) => there.has(name)), removed: names.filter((name) => !there.has(name)) };
      for (const name of names) doubtful.set(name, news);
      return news;
    },
    told(news) {
      const heard = (name: string): boolean => doubtful.get(name) === news && doubtful.delete(name);
      for (const name of news.added) if (heard(name)) known.add(name);
      for (const name of news.removed) if (heard(name)) known.delete(name);
    },
  };
}
