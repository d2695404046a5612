import type { RunnerFacts } from '../../src/demand.ts';
import { plainWorld, type Scenario } from '../scenario.ts';
import { meanMsOf, plainKind, streamTasks, type TaskKind } from '../workload.ts';

/** Work of one slot. */
export const slotKind: Omit<TaskKind, 'capability' | 'leastMs' | 'mostMs'> = { ...plainKind, model: null, gpus: 0, vramMib: 0 };

/** A runner of one slot. */
export const slotRunner = (id: string, capabilities: readonly string[]): RunnerFacts => ({
  id,
  pool: 'cpu',
  region: 'here',
  capabilities,
  slots: 1,
  devices: [],
  hostMib: 0,
  onDisk: [],
  inMemory: [],
  resident: [],
  draining: false,
  fetchesAhead: true,
});

/**
 * A short day of synthetic tasks on two runners of one slot, to be set beside a real one with the same arrivals and
 * durations: `tickMs`, `grantMs` and `reportMs` are then those that were measured there.
 */
export type TwoRunnersSettings = {
  readonly seed: number;
  readonly load: number;
  readonly tasks: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly tickMs: number;
  readonly grantMs: number;
  readonly reportMs: number;
};

/** Poisson arrivals of tasks of two workspaces, uniform in length. */
export const twoRunners = (settings: TwoRunnersSettings): Scenario => {
  const kind: TaskKind = { ...slotKind, capability: 'synthetic', leastMs: settings.leastMs, mostMs: settings.mostMs };
  return {
    ...plainWorld,
    name: 'two-runners',
    about: `two runners of one slot, ${settings.tasks} synthetic tasks of ${settings.leastMs} to ${settings.mostMs} ms, load ${settings.load}`,
    seed: settings.seed,
    models: [],
    workspaces: [
      { id: 'a', weight: 1, cap: null },
      { id: 'b', weight: 1, cap: null },
    ],
    runners: ['runner-1', 'runner-2'].map((id) => slotRunner(id, ['synthetic'])),
    tickMs: settings.tickMs,
    grantMs: settings.grantMs,
    reportMs: settings.reportMs,
    tasks: () =>
      streamTasks({
        seed: settings.seed,
        label: 'synthetic',
        kinds: [kind],
        kindChances: [1],
        workspaces: ['a', 'b'],
        workspaceChances: [0.5, 0.5],
        arriving: { meanGapMs: meanMsOf(kind) / (2 * settings.load), shape: 1, hours: null },
        fromMs: 0,
        most: settings.tasks,
        untilMs: Number.POSITIVE_INFINITY,
        perBuild: 1,
      }),
  };
};
