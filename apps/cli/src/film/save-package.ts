import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@filmwright/client';
import type { PackageAddresses } from '@filmwright/contracts';
import { writeWhole } from './save-media.ts';

export type SavePackage = { readonly client: Client; readonly build: string; readonly folder: string };

type File = PackageAddresses['files'][number];

/** What of the folder was saved by us, so that the next film of it fetches what changed only. */
const memory = '.files.json';
const atOnce = 4;

/** Saves a build's package for browsers into a folder that any web server can serve as it is; null where the film asks for none. */
export async function savePackage({ client, build, folder }: SavePackage): Promise<string | null> {
  const addresses = await client.buildPackage(build);
  if (addresses === null) return null;
  const known = new Map(
    (
      await readFile(join(folder, memory), 'utf8').then(
        (text) => JSON.parse(text) as readonly File[],
        () => [],
      )
    ).map((file) => [file.path, file]),
  );
  const waiting = [...addresses.files];
  const take = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const path = join(folder, file.path);
      if (known.get(file.path)?.etag === file.etag && (await stat(path).catch(() => null))?.size === file.bytes) continue;
      const bytes = await client.packageFile(addresses.root + file.path);
      await writeWhole(path, (handle) => handle.writeFile(bytes));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  const wanted = new Set(addresses.files.map(({ path }) => path));
  for (const path of known.keys()) if (!wanted.has(path)) await rm(join(folder, path), { force: true });
  await writeWhole(join(folder, memory), (handle) => handle.writeFile(JSON.stringify(addresses.files)));
  return folder;
}
