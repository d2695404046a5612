import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '@filmwright/process/is-alive';

const dayMs = 86_400_000;
/** Of two machines with one folder neither knows the processes of the other. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const mine = new Set<string>();

/** A fresh path in the temp folder that tells which process writes it; forget it when it was renamed or removed. */
export function temporaryPath(folder: string): { readonly path: string; readonly forget: () => void } {
  const name = `${process.pid}-${machine}-${randomUUID()}`;
  mine.add(name);
  return { path: join(folder, name), forget: () => void mine.delete(name) };
}

/** Removes temp files of this machine whose process is dead, and any whose last byte is a day old, as a process id may have been given again. */
export async function removeLeftOvers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (mine.has(name)) continue;
    const path = join(folder, name);
    const [first, writer = ''] = name.split('-', 2);
    const pid = Number(first);
    const found = await stat(path).catch(() => null);
    if (!found) continue;
    const mayLive = writer !== machine || (pid !== process.pid && isAlive(pid));
    const held = Number.isInteger(pid) && pid > 0 && mayLive && Date.now() - found.mtimeMs < dayMs;
    if (!held) await rm(path, { force: true });
  }
}
