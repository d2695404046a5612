import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A colour grade at a path that ffmpeg takes for one; `close` takes the path away again. */
export type OpenLook = { readonly path: string | null; close(): Promise<void> };

/** Gives a colour grade a name that ends in `.cube`: assets are named by their digest, and ffmpeg tells the format of a grade by its file's name alone. */
export async function openLook(look: string | null, pathOf: (digest: string) => Promise<string>): Promise<OpenLook> {
  if (look === null) return { path: null, close: async () => {} };
  const asset = resolve(await pathOf(look));
  const folder = await mkdtemp(join(tmpdir(), 'filmwright-look-'));
  const path = join(folder, 'look.cube');
  await symlink(asset, path);
  return { path, close: () => rm(folder, { recursive: true, force: true }) };
}
