import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux tells of memory; tests have folders of their own. */
type Told = { readonly proc?: string; readonly cgroups?: string };

const numberIn = (text: string, what: RegExp): number => Number(what.exec(text)?.[1] ?? Number.NaN);

/**
 * What part of the memory that this process may use could be had now, 0 to 1, files that lie in it for a while counted as free (proc(5), MemAvailable; for a
 * container the limit of its group, cgroup v2, memory.max); null where the system does not tell.
 */
export function availablePart({ proc = '/proc', cgroups = '/sys/fs/cgroup' }: Told = {}): number | null {
  try {
    const machine = readFileSync(join(proc, 'meminfo'), 'utf8');
    const part = numberIn(machine, /^MemAvailable:\s+(\d+) kB$/m) / numberIn(machine, /^MemTotal:\s+(\d+) kB$/m);
    if (!Number.isFinite(part)) return null;
    return Math.min(part, partOfGroup({ proc, cgroups }) ?? 1);
  } catch {
    return null;
  }
}

function partOfGroup({ proc, cgroups }: Required<Told>): number | null {
  try {
    const group = /^0::(.*)$/m.exec(readFileSync(join(proc, 'self', 'cgroup'), 'utf8'))?.[1] ?? '/';
    const read = (name: string): string => readFileSync(join(cgroups, group, name), 'utf8');
    const limit = Number(read('memory.max'));
    if (!Number.isFinite(limit) || limit <= 0) return null;
    const stat = read('memory.stat');
    const files = numberIn(stat, /^inactive_file (\d+)$/m) + numberIn(stat, /^active_file (\d+)$/m);
    const part = (limit - Number(read('memory.current')) + files) / limit;
    return Number.isFinite(part) ? Math.max(0, part) : null;
  } catch {
    return null;
  }
}
