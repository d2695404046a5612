import { spawnSync } from 'node:child_process';

let launcher: readonly string[] | undefined;

/** Words put before a command so that the kernel kills it when this process dies; empty where setpriv has no --pdeathsig (macOS, BusyBox). */
export function deathLauncher(): readonly string[] {
  if (launcher === undefined) {
    const words = ['setpriv', '--pdeathsig', 'KILL', '--'];
    const works = process.platform === 'linux' && spawnSync(words[0] ?? '', [...words.slice(1), 'true'], { stdio: 'ignore' }).status === 0;
    launcher = works ? words : [];
  }
  return launcher;
}
