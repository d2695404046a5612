import {
  type CacheReport,
  FilmwrightError,
  type HandBack,
  type Lease,
  type LoadedFrom,
  mostPreviewBytes,
  needsOf,
  type Problem,
  singleModels,
  type Task,
  toProblem,
} from '@filmwright/contracts';
import type { Executor } from './executor.ts';
import type { LeaseWork } from './lease-work.ts';
import type { BatchEnd } from './messages.ts';
import type { TaskOutcome } from './runner-metrics.ts';
import { sleep } from './sleep.ts';

/** A leased task that runs now; `stop` ends it, `back` asks for it at its next border; `preview` is the newest picture of it that was not told, JPEG. */
export type Held = {
  readonly lease: Lease;
  percent: number;
  preview: Uint8Array | null;
  readonly stop: AbortController;
  readonly back: AbortController;
};
/** What runs leases in a slot. */
export type WorkingExecutor = Pick<Executor, 'run' | 'runBatch' | 'held' | 'devices' | 'unload' | 'close'>;

/** Leases by their fences: of several workspaces they may be for the same key. */
export type HeldLeases = Map<number, Held>;
/** Where leases run; `onStale` is told of what was stopped since nobody wants it any more. */
type Place = { readonly executor: WorkingExecutor; readonly held: HeldLeases; readonly onStale: (lease: Lease) => void };
type Running = Place & { readonly lease: Lease };
/** What has not left a device by then will be missed by whatever is loaded, which then empties the process. */
const longestUnloadMs = 10_000;
/** How a task ended whose end was told too late. */
const lost = 'ended in vain: its lease was given away or its build cancelled';
/** Leases that run as one. */
export type Batch = readonly [Lease, ...Lease[]];

/** Runs leases as one. One that goes stale takes no place of its own: the others go on without it, and all is stopped when none is left. */
export async function runBatch(work: LeaseWork, { batch, executor, held, onStale }: Place & { readonly batch: Batch }): Promise<void> {
  const whole = new AbortController();
  const signal = AbortSignal.any([whole.signal, work.endings.end]);
  /** The one that went stale last: its place is free once the process is gone. */
  const last: Lease[] = [];
  const members = batch.map((lease) => {
    const one: Held = { lease, percent: 0, preview: null, stop: new AbortController(), back: new AbortController() };
    hold(held, one);
    const stop = (): void => {
      letGo(held, one);
      if (members.some((each) => !each.stop.signal.aborted)) onStale(lease);
      else {
        last.push(lease);
        whole.abort(one.stop.signal.reason);
      }
    };
    one.stop.signal.addEventListener('abort', stop, { once: true });
    return one;
  });
  const tells = new Map(members.map(({ lease }) => [lease, work.figures.begin(lease.task.kind)]));
  const asking = {
    signal,
    devices: batch[0].devices,
    isShared: batch.some(({ workspaceId }) => workspaceId === undefined || workspaceId !== batch[0].workspaceId),
    onPercent(percent: number, at: number): void {
      const one = members[at];
      if (one !== undefined) one.percent = percent;
    },
    onPreview(picture: Uint8Array, at: number): void {
      const one = members[at];
      if (one !== undefined && picture.length <= mostPreviewBytes) one.preview = picture;
    },
  };
  const running = members.map(({ lease: { task, resume }, back, stop }) => ({
    task,
    ...(resume !== undefined && { resume }),
    ...{ back: back.signal, stop: stop.signal },
  }));
  const crowd = crowding(work, batch);
  if (crowd.there.length > 0) await makeRoom(crowd, { work, signal });
  const run = async (): Promise<readonly BatchEnd[]> => (await executor.runBatch(running, asking)).ends;
  const ends = await run()
    .then((ended) => {
      if (signal.aborted || !isCrowded(executor, { devices: asking.devices, ends: ended })) return ended;
      executor.close();
      return run();
    })
    .catch((error: unknown) => toProblem(error));
  await Promise.all(
    members.map(async (one, at) => {
      const { lease, stop } = one;
      const end = 'code' in ends ? { problem: ends } : ends[at];
      let outcome: TaskOutcome = 'stopped';
      if (end !== undefined && !stop.signal.aborted && !signal.aborted) {
        const send = (): Promise<void> => tellEnd(work, { lease, end });
        const told = await report({ signal: AbortSignal.any([signal, stop.signal]), send }).catch((cause: unknown) => {
          work.log('warn', 'an end could not be told', { task: lease.task.key, problem: toProblem(cause) });
          return 'untold' as const;
        });
        if (told === 'stale') {
          outcome = 'lost';
          onStale(lease);
        } else if (told === 'ended' && !('resume' in end)) outcome = 'problem' in end ? 'failed' : 'done';
        const { key, kind } = lease.task;
        const how = told === 'stale' ? lost : 'resume' in end ? 'handed back at a border' : outcome;
        if (told !== 'untold') work.log('info', `task ${how} in a batch of ${batch.length}`, { task: key, kind, attempt: lease.attempt });
      }
      letGo(held, one);
      tells.get(lease)?.(outcome);
    }),
  );
  for (const lease of last) onStale(lease);
}

/** Processes that hold, on a lease's devices, what whoever granted it chose to be unloaded. */
function crowding(
  { executors }: LeaseWork,
  leases: readonly Lease[],
): { readonly there: readonly WorkingExecutor[]; readonly names: readonly string[] } {
  const devices = leases.flatMap(({ devices = [] }) => devices);
  const names = [...new Set(leases.flatMap(({ unload = [] }) => unload))];
  const holds = ({ held }: WorkingExecutor): boolean => names.some((name) => held.includes(name));
  return { there: executors.filter((one) => one.devices.some((device) => devices.includes(device)) && holds(one)), names };
}

/** Has them unload it, and waits for no longer than for lost ones. */
async function makeRoom(
  { there, names }: ReturnType<typeof crowding>,
  { work, signal }: { readonly work: LeaseWork; readonly signal: AbortSignal },
): Promise<void> {
  work.log('info', 'models give way', { models: names });
  const over = AbortSignal.any([signal, AbortSignal.timeout(longestUnloadMs)]);
  const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([Promise.all(there.map((one) => one.unload(names))), ended]);
}

/** Whether there was no room on a device for any of a batch, in a process that holds models: others may have left none. */
function isCrowded(
  executor: WorkingExecutor,
  { devices = [], ends }: { readonly devices: readonly string[] | undefined; readonly ends: readonly BatchEnd[] },
): boolean {
  return devices.length > 0 && executor.held.length > 0 && ends.every((end) => 'problem' in end && end.problem.code === 'out-of-memory');
}

function tellEnd(
  { client, runnerId }: LeaseWork,
  { lease, end }: { readonly lease: Lease; readonly end: BatchEnd | { readonly problem: Problem } },
): Promise<void> {
  const claim = { runnerId, key: lease.task.key, fence: lease.fence };
  if ('problem' in end) return client.failTask({ ...claim, problem: end.problem });
  if ('resume' in end) return client.handBack({ ...claim, resume: end.resume as HandBack['resume'] });
  return client.completeTask({ ...claim, ...end });
}

/** A task that is given anew while its lease of before is held is nobody's under that one any more. */
function hold(held: HeldLeases, one: Held): void {
  const { task, workspaceId, fence } = one.lease;
  for (const { lease, stop } of [...held.values()]) {
    if (lease.task.key !== task.key || lease.workspaceId !== workspaceId) continue;
    held.delete(lease.fence);
    stop.abort(new FilmwrightError('lease-stale', 'The task was given anew.'));
  }
  held.set(fence, one);
}

/** A later lease of the same task stays held. */
function letGo(held: HeldLeases, one: Held): void {
  held.delete(one.lease.fence);
}

/** Runs one lease and tells its end. */
export async function runLease(work: LeaseWork, running: Running): Promise<void> {
  if ((await endLease(work, running)) === 'stale') running.onStale(running.lease);
}

async function endLease(work: LeaseWork, { lease, executor, held }: Running): Promise<'stale' | 'ended'> {
  const { task, fence } = lease;
  const { client, runnerId, endings, log } = work;
  const one: Held = { lease, percent: 0, preview: null, stop: new AbortController(), back: new AbortController() };
  hold(held, one);
  const tellEnd = work.figures.begin(task.kind);
  let outcome: TaskOutcome = 'stopped';
  const signal = AbortSignal.any([one.stop.signal, endings.end]);
  const note = { task: task.key, kind: task.kind, attempt: lease.attempt };
  try {
    const asking = {
      signal,
      ...(lease.resume !== undefined && { resume: lease.resume }),
      back: one.back.signal,
      devices: lease.devices,
      onPercent: (percent: number): void => {
        one.percent = percent;
      },
      onPreview: (picture: Uint8Array): void => {
        if (picture.length <= mostPreviewBytes) one.preview = picture;
      },
    };
    const crowd = crowding(work, [lease]);
    if (crowd.there.length > 0) await makeRoom(crowd, { work, signal });
    let source: LoadedFrom | null = null;
    // What is not found by the end of the task is not told: nothing waits for it.
    void sourceOf(work, { task, executor }).then((found) => {
      source = found;
    });
    const done = await executor.run(task, asking).catch((error: unknown) => {
      // Other models of the process may have left no room on its device.
      const crowded =
        error instanceof FilmwrightError && error.code === 'out-of-memory' && (asking.devices?.length ?? 0) > 0 && executor.held.length > 0;
      if (!crowded || signal.aborted) throw error;
      executor.close();
      return executor.run(task, asking);
    });
    if (done.type === 'returned') {
      const { resume } = done;
      const end = await report({
        signal,
        send: () => client.handBack({ runnerId, key: task.key, fence, resume: resume as HandBack['resume'] }),
      });
      if (end === 'stale') outcome = 'lost';
      log('info', `task ${end === 'stale' ? lost : 'handed back at a border'}`, note);
      return end;
    }
    const { type: _, ...made } = done;
    const completion = { runnerId, key: task.key, fence, ...made, ...(source !== null && done.loadMs > 0 && { loadedFrom: source }) };
    const end = await report({ signal, send: () => client.completeTask(completion) });
    outcome = end === 'stale' ? 'lost' : 'done';
    log('info', `task ${end === 'stale' ? lost : outcome}`, { ...note, wallMs: Math.round(done.wallMs), ...cacheNote(work.cache()) });
    return end;
  } catch (error) {
    const problem = toProblem(error);
    log('warn', 'task ended badly', { ...note, problem });
    if (problem.code === 'lease-stale' || signal.aborted) return 'stale';
    const send = (): Promise<void> => client.failTask({ runnerId, key: task.key, fence, problem });
    const end = await report({ signal, send }).catch((cause: unknown) => {
      log('warn', 'a failure could not be told', { ...note, problem: toProblem(cause) });
      return 'ended' as const;
    });
    outcome = end === 'stale' ? 'lost' : 'failed';
    return end;
  } finally {
    letGo(held, one);
    tellEnd(outcome);
  }
}

/** Where the weights are that a task is about to load, looked at while its process begins: reading them is slower than looking. */
async function sourceOf(
  { weights }: LeaseWork,
  { task, executor }: { readonly task: Task; readonly executor: WorkingExecutor },
): Promise<LoadedFrom | null> {
  const { model } = needsOf(task);
  const missing = model === null ? [] : singleModels(model).filter((one) => !executor.held.includes(one));
  if (weights === undefined || missing.length === 0) return null;
  return weights.sourceOf(missing).catch(() => null);
}

function cacheNote(cache: CacheReport | null): Readonly<Record<string, unknown>> {
  if (cache === null || cache.hits + cache.misses === 0) return {};
  return { cacheHitRate: Math.round((cache.hits / (cache.hits + cache.misses)) * 1000) / 1000, cacheBytes: cache.bytes };
}

/** Sends a result until the gateway answers; a lost reply is repeated, which the fence makes harmless. `stale` where it is wanted no longer. */
async function report({ signal, send }: { readonly signal: AbortSignal; readonly send: () => Promise<void> }): Promise<'stale' | 'ended'> {
  for (let waitMs = 100; ; waitMs = Math.min(2000, waitMs * 2)) {
    try {
      await send();
      return 'ended';
    } catch (error) {
      if (error instanceof FilmwrightError && error.code === 'lease-stale') return 'stale';
      if (!(error instanceof FilmwrightError) || error.code !== 'unavailable') throw error;
      await sleep(waitMs, signal);
      signal.throwIfAborted();
    }
  }
}
