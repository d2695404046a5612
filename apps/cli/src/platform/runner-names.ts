import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '@filmwright/process/is-alive';
import { withStartLock } from './platform-file.ts';

/**
 * Names for so many runners of a home. A runner that joins takes the place of the one of its name: where no gateway is beside them they are named
 * for machine and home, and pass over the numbers that a living process of this home holds.
 */
export async function runnerNames(
  home: string,
  { count, isAlone }: { readonly count: number; readonly isAlone: boolean },
): Promise<readonly string[]> {
  if (!isAlone) return Array.from({ length: count }, (_, index) => `runner-${index + 1}`);
  return count === 0 ? [] : withStartLock(home, () => claimNames(home, count));
}

async function claimNames(home: string, count: number): Promise<readonly string[]> {
  const place = createHash('sha256').update(realpathSync(home)).digest('hex').slice(0, 6);
  const folder = join(home, 'runners');
  await mkdir(folder, { recursive: true });
  const names: string[] = [];
  for (let number = 1; names.length < count; number++) {
    const name = `${hostname()}-${place}-${number}`;
    const path = join(folder, name);
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && holder !== process.pid && isAlive(holder)) continue;
    await writeFile(path, String(process.pid), { mode: 0o600 });
    names.push(name);
  }
  return names;
}
