import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '@filmwright/process/is-alive';

/** How to reach the platform that runs on a home; written when it is ready, readable by its owner only. */
export type PlatformFile = { readonly pid: number; readonly url: string; readonly token: string };

/** What the file of a home says, or null where none is or its process is gone. */
export async function readPlatformFile(home: string): Promise<PlatformFile | null> {
  try {
    const found = JSON.parse(await readFile(join(home, 'platform.json'), 'utf8')) as PlatformFile;
    return isAlive(found.pid) ? found : null;
  } catch {
    return null;
  }
}

/** Says how to reach the platform of a home. */
export async function writePlatformFile(home: string, file: PlatformFile): Promise<void> {
  const temporary = join(home, `platform.json.${process.pid}`);
  await writeFile(temporary, JSON.stringify(file), { mode: 0o600 });
  await rename(temporary, join(home, 'platform.json'));
}

/** Takes the file away if it is of this process. */
export async function removePlatformFile(home: string): Promise<void> {
  if ((await readPlatformFile(home))?.pid === process.pid) await rm(join(home, 'platform.json'), { force: true });
}

/** Runs `work` while no other process starts a platform on this home; a lock whose holder is gone is taken over. */
export async function withStartLock<T>(home: string, work: () => Promise<T>): Promise<T> {
  const path = join(home, 'platform.lock');
  await mkdir(home, { recursive: true });
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      // An empty file is one whose holder has not written its number yet, or died before it could.
      if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, holder > 0 ? 100 : 500));
      if (holder === 0 && (await readFile(path, 'utf8').catch(() => 'x')) === '') await rm(path, { force: true });
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}
