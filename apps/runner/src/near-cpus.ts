import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';

/** What Linux tells of processors, each list as `0-3,8`. */
export type Processors = {
  /** By the number of each NUMA node. */
  readonly nodes: ReadonlyMap<number, string>;
  /** Those that this process may use. */
  readonly allowed: string;
};

type Near = Pick<Device, 'id' | 'numaNode'>;

/** So many work side by side for one task: decoding, a model's threads, encoding. Where fewer are near, and several times as many elsewhere, they would wait for each other longer than for memory that is far. */
const enough = 4;

/** The processors of the NUMA nodes of these GPUs, as `taskset -c` takes them; null where it is not known which, and where they are too few or all of those that may be used. */
export function nearCpus(devices: readonly Near[], { nodes, allowed }: Processors): string | null {
  const lists = devices.map(({ numaNode }) => (numaNode === null ? undefined : nodes.get(numaNode)));
  if (lists.length === 0 || lists.includes(undefined)) return null;
  const near = new Set(lists.flatMap((list) => cpusOf(list ?? '')));
  const usable = cpusOf(allowed);
  const both = usable.filter((cpu) => near.has(cpu));
  const isFew = both.length === 0 || both.length < Math.min(enough, usable.length / 4);
  return isFew || both.length === usable.length ? null : both.join();
}

function cpusOf(list: string): readonly number[] {
  return list
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

const nodesFolder = '/sys/devices/system/node';

/** What the system tells; no nodes where it tells none. */
export function readProcessors(): Processors {
  try {
    const numbers = readdirSync(nodesFolder).flatMap((name) => /^node(\d+)$/.exec(name)?.[1] ?? []);
    const nodes = new Map(numbers.map((node) => [Number(node), readFileSync(join(nodesFolder, `node${node}`, 'cpulist'), 'utf8')]));
    return { nodes, allowed: /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '' };
  } catch {
    return { nodes: new Map(), allowed: '' };
  }
}

export type NearCpus = {
  /** Takes the GPUs that there are. */
  readonly know: (devices: readonly Near[]) => void;
  /** What a program that computes on these GPUs is started by, to run on the processors beside them; empty where it may run on any. */
  readonly startedBy: (devices: readonly string[]) => readonly string[];
};

/** Finds the processors beside GPUs. Node cannot choose its own: `taskset` of util-linux does, and where that is missing or refused it is said once and nothing is chosen. */
export function createNearCpus({
  log,
  processors = readProcessors,
}: {
  readonly log: Log;
  readonly processors?: () => Processors;
}): NearCpus {
  let known: readonly Near[] = [];
  const tried = new Map<string, boolean>();
  const works = (cpus: string): boolean => {
    const before = tried.get(cpus);
    if (before !== undefined) return before;
    const { status, error, stderr } = spawnSync('taskset', ['-c', cpus, 'true'], { encoding: 'utf8' });
    const done = error === undefined && status === 0;
    if (!done && ![...tried.values()].includes(false)) {
      const problem = error?.message ?? stderr.trim();
      log('warn', 'processes that compute on a GPU are not kept on the processors beside it', {
        cpus,
        problem,
        wanted: 'taskset of util-linux',
      });
    }
    tried.set(cpus, done);
    return done;
  };
  return {
    know(devices) {
      known = devices;
    },
    startedBy(ids) {
      const devices = known.filter(({ id }) => ids.includes(id));
      const cpus = devices.length === ids.length ? nearCpus(devices, processors()) : null;
      return cpus !== null && works(cpus) ? ['taskset', '-c', cpus] : [];
    },
  };
}
