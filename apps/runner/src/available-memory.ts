import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux tells of memory; tests have folders of their own. */
type Told = { readonly proc?: string; readonly cgroups?: string };
/** Bytes that could be had now of so many. */
type Available = { readonly bytes: number; readonly of: number };

const kibibyte = 1024;
const numberIn = (text: string, what: RegExp): number => Number(what.exec(text)?.[1] ?? Number.NaN);

/** What part of the memory that this process may use could be had now, 0 to 1, as `availableBytes` counts it. */
export function availablePart(told: Told = {}): number | null {
  return leastOf(told, ({ bytes, of }) => bytes / of);
}

/**
 * Bytes of memory that this process could have now, files that lie in it for a while counted as free (proc(5), MemAvailable; for a container the limit of its
 * group, cgroup v2, memory.max); null where the system does not tell.
 */
export function availableBytes(told: Told = {}): number | null {
  return leastOf(told, ({ bytes }) => bytes);
}

function leastOf({ proc = '/proc', cgroups = '/sys/fs/cgroup' }: Told, what: (available: Available) => number): number | null {
  const machine = ofMachine(proc);
  if (machine === null) return null;
  const group = ofGroup({ proc, cgroups });
  return Math.min(what(machine), group === null ? Number.POSITIVE_INFINITY : what(group));
}

function ofMachine(proc: string): Available | null {
  try {
    const machine = readFileSync(join(proc, 'meminfo'), 'utf8');
    const bytes = numberIn(machine, /^MemAvailable:\s+(\d+) kB$/m) * kibibyte;
    const of = numberIn(machine, /^MemTotal:\s+(\d+) kB$/m) * kibibyte;
    return Number.isFinite(bytes / of) ? { bytes, of } : null;
  } catch {
    return null;
  }
}

function ofGroup({ proc, cgroups }: Required<Told>): Available | null {
  try {
    const group = /^0::(.*)$/m.exec(readFileSync(join(proc, 'self', 'cgroup'), 'utf8'))?.[1] ?? '/';
    const read = (name: string): string => readFileSync(join(cgroups, group, name), 'utf8');
    const of = Number(read('memory.max'));
    if (!Number.isFinite(of) || of <= 0) return null;
    const stat = read('memory.stat');
    const files = numberIn(stat, /^inactive_file (\d+)$/m) + numberIn(stat, /^active_file (\d+)$/m);
    const bytes = of - Number(read('memory.current')) + files;
    return Number.isFinite(bytes) ? { bytes: Math.max(0, bytes), of } : null;
  } catch {
    return null;
  }
}
