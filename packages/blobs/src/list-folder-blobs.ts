import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestSchema } from '@filmwright/contracts';

/** An asset as it lies in a store's folder; `changedAtMs` is when it came there, in milliseconds of the epoch. */
export type StoredBlob = { readonly digest: Digest; readonly path: string; readonly bytes: number; readonly changedAtMs: number };

/** Every asset of a store's folder, in the order of digests; what comes or goes meanwhile may be left out. Files of other names are passed over. */
export async function* listFolderBlobs(root: string): AsyncGenerator<StoredBlob> {
  for (const first of await folders(root))
    for (const second of await folders(join(root, first))) {
      const folder = join(root, first, second);
      for (const name of (await readdir(folder).catch(() => [])).sort()) {
        const digest = digestSchema.safeParse(name);
        if (!digest.success || !name.startsWith(`sha256-${first}${second}`)) continue;
        const path = join(folder, name);
        const found = await stat(path).catch(() => null);
        if (found?.isFile()) yield { digest: digest.data, path, bytes: found.size, changedAtMs: found.mtimeMs };
      }
    }
}

/** What a sweep does with a store. */
export type SweepFolder = {
  readonly list: () => AsyncIterable<StoredBlob>;
  readonly has: (digest: Digest) => Promise<boolean>;
  /** Removes bytes that came, or were stored again, before that instant; false for younger ones and for what is not there. */
  readonly removeOlder: (blob: { readonly digest: Digest; readonly thanMs: number }) => Promise<boolean>;
};

/** The folder of a store, as a sweep of assets uses it. */
export function sweepFolder(root: string): SweepFolder {
  const pathOf = (digest: Digest): string => join(root, digest.slice(7, 9), digest.slice(9, 11), digestSchema.parse(digest));
  return {
    list: () => listFolderBlobs(root),
    has: async (digest) => (await stat(pathOf(digest)).catch(() => null))?.isFile() === true,
    async removeOlder({ digest, thanMs }) {
      const path = pathOf(digest);
      const found = await stat(path).catch(() => null);
      if (found === null || found.mtimeMs >= thanMs) return false;
      await rm(path, { force: true });
      return true;
    },
  };
}

async function folders(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
}
