import { spawnSync } from 'node:child_process';

const launchers = new Map<string, readonly string[]>();

/**
 * Words put before a command so that the kernel sends it a signal when this process dies, whatever it does then; empty where setpriv has no --pdeathsig (macOS,
 * BusyBox). The command keeps its process id and its descriptors. What counts is the thread that starts it, so start it from the main one. A parent that died
 * before the words took hold is not noticed: a program that may work for ever by itself looks who its parent is once it runs.
 */
export function deathLauncher(signal: 'KILL' | 'INT' = 'KILL'): readonly string[] {
  const known = launchers.get(signal);
  if (known !== undefined) return known;
  const words = ['setpriv', '--pdeathsig', signal, '--'];
  const works = process.platform === 'linux' && spawnSync(words[0] ?? '', [...words.slice(1), 'true'], { stdio: 'ignore' }).status === 0;
  const launcher = works ? words : [];
  launchers.set(signal, launcher);
  return launcher;
}
