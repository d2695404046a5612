import { readdirSync, readFileSync } from 'node:fs';

/** A living process: its number, its parent, its program, and the processor time of it and of the children it has waited for. */
type Living = { readonly pid: number; readonly parent: number; readonly program: string; readonly cpuMs: number };

/** Linux counts processor time in hundredths of a second for every program (proc(5), stat, fields 14 to 17). */
const tickMs = 10;

/** A process and everything below it, from /proc; empty where the system has none or the process is gone. */
export function processTree(pid: number): readonly Living[] {
  const below = new Map<number, Living[]>();
  let root: Living | undefined;
  for (const each of living()) {
    if (each.pid === pid) root = each;
    below.set(each.parent, [...(below.get(each.parent) ?? []), each]);
  }
  const found = root === undefined ? [] : [root];
  for (const one of found) found.push(...(below.get(one.pid) ?? []));
  return found;
}

/** How many bytes processes have read and written so far, from files and from each other (proc(5), io, rchar and wchar); null where the system does not say. */
export function bytesMovedBy(processes: readonly { readonly pid: number }[]): number | null {
  try {
    return processes.reduce((sum, { pid }) => {
      const text = readFileSync(`/proc/${pid}/io`, 'utf8');
      return sum + Number(/^rchar: (\d+)$/m.exec(text)?.[1]) + Number(/^wchar: (\d+)$/m.exec(text)?.[1]);
    }, 0);
  } catch {
    return null;
  }
}

/** Whether any thread of processes runs, or stands ready and waits for a processor (proc(5), stat, state R). */
export function isReady(processes: readonly { readonly pid: number }[]): boolean {
  return processes.some(({ pid }) => {
    try {
      return readdirSync(`/proc/${pid}/task`).some((thread) => {
        const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
        return text[text.lastIndexOf(')') + 2] === 'R';
      });
    } catch {
      return false;
    }
  });
}

/** Kills a process and everything below it at once; the process first, so that it starts nothing more. */
export function killTree(pid: number): void {
  const pids = processTree(pid).map((each) => each.pid);
  for (const each of pids.length === 0 ? [pid] : pids) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

function living(): readonly Living[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      // A program's name may hold blanks and brackets.
      const end = text.lastIndexOf(')');
      const fields = text.slice(end + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return [];
      const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
      return [{ pid, parent: Number(fields[1]), program: text.slice(text.indexOf('(') + 1, end), cpuMs: ticks * tickMs }];
    } catch {
      return [];
    }
  });
}
