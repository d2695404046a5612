import { readdirSync } from 'node:fs';
import { procStat } from './proc-stat.ts';

/** Living children of a process, where /proc tells them; none of one that is not there. What has 0 for its parent is a machine's first process and whatever was put into a container: nobody's to strike. */
export function childrenOf(pid: number | undefined): readonly number[] {
  if (!pid) return [];
  let names: readonly string[] = [];
  try {
    names = readdirSync('/proc');
  } catch {
    // Not on this system.
  }
  return names.map(Number).filter((each) => Number(procStat(each)?.[1]) === pid);
}
