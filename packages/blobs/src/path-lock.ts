import { open, readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '@filmwright/process/is-alive';
import { codeOf } from './disk-problem.ts';

const lookAgainMs = 20;
/** A lock file that says nothing for so long was left by a process that died while it made it. */
const emptyMs = 2000;

/** Runs `work` while no other call, of this or another process of the machine, holds the file `path`; the lock of a dead process is taken over. */
export async function withPathLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  while (!(await take(path))) {
    await removeDead(path);
    await sleep(lookAgainMs);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeDead(path: string): Promise<void> {
  const holder = Number(await readFile(path, 'utf8').catch(() => ''));
  if (holder > 0) {
    if (!isAlive(holder)) await rm(path, { force: true });
    return;
  }
  const about = await stat(path).catch(() => null);
  if (about !== null && Date.now() - about.mtimeMs > emptyMs) await rm(path, { force: true });
}
