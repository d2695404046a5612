import { constants, copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError, mostResumeBytes } from '@filmwright/contracts';
import { HandedBack } from './borders.ts';
import type { TaskContext } from './run-task.ts';

/** Nobody goes on with a checkpoint that is older: its film was given up. */
const keptMs = 7 * 86_400_000;
/** Frames of clips take much. */
const mostBytes = 8 * 1024 ** 3;

const folderIn = (home: string): string => join(home, 'checkpoints');

/** What goes elsewhere with a task that is handed back: its checkpoint in base64, or the digest of the asset that it is. */
type Carried = { readonly checkpoint?: string; readonly checkpointAsset?: string };

/** What is said at a border of a task whose checkpoint is looked for once it is asked for. */
export const asCheckpoint: Carried = {};
/** Of what may be carried so much is left to the words around it. */
const wordsBytes = 1024;

type Opening = Pick<TaskContext, 'home' | 'key' | 'borders' | 'pathOf'>;

/** The path of a task's checkpoint, where what an attempt elsewhere left is put down, unless an attempt here left as much. What was swept meanwhile is made anew. */
export async function checkpointOf({ home, key, borders, pathOf }: Opening): Promise<string> {
  await mkdir(folderIn(home), { recursive: true });
  const checkpointPath = join(folderIn(home), key);
  const { checkpoint, checkpointAsset } = Object(borders.resume) as { readonly checkpoint?: unknown; readonly checkpointAsset?: unknown };
  const taken = `${checkpointPath}.${process.pid}.taken`;
  try {
    if (typeof checkpoint === 'string') await writeFile(taken, Buffer.from(checkpoint, 'base64'));
    else if (typeof checkpointAsset === 'string') await copyFile(await pathOf(checkpointAsset), taken, constants.COPYFILE_FICLONE);
    else return checkpointPath;
    if ((await bytesOf(taken)) > (await bytesOf(checkpointPath))) await rename(taken, checkpointPath);
    else await rm(taken, { force: true });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'not-found') throw error;
  }
  return checkpointPath;
}

/** -1 where there is no such file. */
function bytesOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => -1,
  );
}

type Storing = Pick<TaskContext, 'tempDir' | 'store'> & { readonly checkpointPath: string };

/** What ends a task that is handed back with its checkpoint, which is stored first where it is too large to be carried; null where it cannot be just now, and the task goes on here. The file stays for an attempt here. */
export async function handedBack({ checkpointPath, tempDir, store }: Storing): Promise<HandedBack | null> {
  const size = await bytesOf(checkpointPath);
  if (size < 0) return null;
  if (Math.ceil(size / 3) * 4 <= mostResumeBytes - wordsBytes) {
    const checkpoint = await readFile(checkpointPath, 'base64');
    return new HandedBack({ checkpoint } satisfies Carried);
  }
  const path = join(tempDir, 'checkpoint');
  try {
    await copyFile(checkpointPath, path, constants.COPYFILE_FICLONE);
    // What nobody comes back to is swept with all that nothing names.
    return new HandedBack({ checkpointAsset: (await store({ path, mediaType: 'application/octet-stream' })).digest } satisfies Carried);
  } catch (error) {
    if (error instanceof FilmwrightError) return null;
    throw error;
  }
}

/** Removes checkpoints that nobody came back to, and those that were left longest ago where all together are too large. */
export async function clearCheckpoints(home: string): Promise<void> {
  const names = await readdir(folderIn(home)).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folderIn(home), name);
      return { path, ...(await stat(path).catch(() => ({ size: 0, mtimeMs: Date.now() }))) };
    }),
  );
  let bytes = 0;
  for (const { path, size, mtimeMs } of found.sort((one, other) => other.mtimeMs - one.mtimeMs)) {
    bytes += size;
    if (bytes > mostBytes || Date.now() - mtimeMs > keptMs) await rm(path, { force: true });
  }
}
