import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';

const longestMs = 60_000;

/** Asks the system to forget the pages of files, so that they come from the disk again; false where it cannot. Nothing of the files changes. */
export async function dropFromCache(paths: readonly string[]): Promise<boolean> {
  let all = true;
  for (const path of paths) {
    const file = await realpath(path);
    // Of GNU coreutils: with nocache and count 0, dd only advises the system to drop what it keeps of the file.
    const done = await new Promise<boolean>((resolve) => {
      execFile('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'], { timeout: longestMs }, (error) => resolve(error === null));
    });
    all &&= done;
  }
  return all;
}
