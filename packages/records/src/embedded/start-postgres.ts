import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { majorOfName, postgresBinaries } from './binaries.ts';
import { databaseOwner } from './data-folder.ts';
import { type RunningPostgres, type StartServer, startServer } from './start-server.ts';

export type { RunningPostgres } from './start-server.ts';
export type StartPostgresOptions = StartServer & {
  /** Told in words when the data is brought over to another major version, which may take minutes; nobody is when left out. */
  readonly tell?: (line: string) => void;
};

/**
 * Starts the database of a home, or takes over the one that still runs there after its supervisor was killed. Data of another major version is brought over first;
 * throws `program-failed`, with nothing changed, where the programs that can read it are gone.
 */
export async function startPostgres({ tell = () => {}, ...options }: StartPostgresOptions): Promise<RunningPostgres> {
  await mkdir(join(options.home, 'postgresql'), { recursive: true });
  await bringUp(await realpath(options.home), tell);
  return startServer(options);
}

async function bringUp(home: string, tell: (line: string) => void): Promise<void> {
  const base = join(home, 'postgresql');
  const versionOf = async (): Promise<string> => (await readFile(join(base, 'data', 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const isLeft = (await stat(join(base, 'upgrade.done')).catch(() => null)) !== null;
  const before = await versionOf();
  if (before === '' && !isLeft) return;
  const wanted = majorOfName(await postgresBinaries(home));
  if (before === wanted && !isLeft) return;
  // Seldom needed, and it brings all of the code of the records.
  const { finishUpgrade, upgradeData } = await import('./upgrade-data.ts');
  await finishUpgrade(home);
  const found = await versionOf();
  if (found !== '' && found !== wanted) await upgradeData({ home, found, wanted, owner: databaseOwner(), tell });
}
