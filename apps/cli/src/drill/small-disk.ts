import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { isAlive } from '@filmwright/process/is-alive';
import { readMounts, unmount } from '@filmwright/process/mounts';

/** Room for what runs, on a disk that is small enough to be filled in memory. */
const diskBytes = 160 * 1024 ** 2;
/** What a disk is called says whose it is. */
const sourceOf = (pid: number): string => `filmwright-drill-${pid}`;

/** Mounts a small file system in memory on a folder, where this user may, with room for `keptBytes` that stay; the folder is there either way. */
export function smallDisk(folder: string, keptBytes = 0): boolean {
  mkdirSync(folder, { recursive: true });
  if (process.platform !== 'linux') return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes + keptBytes}`, sourceOf(process.pid), folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Takes away the disks of drills on this machine that were killed, which hold memory until then, and says so. */
export function freeKilledDisks(tell: (line: string) => void): void {
  const left = readMounts().filter(({ source }) => {
    const [, pid] = /^filmwright-drill-(\d+)$/.exec(source) ?? [];
    return pid !== undefined && !isAlive(Number(pid));
  });
  for (const { point } of left) unmount(point);
  if (left.length > 0) tell(`Took away ${left.length} disks of a drill that was killed: ${left.map(({ point }) => point).join(', ')}.`);
}
