import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FilmwrightError } from '@filmwright/contracts';
import { startPostgres } from '@filmwright/records/embedded';
import { addressOf, checkHomeRecords, checkOwnDatabase } from '../platform/home-records.ts';
import { onInterruptEnd } from '../platform/on-interrupt-end.ts';
import { readPlatformFile, withStartLock } from '../platform/platform-file.ts';

/**
 * Runs `work` with the address of a home's database: DATABASE_URL, else that of the platform that runs there, else one that is started for it and ended after it.
 * Throws `request-invalid`, before any work, where the home belongs to another.
 */
export async function useDatabase<T>(home: string, work: (connectionString: string) => Promise<T>): Promise<T> {
  const external = process.env.DATABASE_URL;
  if (external) {
    await checkHomeRecords(home, { connectionString: external, address: addressOf(external) });
    return work(external);
  }
  await checkOwnDatabase(home);
  if (!(await stat(join(home, 'postgresql', 'data', 'PG_VERSION')).catch(() => null)))
    throw new FilmwrightError(
      'not-found',
      `There are no records in ${home}. Set FILMWRIGHT_HOME (or --home) to the folder of the platform, or DATABASE_URL to its database.`,
    );
  const { database, isOurs } = await withStartLock(home, async () => {
    const platform = await readPlatformFile(home);
    return { database: await startPostgres({ home, tell: (line) => void process.stderr.write(`${line}\n`) }), isOurs: platform === null };
  });
  // A platform that was started meanwhile has taken the database over.
  const end = async (): Promise<void> => {
    if (isOurs) await withStartLock(home, async () => ((await readPlatformFile(home)) === null ? database.stop() : undefined));
  };
  return untilInterrupted({ end, work: () => work(database.connectionString) });
}

/** Runs `work`, then `end`; Ctrl-C or SIGTERM ends the process, after `end` as well. */
export async function untilInterrupted<T>({
  work,
  end,
}: {
  readonly work: () => Promise<T>;
  readonly end: () => Promise<void>;
}): Promise<T> {
  const giveBack = onInterruptEnd(end);
  try {
    return await work();
  } finally {
    giveBack();
    await end();
  }
}
