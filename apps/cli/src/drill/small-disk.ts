import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Room for what runs, on a disk that is small enough to be filled in memory. */
const diskBytes = 160 * 1024 ** 2;

/** Mounts a small file system in memory on a folder, where this user may, with room for `keptBytes` that stay; the folder is there either way. */
export function smallDisk(folder: string, keptBytes = 0): boolean {
  mkdirSync(folder, { recursive: true });
  if (process.platform !== 'linux') return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes + keptBytes}`, 'filmwright-drill', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Takes it away again; one that is not there is no error. */
export function unmount(folder: string): void {
  try {
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  } catch {
    // It is not mounted any more.
  }
}
