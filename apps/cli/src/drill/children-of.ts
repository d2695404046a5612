import { readdirSync, readFileSync } from 'node:fs';

/** Living children of a process, where /proc tells them. */
export function childrenOf(pid: number): readonly number[] {
  let names: readonly string[] = [];
  try {
    names = readdirSync('/proc');
  } catch {
    // Not on this system.
  }
  return names.flatMap((name) => {
    try {
      const text = readFileSync(`/proc/${Number(name)}/stat`, 'utf8');
      return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
