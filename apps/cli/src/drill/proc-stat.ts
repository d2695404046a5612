import { readFileSync } from 'node:fs';

/** What Linux tells of a process from its state on, the third field of `stat` (proc(5)), as the first; null where it is gone. */
export function procStat(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
