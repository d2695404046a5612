import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerOffer, Task } from '@filmwright/contracts';
import { defaultWorkspace } from '@filmwright/records';
import { serverOfTests, type TestRecords } from '@filmwright/records/testing';
import { runBeside } from '../../testing/run-beside.ts';
import type { Gathering } from '../gathering.ts';
import { runSchedule } from '../run-schedule.ts';

/** What the scheduling of a test needs of opened records. */
export type Opened = Pick<TestRecords, 'records'>;
/** Long enough that no lease runs out within a test. */
export const leaseMs = 20_000;
/** Progress of a build, where nothing depends on it. */
export const progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;

/** The offer of a runner with one slot, for tasks without a toolchain. */
export function offer(name: string, changes: Partial<RunnerOffer> = {}): RunnerOffer {
  return {
    name,
    pid: 1,
    slots: 1,
    kinds: ['subtitles'],
    toolchain: {},
    versions: { subtitles: 7 },
    voices: [],
    models: [],
    fonts: [],
    ...changes,
  };
}

/** A task of a second that its key alone tells from others. */
export function task(key: string, changes: Partial<Task> = {}): Task {
  const payload = { cues: [], language: 'en' };
  return { key, kind: 'subtitles', version: 7, toolchain: '', payload, estimateMs: 1000, rank: 0, inputs: [], ...changes } as Task;
}

/** Orders a build of these tasks, all ready, and gives its id. */
export async function order(
  { records }: Opened,
  tasks: readonly Task[],
  changes: { readonly priority?: 'bulk' | 'interactive'; readonly workspaceId?: string } = {},
): Promise<string> {
  const document = { of: tasks.map(({ key }) => key) };
  const wanted = { workspaceId: defaultWorkspace, title: 'A film', document, files: {}, purpose: 'make', atMs: null } as const;
  const { id: buildId } = await records.createBuild({ ...wanted, ...changes });
  const rows = tasks.map(({ key, kind, estimateMs }) => ({ address: key, kind, key, estimateMs, reused: false }));
  await records.savePlan({ buildId, rows, ready: tasks, progress });
  return buildId;
}

/** Schedules until the test or the returned function ends it. */
export function start(context: TestContext, { records, gathering }: Opened & { readonly gathering?: Gathering }): () => Promise<void> {
  return runBeside(context, (beside) => runSchedule({ ...beside, records, followUpsMs: 100, ...(gathering && { gathering }) }));
}

/** A server of records for the tests of a file, and a way to open records of their own that are scheduled until the test ends. */
export function scheduledServer(): {
  readonly open: () => Promise<TestRecords>;
  readonly scheduled: (context: TestContext) => Promise<TestRecords>;
} {
  const { open } = serverOfTests();
  return {
    open,
    async scheduled(context) {
      const opened = await open();
      start(context, opened);
      return opened;
    },
  };
}

/** Asks a hundred times a second until there is an answer; throws after some ten seconds. */
export async function until<T>(what: () => Promise<T | null | undefined | false>, whatFor: string): Promise<T> {
  for (let tries = 0; ; tries++) {
    const found = await what();
    if (found) return found;
    assert.ok(tries < 1000, `waited too long for ${whatFor}`);
    await sleep(10);
  }
}

/** The first lease that a runner is given. */
export async function leaseOf({ records }: Opened, runnerId: string) {
  return until(async () => (await records.leaseTasks({ runnerId, max: 9, leaseMs }))[0], 'a lease');
}

/** What a runner says when a task is done. */
export function done(runnerId: string, lease: { readonly task: Task; readonly fence: number }) {
  return { runnerId, key: lease.task.key, fence: lease.fence, output: {}, assets: [], wallMs: 5, cpuMs: 5 };
}
