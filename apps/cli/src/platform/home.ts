import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where all state of one installation lies: FILMWRIGHT_HOME, else a per-user data folder, for root /var/lib/filmwright. */
export function filmwrightHome(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.FILMWRIGHT_HOME) return resolve(env.FILMWRIGHT_HOME);
  if (process.getuid?.() === 0) return '/var/lib/filmwright';
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'filmwright');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'filmwright');
}
