import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '@filmwright/process/is-alive';
import { withPathLock } from './path-lock.ts';

/** What broke off is gone on with within a week, or never. */
const keptPartMs = 7 * 86_400_000;

/** `links` counts its names: more than one where it is pinned, or linked elsewhere. */
export type CachedFile = { readonly path: string; readonly bytes: number; readonly usedMs: number; readonly links: number };

/** Every file below a folder; one that goes meanwhile is left out. */
export async function filesIn(folder: string): Promise<CachedFile[]> {
  const found: CachedFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const about = await stat(path).catch(() => null);
    if (about !== null) found.push({ path, bytes: about.size, usedMs: about.atimeMs, links: about.nlink });
  }
  return found;
}

/** Bytes of all files below a folder. */
export async function sizeOf(folder: string): Promise<number> {
  return (await filesIn(folder)).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Removes what broke off long ago and nobody went on with, and names that dead processes gave. */
export async function removeOld(parts: string): Promise<void> {
  const names = new Set(await readdir(parts));
  for (const name of names) {
    const path = join(parts, name);
    const [digest = '', of] = name.split('.', 2);
    if (of === 'lock' || names.has(`${digest}.lock`)) continue;
    if (of !== undefined) {
      if (!isAlive(Number(of.split('-', 1)[0]))) await rm(path, { force: true });
      continue;
    }
    const isOld = async (): Promise<boolean> => Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now()) > keptPartMs;
    if (!(await isOld())) continue;
    await withPathLock(`${path}.lock`, async () => {
      if (await isOld()) await rm(path, { force: true });
    });
  }
}

/** Lets go of pins whose process is dead. */
export async function releaseDead(pins: string): Promise<void> {
  for (const name of await readdir(pins)) {
    if (!isAlive(Number(name.split('-', 1)[0]))) await rm(join(pins, name), { recursive: true, force: true });
  }
}
