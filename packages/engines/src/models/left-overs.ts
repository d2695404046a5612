import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '@filmwright/process/is-alive';

const staleMs = 7 * 86_400_000;
const written = /^\.(\d+)-[0-9a-f-]{36}\.(part|unpack|old)$/;

/** A fresh hidden name that tells which process writes it, so that it can be removed when that one is dead. */
export function hiddenName(kind: 'part' | 'unpack'): string {
  return `.${process.pid}-${randomUUID()}.${kind}`;
}

/** Removes what killed processes left below `<home>/models`, but not what a download goes on from, unless that lies there for a week. */
export async function removeLeftOvers(home: string): Promise<void> {
  const models = join(home, 'models');
  const folders = [models, ...(await namesIn(models)).filter((name) => !name.startsWith('.')).map((name) => join(models, name))];
  for (const folder of folders)
    for (const name of await namesIn(folder)) {
      const pid = Number(written.exec(name)?.[1] ?? process.pid);
      if (pid !== process.pid && !isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true });
    }
  const staging = join(models, '.staging');
  for (const name of await namesIn(staging)) {
    const about = await stat(join(staging, name)).catch(() => null);
    if (about !== null && Date.now() - about.mtimeMs > staleMs) await rm(join(staging, name), { recursive: true, force: true });
  }
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
