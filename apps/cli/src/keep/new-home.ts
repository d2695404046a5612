import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';
import { startPostgres } from '@filmwright/records/embedded';

const partName = '.restoring-';

/** A home that is put together in `folder` and appears by `place`; until then nothing can start on it. */
export type NewHome = { readonly folder: string; readonly place: () => Promise<void>; readonly abandon: () => Promise<void> };

/**
 * Begins a home where none is; what a killed restore left there is removed. Throws `request-invalid` for a home that is not empty. The folder lies beside the home, so
 * that one rename places it; in a home that is a file system of its own it lies inside, and the database, without which nothing starts on it as restored, is placed last.
 */
export async function newHome(home: string): Promise<NewHome> {
  const beside = dirname(home);
  await mkdir(beside, { recursive: true });
  const there = await stat(home).catch(() => null);
  if (there !== null && !there.isDirectory())
    throw new FilmwrightError('request-invalid', `${home} is a file; wanted a folder that is empty or not there.`);
  const isOwnDisk = there !== null && there.dev !== (await stat(beside)).dev;
  const parent = isOwnDisk ? home : beside;
  const prefix = isOwnDisk ? partName : `.${basename(home)}${partName}`;
  await removeParts(parent, prefix);
  const names = there === null ? [] : (await readdir(home)).filter((name) => name !== 'lost+found');
  if (names.length > 0)
    throw new FilmwrightError(
      'request-invalid',
      `${home} is not empty: it has ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''}. Give an empty or new folder with --home; what is there is left alone.`,
    );
  const folder = join(parent, `${prefix}${process.pid}`);
  await mkdir(folder, { mode: 0o755 });
  await chmod(folder, 0o755);
  return {
    folder,
    async place() {
      if (!isOwnDisk) return rename(folder, home);
      const made = await readdir(folder);
      for (const name of [...made.filter((each) => each !== 'postgresql'), ...made.filter((each) => each === 'postgresql')])
        await rename(join(folder, name), join(home, name));
      await rm(folder, { recursive: true, force: true });
    },
    abandon: () => removePart(folder),
  };
}

async function removeParts(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (!Number.isInteger(pid)) continue;
    if (pid !== process.pid && isAlive(pid))
      throw new FilmwrightError('unavailable', `Another restore (process ${pid}) works on this home. Wait for its end.`, {
        retryable: false,
      });
    await removePart(join(parent, name));
  }
}

/** Ends the database that may run in it, and removes it. */
async function removePart(folder: string): Promise<void> {
  if (await stat(join(folder, 'postgresql', 'data', 'postmaster.pid')).catch(() => null))
    await startPostgres({ home: folder }).then(
      (database) => database.stop(),
      () => {},
    );
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
