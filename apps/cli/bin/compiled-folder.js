import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Node keeps compiled code from run to run, which cuts the start of every process to a third: with the program, or in the user's own cache where the program is another user's or lies on a disk that is only read. */
export function compiledFolder(root, env = process.env) {
  const beside = join(root, 'node_modules', '.cache', 'compiled');
  try {
    mkdirSync(beside, { recursive: true });
    accessSync(beside, constants.W_OK);
    return beside;
  } catch {
    return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'filmwright', 'compiled');
  }
}
