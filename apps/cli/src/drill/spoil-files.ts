import { open, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Takes all room of a file system; says how much was left then, and `empty` gives it back. */
export async function fill(folder: string): Promise<{ readonly leftBytes: number; readonly empty: () => Promise<void> }> {
  const path = join(folder, 'ballast');
  const { bavail, bsize } = await statfs(folder);
  // Others write at the same time: it is full where this finds no room, too.
  await writeFile(path, Buffer.alloc(Math.max(0, bavail * bsize - 4096))).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC') throw error;
  });
  const after = await statfs(folder);
  return { leftBytes: after.bavail * after.bsize, empty: () => rm(path, { force: true }) };
}

/** Changes a byte in the middle of each file below a folder, but for those in `known`, where each is noted: changed again it would be as it was. Says how many. */
export async function spoil(folder: string, known: Set<string>): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let spoilt = 0;
  for (const name of names) {
    if (!name.includes('sha256-')) continue;
    const file = await open(join(folder, name), 'r+').catch(() => null);
    if (file === null) continue;
    const { size, ino } = await file.stat();
    if (known.has(`${folder} ${ino}`) || size === 0) {
      await file.close();
      continue;
    }
    known.add(`${folder} ${ino}`);
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, Math.floor(size / 2));
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 0x55]), 0, 1, Math.floor(size / 2));
    await file.close();
    spoilt++;
  }
  return spoilt;
}
