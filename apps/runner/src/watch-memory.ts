import { totalmem } from 'node:os';
import type { RunnerMemory } from '@filmwright/contracts';
import { heldKib } from '@filmwright/process/last-words';
import { availablePart } from './available-memory.ts';
import type { Executor } from './executor.ts';

/** What heartbeats tell of memory: `news` is null while it is about what was told last, and where the system does not say. */
export type MemoryWatch = {
  readonly news: () => RunnerMemory | null;
  readonly told: (memory: RunnerMemory) => void;
};

type Watching = {
  readonly executors: readonly Pick<Executor, 'pid'>[];
  /** What part of the memory could be had now, 0 to 1; null where that is not known. */
  readonly available?: () => number | null;
};

const mebibyte = 1024 ** 2;
const kibPerMib = 1024;
/** A change by less than this part of all memory is none. */
const leastPart = 1 / 32;

/** Watches the memory of this machine, or of the container that it works in, and of the processes that do tasks: who is lost with its machine says nothing then. */
export function watchMemory({ executors, available = availablePart }: Watching): MemoryWatch {
  const totalMib = Math.round(Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / mebibyte);
  let last: RunnerMemory | null = null;
  return {
    news() {
      const part = available();
      if (part === null) return null;
      const heldMib = Math.round(executors.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : heldKib(pid, 'VmRSS')), 0) / kibPerMib);
      const now: RunnerMemory = { totalMib, freeMib: Math.round(part * totalMib), heldMib };
      const changed = (['freeMib', 'heldMib'] as const).some((name) => Math.abs(now[name] - (last?.[name] ?? 0)) >= totalMib * leastPart);
      return last === null || changed ? now : null;
    },
    told(memory) {
      last = memory;
    },
  };
}
