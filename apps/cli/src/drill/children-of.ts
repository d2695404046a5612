import { readdirSync, readFileSync } from 'node:fs';

/** Living children of a process, where /proc tells them; none of one that is not there. What has 0 for its parent is a machine's first process and whatever was put into a container: nobody's to strike. */
export function childrenOf(pid: number | undefined): readonly number[] {
  if (!pid) return [];
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
