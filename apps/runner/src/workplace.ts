import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Blobs, openFolderBlobs } from '@filmwright/blobs';
import { taskKinds } from '@filmwright/contracts';
import { createPictureCache, findFfmpeg, type PictureCache, renderToolchain, type Toolset } from '@filmwright/render';

/** What an executor works with from its start to its end. */
export type Workplace = {
  readonly home: string;
  readonly blobs: Blobs;
  readonly toolset: Toolset;
  readonly tempRoot: string;
  readonly cache: PictureCache;
};

const mebibyte = 1024 ** 2;

/** Opens the store, finds ffmpeg and clears what dead executors left behind. */
export async function createWorkplace(env: Readonly<Record<string, string | undefined>>): Promise<Workplace> {
  const home = env.FILMWRIGHT_HOME ?? '';
  const work = join(home, 'work');
  await mkdir(work, { recursive: true });
  await clearLeftOvers(work);
  const tempRoot = join(work, String(process.pid));
  await mkdir(tempRoot, { recursive: true });
  const blobs = await openFolderBlobs({ root: env.FILMWRIGHT_MEDIA || join(home, 'media') });
  const toolset = await findFfmpeg();
  // Prepared pictures are of use only to the programs that made them.
  const made = createHash('sha256')
    .update(`${taskKinds.encode.version} ${toolset.toolchain} ${await renderToolchain()}`)
    .digest('hex');
  const shared = { folder: join(home, 'cache', `prepared-${made.slice(0, 16)}`), maxBytes: 1024 * mebibyte };
  return { home, blobs, toolset, tempRoot, cache: createPictureCache({ maxBytes: 192 * mebibyte, shared }) };
}

/** Removes the folders of executors that no longer live. */
async function clearLeftOvers(work: string): Promise<void> {
  for (const name of await readdir(work)) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || isAlive(pid)) continue;
    await rm(join(work, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
