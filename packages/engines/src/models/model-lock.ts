import { link, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilmwrightError } from '@filmwright/contracts';
import { isAlive } from '@filmwright/process/is-alive';
import { hiddenName } from './left-overs.ts';

const lookAgainMs = 20;
/** Locks that this process has, so that one left by a dead process of the same number is told apart. */
const own = new Set<string>();

export type ModelLock = {
  readonly home: string;
  readonly name: string;
  /** Waits for whoever has it; throws `unavailable` at once if left out. */
  readonly waits?: boolean;
};

/** One call at a time, of all processes of a machine, changes a model; a lock of a dead process is taken over. */
export async function withModelLock<T>({ home, name, waits = false }: ModelLock, work: () => Promise<T>): Promise<T> {
  const folder = join(home, 'models', '.locks');
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  for (let holder = await take(path, home); holder !== null; holder = await take(path, home)) {
    if (!waits)
      throw new FilmwrightError(
        'unavailable',
        `Another command (process ${holder}) is changing the model ${name}. Wait for it, or end it, and try again.`,
      );
    await sleep(lookAgainMs);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
    own.delete(path);
    // A model that is not there leaves no folder.
    await rmdir(join(home, 'models', name)).catch(() => undefined);
  }
}

/** Takes the lock, or answers which living process has it. It is linked there with its number inside, so that nobody ever finds it empty. */
async function take(path: string, home: string): Promise<number | null> {
  if (own.has(path)) return process.pid;
  own.add(path);
  const note = join(home, 'models', hiddenName('part'));
  let taken = false;
  try {
    await writeFile(note, String(process.pid));
    for (;;) {
      taken = await linked(note, path);
      if (taken) return null;
      const holder = await holderOf(path);
      if (lives(holder)) return holder;
      if (holder !== null) await removeDead(path, note);
    }
  } finally {
    if (!taken) own.delete(path);
    await rm(note, { force: true });
  }
}

/** Removes a dead lock, one process at a time: none removes the lock that another has put in its place meanwhile. */
async function removeDead(path: string, note: string): Promise<void> {
  const turn = `${path}.turn`;
  if (await linked(note, turn)) {
    if (!lives(await holderOf(path))) await rm(path, { force: true });
    await rm(turn, { force: true });
  } else if (lives(await holderOf(turn))) await sleep(lookAgainMs);
  else await rm(turn, { force: true });
}

async function linked(note: string, path: string): Promise<boolean> {
  try {
    await link(note, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that a lock names, 0 where it names none, null where there is no lock. */
async function holderOf(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : Number(text) || 0;
}

function lives(holder: number | null): holder is number {
  return holder !== null && holder > 0 && holder !== process.pid && isAlive(holder);
}
