import { createFifo } from './baselines/fifo.ts';
import { createFifoResident } from './baselines/fifo-resident.ts';
import { createFilmwright } from './filmwright.ts';
import type { PolicyMaker } from './policy.ts';

/** Every policy that a scenario can be run with, by name. */
export const policies: Readonly<Record<string, PolicyMaker>> = {
  filmwright: createFilmwright,
  fifo: createFifo,
  'fifo-resident': createFifoResident,
};
