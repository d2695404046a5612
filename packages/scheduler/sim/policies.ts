import { createFifo } from './baselines/fifo.ts';
import { createFifoResident } from './baselines/fifo-resident.ts';
import { createLeastLoaded } from './baselines/least-loaded.ts';
import { createResidentOnly } from './baselines/resident-only.ts';
import { createStaticPartition } from './baselines/static-partition.ts';
import { createWindow } from './baselines/window.ts';
import { createFilmwright, createHintless } from './filmwright.ts';
import type { PolicyMaker } from './policy.ts';

/** Every policy that a scenario can be run with, by name. */
export const policies: Readonly<Record<string, PolicyMaker>> = {
  fifo: createFifo,
  'fifo-resident': createFifoResident,
  'least-loaded': createLeastLoaded,
  'resident-only': createResidentOnly,
  'static-partition': createStaticPartition,
  window: createWindow,
  hintless: createHintless,
  filmwright: createFilmwright,
};
