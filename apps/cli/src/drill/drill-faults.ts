import { databaseWayFaults } from './database-way-faults.ts';
import type { Fault, RunnerGround } from './fault.ts';
import { runnerFileFaults, storeFaults } from './file-faults.ts';
import { platformFaults } from './platform-faults.ts';
import { clockFault, runnerFaults } from './runner-faults.ts';
import { runnerWayFaults } from './runner-way-faults.ts';

const ofRunners: readonly Fault<RunnerGround>[] = [...runnerFaults, ...runnerWayFaults, ...runnerFileFaults];

/** Every fault that a drill of a platform of its own knows; each round does one. */
export const faults: readonly Fault[] = [...ofRunners, ...platformFaults, ...databaseWayFaults, ...storeFaults];

/** Faults that strike runners alone and want no rights over the processes of the platform. */
export const faultsOfRunners: readonly Fault<RunnerGround>[] = [...ofRunners, clockFault(() => [])];
