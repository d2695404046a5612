import { open, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillPlatform } from './drill-platform.ts';

const tellsWithinMs = 1500;

/** Takes all room of a file system; the returned function gives it back. */
export async function fill(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'ballast');
  const { bavail, bsize } = await statfs(folder);
  await writeFile(path, Buffer.alloc(Math.max(0, bavail * bsize - 4096))).catch(() => {});
  return () => rm(path, { force: true });
}

/** Changes a byte in the middle of each file below a folder; says how many. */
export async function spoil(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let spoilt = 0;
  for (const name of names) {
    if (!name.includes('sha256-')) continue;
    const file = await open(join(folder, name), 'r+').catch(() => null);
    if (file === null) continue;
    const { size } = await file.stat();
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, Math.floor(size / 2));
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 0x55]), 0, 1, Math.floor(size / 2));
    await file.close();
    spoilt++;
  }
  return spoilt;
}

/** How many spoilt files were found by now; runners tell of their caches every few seconds. */
export async function noticed(platform: DrillPlatform, before: number): Promise<number> {
  for (const untilMs = performance.now() + tellsWithinMs; performance.now() < untilMs; await sleep(200)) {
    const found = (await platform.damaged()) - before;
    if (found > 0) return found;
  }
  return 0;
}
