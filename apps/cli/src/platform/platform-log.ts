import { mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const mostBytes = 10 * 1024 ** 2;

/** The log file of a home's processes, begun anew (one older kept) once it is over 10 MB; gives its descriptor. */
export function openPlatformLog(home: string): number {
  const folder = join(home, 'logs');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'platform.log');
  try {
    if (statSync(path).size > mostBytes) renameSync(path, `${path}.1`);
  } catch {
    // There is none yet.
  }
  return openSync(path, 'a');
}
