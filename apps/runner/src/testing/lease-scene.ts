import assert from 'node:assert/strict';
import type { Lease, Task } from '@filmwright/contracts';
import type { Done } from '../executor.ts';
import type { LeaseWork } from '../lease-work.ts';
import type { WorkingExecutor } from '../run-leases.ts';
import { createRunnerMetrics } from '../runner-metrics.ts';

/** The end of a task that made nothing. */
export const done: Done = { type: 'done', output: {}, assets: [], wallMs: 5, cpuMs: 4, loadMs: 1 };
/** A lease of a task of no workspace, at its first attempt. */
export const leaseOf = (key: string, fence = 1): Lease => {
  const base = { kind: 'subtitles', version: 2, toolchain: '', payload: { cues: [], language: 'en' } } as const;
  const task: Task = { ...base, key, estimateMs: 1, rank: 0, inputs: [] };
  return { task, fence, attempt: 1, leaseMs: 400 };
};
const nothing = async (): Promise<void> => {};

type Scene = {
  readonly executor?: Partial<WorkingExecutor>;
  readonly client?: Partial<LeaseWork['client']>;
  readonly end?: AbortSignal;
  readonly weights?: NonNullable<LeaseWork['weights']>;
};
/** What runs leases in one slot; what a test does not give fails when it is asked for, ends are taken, and nothing is logged. */
export function workOf({ executor = {}, client = {}, end = new AbortController().signal, weights }: Scene) {
  const never = (): never => assert.fail('it is not asked for');
  const working: WorkingExecutor = { held: [], devices: [], close: never, unload: never, run: never, runBatch: never, ...executor };
  const calls = { leaseTasks: never, heartbeat: async () => ({ stale: [], back: [] }), completeTask: nothing };
  const work: LeaseWork = {
    client: { ...calls, failTask: nothing, handBack: nothing, ...client },
    executors: [working],
    ...(weights && { weights }),
    endings: { drain: new AbortController().signal, end },
    log: () => {},
    figures: createRunnerMetrics({ slots: 1, cache: () => null }),
    ...{ runnerId: 'me', leaseMs: 400, offerChanged: new AbortController().signal, cache: () => null, hasRoom: async () => true },
  };
  return { work, executor: working };
}
