import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

const diskBytes = 160 * 1024 ** 2;

/** Mounts a small file system in memory on a folder, where this user may; the folder is there either way. */
export function smallDisk(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  if (process.platform !== 'linux') return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'filmwright-drill', folder], { stdio: 'ignore' });
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
