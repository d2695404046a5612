import type { Device, FreeMemory } from '@filmwright/contracts';
import type { Executor } from './executor.ts';
import { askNvidia } from './probe-devices.ts';
import { processTree } from './process-tree.ts';

type Holder = Pick<Executor, 'devices' | 'held' | 'idleSinceMs'>;
type Watching = {
  readonly executors: readonly Holder[];
  readonly everyMs?: number;
  /** What nvidia-smi says to these questions; null where it fails. */
  readonly ask?: (args: readonly string[]) => Promise<string | null>;
  /** Processes of this runner. */
  readonly ownPids?: () => ReadonlySet<number>;
};

/** Keeps what is free on GPUs, without what this runner has there, up to date while they rest. */
export type DeviceWatch = {
  /** Takes devices as they were found for what is offered from now on; of those that were offered before, and may hold something of this runner by now, what was found since stays. */
  readonly offer: (found: readonly Device[]) => readonly Device[];
  /** Free memory of all, where any is not as it was told last; null where nothing is news. */
  readonly news: () => readonly FreeMemory[] | null;
  readonly told: (free: readonly FreeMemory[]) => void;
  readonly close: () => void;
};

const lookMs = 60_000;
/** Programs of desktops take and give back less than this all the time. */
const leastMib = 512;

/** Looks at whole GPUs that were offered once a minute, those on which a task of this runner runs left out: slices have all that they are of. */
export function watchDevices({ executors, everyMs = lookMs, ask = askNvidia, ownPids = ownTree }: Watching): DeviceWatch {
  const free = new Map<string, number>();
  const told = new Map<string, number>();
  let whole: readonly Device[] = [];
  const holdersOf = (id: string): readonly Holder[] => executors.filter(({ devices }) => devices.includes(id));
  /** What changes while something is loaded or unloaded there. */
  const stateOf = (id: string): string | null => {
    const all = holdersOf(id);
    return all.some(({ idleSinceMs }) => idleSinceMs === null)
      ? null
      : JSON.stringify(all.map(({ held, idleSinceMs }) => [held, idleSinceMs]));
  };
  const look = async (): Promise<void> => {
    const before = new Map(whole.map(({ id }) => [id, stateOf(id)]));
    if ([...before.values()].every((state) => state === null)) return;
    const [memory, apps] = [
      await ask(['--query-gpu=uuid,memory.free', '--format=csv,noheader,nounits']),
      await ask(['--query-compute-apps=gpu_uuid,pid,used_gpu_memory', '--format=csv,noheader,nounits']),
    ];
    if (memory === null || apps === null) return;
    const now = cellsOf(memory);
    const own = ownPids();
    for (const [id, state] of before) {
      const freeMib = Number(now.find(([uuid]) => uuid === id)?.[1] ?? Number.NaN);
      if (state === null || stateOf(id) !== state || !Number.isInteger(freeMib)) continue;
      const oursMib = cellsOf(apps).reduce((sum, [uuid, pid, mib]) => (uuid === id && own.has(Number(pid)) ? sum + Number(mib) : sum), 0);
      // Containers may see processes under other numbers: what ours take is not known there.
      if (!Number.isFinite(oursMib) || (oursMib === 0 && holdersOf(id).some(({ held }) => held.length > 0))) continue;
      free.set(id, freeMib + oursMib);
    }
  };
  let looking = false;
  const timer = setInterval(() => {
    // Where a driver hangs nothing ends what asks it: one is enough.
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  }, everyMs).unref();
  return {
    offer(found) {
      const devices = found.map((device) => ({ ...device, freeMib: free.get(device.id) ?? device.freeMib }));
      told.clear();
      for (const { id, freeMib } of devices) told.set(id, freeMib);
      free.clear();
      for (const [id, freeMib] of told) free.set(id, freeMib);
      whole = devices.filter(({ slice }) => slice === null);
      return devices;
    },
    news() {
      const differs = [...free].some(([id, freeMib]) => Math.abs(freeMib - (told.get(id) ?? 0)) >= leastMib);
      return differs ? [...free].map(([id, freeMib]) => ({ id, freeMib })) : null;
    },
    told(sent) {
      for (const { id, freeMib } of sent) told.set(id, freeMib);
    },
    close: () => clearInterval(timer),
  };
}

function cellsOf(table: string): readonly (readonly string[])[] {
  return table
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));
}

function ownTree(): ReadonlySet<number> {
  return new Set(processTree(process.pid).map(({ pid }) => pid));
}
