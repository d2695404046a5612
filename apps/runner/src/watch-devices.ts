import type { Device, FreeMemory } from '@filmwright/contracts';
import type { Executor } from './executor.ts';
import { type Slice, slicesOf } from './nvidia-slices.ts';
import { askNvidia, sliceReport } from './probe-devices.ts';
import { processTree } from './process-tree.ts';

type Holder = Pick<Executor, 'devices' | 'held' | 'idleSinceMs'>;
type Watching = {
  readonly executors: readonly Holder[];
  readonly everyMs?: number;
  /** What nvidia-smi says to these questions; null where it fails. */
  readonly ask?: Ask;
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

/** What the driver tells of a GPU or slice. */
type Look = Pick<Slice, 'id' | 'freeMib' | 'programs' | 'sharing'>;

/** Looks at GPUs and slices that were offered once a minute, those on which a task of this runner runs left out. */
export function watchDevices({ executors, everyMs = lookMs, ask = askNvidia, ownPids = ownTree }: Watching): DeviceWatch {
  const free = new Map<string, number>();
  const told = new Map<string, number>();
  let offered: readonly Device[] = [];
  const holdersOf = (id: string): readonly Holder[] => executors.filter(({ devices }) => devices.includes(id));
  /** What changes while something is loaded or unloaded there. */
  const stateOf = (id: string): string | null => {
    const all = holdersOf(id);
    return all.some(({ idleSinceMs }) => idleSinceMs === null)
      ? null
      : JSON.stringify(all.map(({ held, idleSinceMs }) => [held, idleSinceMs]));
  };
  const look = async (): Promise<void> => {
    const before = new Map(offered.map(({ id }) => [id, stateOf(id)]));
    if ([...before.values()].every((state) => state === null)) return;
    const were = ownPids();
    const looks: Look[] = [];
    if (offered.some(({ slice }) => slice === null)) looks.push(...(await lookAtGpus(ask)));
    if (offered.some(({ slice }) => slice !== null)) looks.push(...(await lookAtSlices(ask)));
    // A process may have come or gone while the driver answered.
    const own = new Set([...were, ...ownPids()]);
    for (const { id, freeMib, programs, sharing } of looks) {
      const state = before.get(id) ?? null;
      if (freeMib === null || !Number.isInteger(freeMib) || state === null || stateOf(id) !== state) continue;
      const oursMib = programs.reduce((sum, { pid, mib }) => (own.has(pid) ? sum + mib : sum), 0);
      // Containers may see processes under other numbers: what ours take is not known there.
      const holds = sharing.flatMap(holdersOf).some(({ held }) => held.length > 0);
      if (!Number.isFinite(oursMib) || (oursMib === 0 && holds)) continue;
      free.set(id, freeMib + Math.floor(oursMib / sharing.length));
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
      offered = devices;
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

type Ask = (args: readonly string[]) => Promise<string | null>;

async function lookAtGpus(ask: Ask): Promise<readonly Look[]> {
  const [memory, apps] = [
    await ask(['--query-gpu=uuid,memory.free', '--format=csv,noheader,nounits']),
    await ask(['--query-compute-apps=gpu_uuid,pid,used_gpu_memory', '--format=csv,noheader,nounits']),
  ];
  if (memory === null || apps === null) return [];
  const programsOf = (gpu: string) =>
    cellsOf(apps).flatMap(([uuid, pid, mib]) => (uuid === gpu ? [{ pid: Number(pid), mib: Number(mib) }] : []));
  return cellsOf(memory).map(([id = '', freeMib]) => ({ id, freeMib: Number(freeMib), programs: programsOf(id), sharing: [id] }));
}

async function lookAtSlices(ask: Ask): Promise<readonly Look[]> {
  return [...slicesOf({ list: await ask(['-L']), report: await ask(sliceReport) }).values()].flat();
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
