import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestSchema } from '@filmwright/contracts';
import { syncFolder } from '@filmwright/process/sync-folder';
import { codeOf } from './disk-problem.ts';
import { temporaryPath } from './left-overs.ts';

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
  readonly list: () => AsyncGenerator<StoredBlob>;
  readonly has: (digest: Digest) => Promise<boolean>;
  /** Removes bytes that came, or were stored again, before that instant; false for younger ones and for what is not there. */
  readonly removeOlder: (blob: { readonly digest: Digest; readonly thanMs: number }) => Promise<boolean>;
  /** Whose store it is, as `setMark` said, on whatever machine; null where nobody has yet. */
  readonly mark: () => Promise<string | null>;
  /** Says whose store it is. Of several at once the first stays, unless it is to be another's `instead`. */
  readonly setMark: (options: { readonly mark: string; readonly instead: boolean }) => Promise<void>;
};

const markName = 'records-id';

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
    mark: () => readMark(join(root, markName)),
    async setMark({ mark, instead }) {
      const temp = join(root, 'tmp');
      await mkdir(temp, { recursive: true });
      const { path: part, forget } = temporaryPath(temp);
      try {
        await writeFile(part, `${mark}\n`, { flag: 'wx', mode: 0o644, flush: true });
        await (instead ? rename(part, join(root, markName)) : keepFirst(part, join(root, markName)));
        await syncFolder(root);
      } finally {
        await rm(part, { force: true });
        forget();
      }
    },
  };
}

async function readMark(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** A link appears whole, and never in the place of another. */
async function keepFirst(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    // Some mounts know no links.
    await copyFile(part, path, constants.COPYFILE_EXCL).catch((second: unknown) => {
      if (codeOf(second) !== 'EEXIST') throw second;
    });
  }
}

async function folders(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
}
