import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';

type Taking = {
  /** The folder `postgresql` of a home. */
  readonly base: string;
  /** Whether another did meanwhile what the lock is wanted for. */
  readonly isDone: () => Promise<boolean>;
};

const lockName = 'upgrade.lock';
const otherWithinMs = 3_600_000;
/** A lock without a number is one that a power cut left; older versions made theirs empty and wrote the number within a moment. */
const unnamedForMs = 5000;

/**
 * Whether this process is to bring data over; false when another did it meanwhile. A lock whose holder is gone is taken over, and one that names nobody;
 * throws `unavailable` where another keeps it for more than an hour.
 */
export async function takeUpgradeLock({ base, isDone }: Taking): Promise<boolean> {
  const path = join(base, lockName);
  const own = `${path}.${process.pid}`;
  // Whole before it is seen: a process that is killed leaves no lock that names nobody.
  await writeFile(own, String(process.pid), { mode: 0o600, flush: true });
  try {
    for (const untilMs = performance.now() + otherWithinMs; performance.now() < untilMs; await sleep(200)) {
      if (await isDone()) return false;
      try {
        await link(own, path);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (await isLeft(path)) {
        // The server that its holder may have left is this one's to end.
        await writeFile(path, String(process.pid), { flush: true });
        await sleep(20);
        if ((await readFile(path, 'utf8').catch(() => '')) === String(process.pid)) return true;
      }
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new FilmwrightError(
    'unavailable',
    `Another process brings the records in ${base} over for more than an hour; see server.log there.`,
  );
}

/** Lets the next one have it. */
export async function releaseUpgradeLock(base: string): Promise<void> {
  await rm(join(base, lockName), { force: true });
}

/** Whether nobody holds a lock that is there. */
async function isLeft(path: string): Promise<boolean> {
  const said = await readFile(path, 'utf8').catch(() => null);
  if (said === null) return false;
  const holder = Number(said);
  if (holder > 0) return holder === process.pid || !isAlive(holder);
  const made = await stat(path).catch(() => null);
  return made !== null && Date.now() - made.mtimeMs > unnamedForMs;
}
