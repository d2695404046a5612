import { availableParallelism, freemem } from 'node:os';
import { mostSlots } from '@filmwright/contracts';

/** Memory that a task of a film takes at its most, in bytes. */
const bytesPerSlot = 700 * 1024 ** 2;

/** As many tasks at once as processors and free memory bear, at least one. */
export function slotsFor(cores: number = availableParallelism(), freeBytes: number = freemem()): number {
  return Math.max(1, Math.min(cores, Math.floor(freeBytes / bytesPerSlot), mostSlots));
}
