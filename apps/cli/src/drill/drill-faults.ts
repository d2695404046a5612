import type { Fault } from './fault.ts';
import { fileFaults } from './file-faults.ts';
import { processFaults } from './process-faults.ts';
import { wayFaults } from './way-faults.ts';

/** Every fault that a drill knows; each round does one. */
export const faults: readonly Fault[] = [...processFaults, ...wayFaults, ...fileFaults];
