import type { Log } from '@filmwright/process';
import { availablePart } from './available-memory.ts';
import type { Executor } from './executor.ts';

type Resting = Pick<Executor, 'devices' | 'held' | 'idleSinceMs' | 'close'>;
type GivingWay = {
  /** Looked at anew each time: their number grows. */
  readonly executors: readonly Resting[];
  readonly log: Log;
  readonly everyMs?: number;
  /** What part of the machine's memory could be had now, 0 to 1; null where that is not known. */
  readonly available?: () => number | null;
};

const lookMs = 5000;
/** With less of the machine's memory to be had, its work is in danger. */
const leastPart = 1 / 16;

/** While the machine is short of memory, ends the process that holds models on a GPU and has done nothing for longest, one at each look: what it holds lies in part in the machine's memory. */
export function giveWay({ executors, log, everyMs = lookMs, available = availablePart }: GivingWay): { readonly close: () => void } {
  const look = (): void => {
    const part = available();
    if (part === null || part >= leastPart) return;
    const [longest] = executors
      .filter(({ devices, held, idleSinceMs }) => devices.length > 0 && held.length > 0 && idleSinceMs !== null)
      .sort((a, b) => (a.idleSinceMs ?? 0) - (b.idleSinceMs ?? 0));
    if (longest === undefined) return;
    log('warn', 'models on a GPU give way: the machine is short of memory', {
      devices: longest.devices,
      models: longest.held,
      available: part,
    });
    longest.close();
  };
  const timer = setInterval(look, everyMs).unref();
  return { close: () => clearInterval(timer) };
}
