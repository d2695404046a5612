import { chmod, copyFile, link, mkdir, open, readdir, readlink, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Errors of a link that a copy avoids: another file system, one without links, too many, or not allowed. */
const copyInstead: ReadonlySet<unknown> = new Set(['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Gives a second place to a folder of read-only programs, readable for every user: hard links where the file system allows (no time, no room),
 * else synced copies. Static libraries are left out. Rejects with the file system's error and leaves what it made.
 */
export async function placeTree(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await chmod(target, 0o755);
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) await placeTree(from, to);
    else if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else if (!entry.name.endsWith('.a')) await placeFile(from, to);
  }
}

async function placeFile(from: string, to: string): Promise<void> {
  const { mode } = await stat(from);
  const wanted = (mode & 0o100) === 0 ? 0o444 : 0o555;
  if ((mode & wanted) === wanted) {
    try {
      return await link(from, to);
    } catch (error) {
      if (!copyInstead.has((error as NodeJS.ErrnoException).code)) throw error;
    }
  }
  await copyFile(from, to);
  await chmod(to, mode | wanted);
  const handle = await open(to, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
