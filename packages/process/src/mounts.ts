import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export type Mount = { readonly point: string; readonly source: string };

/** The file systems that this process sees, in the order in which they were mounted (proc(5), mountinfo); none where the system does not tell. */
export function readMounts(): readonly Mount[] {
  let list = '';
  try {
    list = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // Not on Linux.
  }
  return list.split('\n').flatMap((line) => {
    const [front = '', back = ''] = line.split(' - ');
    const [point, source] = [front.split(' ')[4], back.split(' ')[1]];
    return point === undefined || source === undefined ? [] : [{ point: plain(point), source: plain(source) }];
  });
}

/** Those on a folder and below it, the last mounted first, as they must be taken away. */
export function mountsBelow(folder: string): readonly Mount[] {
  return readMounts()
    .filter(({ point }) => point === folder || point.startsWith(`${folder}/`))
    .reverse();
}

/** Takes a file system off a folder, at once for whoever comes and when they are done for those who use it; one that is not there is no error. */
export function unmount(folder: string): void {
  try {
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  } catch {
    // It is not mounted any more.
  }
}

/** Spaces, tabs, line ends and backslashes stand there as octal numbers. */
function plain(name: string): string {
  return name.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
