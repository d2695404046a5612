import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FilmwrightError } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';

const run = promisify(execFile);

/** Who PostgreSQL runs as: this user, or for root, whom it refuses, the unprivileged "nobody". */
export type Owner = { readonly uid: number; readonly gid: number } | null;

/** The owner of the database's files. */
export function databaseOwner(): Owner {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;
}

/** The data folder below `home`, made by initdb in a temporary folder that is renamed when it is whole. */
export async function dataFolder({
  home,
  binaries,
  owner,
}: {
  readonly home: string;
  readonly binaries: string;
  readonly owner: Owner;
}): Promise<string> {
  const base = join(home, 'postgresql');
  const data = join(base, 'data');
  if (await stat(join(data, 'PG_VERSION')).catch(() => null)) return data;
  const password = await databasePassword(home);
  await removeHalfMade(base);
  const temporary = join(base, `data.part-${process.pid}`);
  const secret = join(base, `secret-${process.pid}`);
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  await writeFile(secret, password, { mode: 0o600 });
  if (owner !== null) await Promise.all([chown(temporary, owner.uid, owner.gid), chown(secret, owner.uid, owner.gid)]);
  const args = [
    '-D',
    temporary,
    '-U',
    'filmwright',
    '--auth=scram-sha-256',
    `--pwfile=${secret}`,
    '--encoding=UTF8',
    // PostgreSQL's own UTF-8 order: the same on every machine, and no index breaks when the system's library changes its order.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
  try {
    await run(join(binaries, 'bin', 'initdb'), args, { cwd: base, env: databaseEnvironment(), ...(owner ?? {}) });
    await rename(temporary, data);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process was faster; both know the same password.
    if (await stat(join(data, 'PG_VERSION')).catch(() => null)) return data;
    const said = (error as { stderr?: string }).stderr?.trim() ?? String(error);
    throw new FilmwrightError(
      /No space left/.test(said) ? 'disk-full' : 'program-failed',
      `The database could not be made in ${base}: ${said.slice(-600)}`,
      { cause: error },
    );
  } finally {
    await rm(secret, { force: true });
  }
  return data;
}

/** The database's password, made once and readable by this user only. */
export async function databasePassword(home: string): Promise<string> {
  const path = join(home, 'postgresql', 'password');
  const known = await readFile(path, 'utf8').catch(() => '');
  if (known !== '') return known;
  const made = randomBytes(24).toString('base64url');
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, made, { mode: 0o600, flush: true });
  try {
    // Unlike a rename, a link never replaces the password that another process has just made.
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return readFile(path, 'utf8');
}

/** Environment of the database's programs: nothing of the caller's but the locale they need. */
export function databaseEnvironment(): Record<string, string> {
  return { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' };
}

async function removeHalfMade(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = Number(/^(?:data\.part|secret)-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    // A process number comes again after a restart of a container: ours is not in use yet.
    if (!Number.isNaN(pid) && (pid === process.pid || !isAlive(pid))) await rm(join(base, name), { recursive: true, force: true });
  }
}

/** Throws `program-failed` when the unprivileged user could not enter a folder on the way to the database's folder `base`. */
export async function checkReachable(base: string): Promise<void> {
  await chmod(base, 0o755);
  for (let folder = base; ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) {
      throw new FilmwrightError(
        'program-failed',
        `PostgreSQL does not run as root, and the user it runs as (65534) cannot enter ${folder} (mode ${(mode & 0o777).toString(8)}; wanted x for others). Set FILMWRIGHT_HOME to a folder that everyone can enter, such as /var/lib/filmwright.`,
      );
    }
    if (folder === dirname(folder)) return;
  }
}
