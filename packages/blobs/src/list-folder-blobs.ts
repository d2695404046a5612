import { readdir, stat } from 'node:fs/promises';
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
        if (found?.isFile()) yield { digest: digest.data, path, bytes: found.size, changedAtMs: Math.max(found.mtimeMs, found.ctimeMs) };
      }
    }
}

async function folders(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
}
