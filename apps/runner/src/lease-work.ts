import { randomUUID } from 'node:crypto';
import type { Client } from '@filmwright/client';
import { type CacheReport, FilmwrightError, type Lease, mostLeases, needsOf, singleModels } from '@filmwright/contracts';
import type { Log } from '@filmwright/process';
import type { CachedFiles } from './cached-files.ts';
import type { FetchAhead } from './fetch-ahead.ts';
import { heldAnywhere, heldPlaces } from './held-places.ts';
import type { IdleTrials } from './idle-trials.ts';
import { previewsOf } from './previews-of.ts';
import { type Batch, type Held, type HeldLeases, runBatch, runLease, type WorkingExecutor } from './run-leases.ts';
import type { RunnerMetrics } from './runner-metrics.ts';
import { sleep } from './sleep.ts';
import type { Endings } from './told-to-end.ts';
import type { DeviceWatch } from './watch-devices.ts';
import type { MemoryWatch } from './watch-memory.ts';
import type { Weights } from './weights.ts';

export type LeaseWork = {
  readonly client: Pick<Client, 'leaseTasks' | 'heartbeat' | 'completeTask' | 'failTask' | 'handBack'>;
  /** One for each slot. */
  readonly executors: readonly WorkingExecutor[];
  readonly endings: Endings;
  readonly log: Log;
  readonly figures: RunnerMetrics;
  readonly runnerId: string;
  readonly leaseMs: number;
  /** What is offered no longer holds: what runs is finished, and nothing more is taken. */
  readonly offerChanged: AbortSignal;
  readonly cache: () => CacheReport | null;
  /** What lies in the cache of this machine; nothing is told where media come from a shared folder. */
  readonly files?: CachedFiles;
  /** What is free on its GPUs; nothing is told where it is left out. */
  readonly devices?: DeviceWatch;
  /** Memory of its machine; nothing is told where it is left out. */
  readonly memory?: MemoryWatch;
  /** Fetches what the gateway says may be needed; nothing is where it is left out. */
  readonly ahead?: Pick<FetchAhead, 'add'>;
  /** Reads weights that the gateway says may be loaded, and knows which lie in memory; nothing does where it is left out. */
  readonly weights?: Omit<Weights, 'close'>;
  /** Tries models while nothing runs; nothing does where it is left out or null. */
  readonly trials?: IdleTrials | null;
  /** Told that somebody asked for this runner to drain and end. */
  readonly onDrain?: () => void;
  /** Without room nothing more is taken; what runs is finished, and the runner leaves until there is room. */
  readonly hasRoom: () => Promise<boolean>;
};

/** So soon is seen that a task was cancelled, while one runs. */
const busyBeatMs = 1000;
const idleBeatMs = 5000;
const longestPollMs = 20_000;
/** A reply that is later than this is lost: the network between forgot the connection. */
const answerWithinMs = longestPollMs + 10_000;
const awayMs = 500;

/** Leases and works until told to end, or until the offer no longer holds or the disk is full; throws when the gateway no longer knows this runner. What is held when it ends goes back when the runner leaves. */
export async function leaseAndWork(work: LeaseWork): Promise<void> {
  const { endings, executors } = work;
  const gone = new AbortController();
  const full = new AbortController();
  const held: HeldLeases = new Map();
  const stopped = new Set<Stopped>();
  const running = new Set<Promise<void>>();
  const free = [...executors];
  const noMore = AbortSignal.any([endings.drain, endings.end, gone.signal, work.offerChanged]);
  const ended = AbortSignal.any([endings.end, gone.signal]);
  let wake = (): void => {};
  noMore.addEventListener('abort', () => wake(), { once: true });
  const beating: Beating = { work, held, stopped, gone, full: full.signal, toldHeld: '', toldMemory: 'null', beats: 0 };
  const beats = beatUntil(ended, beating);
  // Whoever grants should hear at once that this runner takes no more.
  const drained = (): void => {
    void beat(beating, ended);
    // What has borders goes on elsewhere; the rest is finished.
    for (const one of held.values()) one.back.abort();
  };
  work.trials?.idle();
  endings.drain.addEventListener('abort', drained, { once: true, signal: ended });
  try {
    while (!noMore.aborted) {
      if (!(await work.hasRoom())) {
        // Whoever grants hears it at once; what runs here may still fit.
        work.log('warn', 'the disk is full: nothing more is taken', {});
        full.abort(new Error('the disk is full'));
        await beat(beating, ended);
        break;
      }
      const leases = await leased(work, { max: Math.min(free.length, mostLeases), signal: noMore });
      // Its place is given to others once this is told.
      const onStale = ({ task, fence }: Lease): void => {
        stopped.add({ key: task.key, fence });
        if (!ended.aborted) void beat(beating, ended);
      };
      for (const batch of batchesOf(leases)) {
        const executor = takeExecutor(free, batch[0]);
        if (executor === undefined) break;
        work.trials?.busy();
        const run =
          batch.length === 1
            ? runLease(work, { lease: batch[0], executor, held, onStale })
            : runBatch(work, { batch, executor, held, onStale });
        const one = run.then(() => {
          free.push(executor);
          running.delete(one);
          if (running.size === 0 && !noMore.aborted) work.trials?.idle();
          wake();
        });
        running.add(one);
      }
      // A race with what lasts as long as the session would keep something of every task.
      if (free.length === 0 && !noMore.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } catch (error) {
    if (gone.signal.aborted || !noMore.aborted) {
      gone.abort(error);
      throw error;
    }
  } finally {
    work.trials?.busy();
    await untilOver(running, ended);
    for (const one of held.values()) one.stop.abort(new FilmwrightError('lease-stale', 'the runner ends'));
    await Promise.all(running);
    gone.abort(new Error('over'));
    await beats;
  }
  if (gone.signal.reason instanceof FilmwrightError) throw gone.signal.reason;
}

/** The free executor that holds the task's model, on its devices where it has some to itself, else one on those or on none, else one that holds fewest. What has no device leaves those of devices to others. */
function takeExecutor(free: WorkingExecutor[], { task, devices }: Lease): WorkingExecutor | undefined {
  const { model } = needsOf(task);
  const wanted = devices?.join() ?? '';
  if (wanted !== '') {
    const holds = (one: WorkingExecutor): boolean => model !== null && singleModels(model).every((each) => one.held.includes(each));
    const rank = (one: WorkingExecutor): number =>
      one.devices.join() === wanted ? (holds(one) ? 0 : 1) : one.devices.length === 0 ? 2 : 3;
    const ranks = free.map(rank);
    return free.splice(ranks.indexOf(Math.min(...ranks)), 1)[0];
  }
  const plain = free.filter((one) => one.devices.length === 0);
  const able = plain.length > 0 ? plain : free;
  const holder = model === null ? undefined : able.find(({ held }) => singleModels(model).every((one) => held.includes(one)));
  const chosen =
    holder ??
    able.reduceRight<WorkingExecutor | undefined>(
      (best, one) => (best === undefined || one.held.length < best.held.length ? one : best),
      undefined,
    );
  return chosen === undefined ? undefined : free.splice(free.indexOf(chosen), 1)[0];
}

/** Asks for work until the gateway answers; a request whose reply was lost is said again, and answered the same. */
async function leased(
  { client, runnerId }: LeaseWork,
  { max, signal }: { readonly max: number; readonly signal: AbortSignal },
): Promise<readonly Lease[]> {
  const request = randomUUID();
  for (;;) {
    try {
      const late = AbortSignal.timeout(answerWithinMs);
      return await client.leaseTasks({ runnerId, max, waitMs: longestPollMs, request, signal: AbortSignal.any([signal, late]) });
    } catch (error) {
      signal.throwIfAborted();
      const isAway =
        error instanceof FilmwrightError ? error.code === 'unavailable' : error instanceof DOMException && error.name === 'TimeoutError';
      if (!isAway) throw error;
      await sleep(awayMs, signal);
      signal.throwIfAborted();
    }
  }
}

/** Waits for what runs to end, or to be stopped. */
async function untilOver(running: ReadonlySet<Promise<void>>, ended: AbortSignal): Promise<void> {
  if (running.size === 0 || ended.aborted) return;
  const stop = new Promise<void>((resolve) => ended.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([Promise.all(running), stop]);
}

/** An attempt that was stopped since its lease is held no longer. */
type Stopped = { readonly key: string; readonly fence: number };
type Beating = {
  readonly work: LeaseWork;
  readonly held: Readonly<HeldLeases>;
  /** Not told yet. */
  readonly stopped: Set<Stopped>;
  readonly gone: AbortController;
  readonly full: AbortSignal;
  /** What was heard of the models that the executors hold; empty where nothing was told yet, and where an answer is awaited or was lost. */
  toldHeld: string;
  /** The same of the weights in memory; `null` is also what is known of a runner that told nothing yet. */
  toldMemory: string;
  /** How many heartbeats were begun. */
  beats: number;
};

async function beatUntil(ended: AbortSignal, beating: Beating): Promise<void> {
  let beatMs = performance.now();
  const { leaseMs } = beating.work;
  while (!ended.aborted) {
    await sleep(Math.min(busyBeatMs, leaseMs / 4), ended);
    const news = beating.stopped.size > 0 || JSON.stringify(heldPlaces(beating.work.executors)) !== beating.toldHeld;
    const due = beating.held.size > 0 || news || performance.now() - beatMs >= Math.min(idleBeatMs, leaseMs / 4);
    if (!due || ended.aborted) continue;
    beatMs = performance.now();
    await beat(beating, ended);
  }
}

async function beat(beating: Beating, ended: AbortSignal): Promise<void> {
  const { work, held, stopped, gone, full } = beating;
  const told = new Map(held);
  const leases = [...told.values()].map(({ lease, percent }) => ({ key: lease.task.key, fence: lease.fence, percent }));
  /** What the answer is about and is still held; a gateway of before names keys alone. */
  const meant = (keys: readonly string[], fences: readonly number[] | undefined): readonly Held[] =>
    [...told.values()].filter(({ lease: { task, fence } }) => held.has(fence) && (fences?.includes(fence) ?? keys.includes(task.key)));
  const cache = work.cache();
  const ends = [...stopped];
  // Counted where it is looked at what is held: what waits below may be overtaken.
  beating.beats += 1;
  const count = beating.beats;
  const places = heldPlaces(work.executors);
  const holds = JSON.stringify(places);
  const hostMemory = work.weights?.now(heldAnywhere(places)) ?? null;
  const inMemory = JSON.stringify(hostMemory);
  const isHeldNews = holds !== beating.toldHeld;
  const isMemoryNews = inMemory !== beating.toldMemory;
  if (isHeldNews) beating.toldHeld = '';
  if (isMemoryNews) beating.toldMemory = '';
  try {
    // A reply that does not come must not keep the next heartbeat.
    const signal = AbortSignal.any([ended, AbortSignal.timeout(Math.max(1000, work.leaseMs / 4))]);
    const draining = work.endings.drain.aborted || full.aborted;
    const { runnerId } = work;
    const free = work.devices?.news() ?? null;
    const memory = work.memory?.news() ?? null;
    const files = (await work.files?.news()) ?? null;
    const previews = previewsOf([...told.values()]);
    const news = {
      ...(isHeldNews && { models: heldAnywhere(places), held: places }),
      ...(isMemoryNews && { hostMemory }),
      ...(files && { files }),
      ...(free && { free }),
      ...(memory && { memory }),
      ...(previews.length > 0 && { previews: previews.map(({ preview }) => preview) }),
    };
    const { stale, staleFences, back, backFences, ahead, aheadModels, drain } = await work.client.heartbeat({
      runnerId,
      beat: count,
      leases,
      draining,
      stopped: ends,
      ...news,
      signal,
      ...(cache && { cache }),
    });
    beating.toldHeld = holds;
    beating.toldMemory = inMemory;
    for (const { one, picture } of previews) if (one.preview === picture) one.preview = null;
    if (files !== null) work.files?.told(files);
    if (free !== null) work.devices?.told(free);
    if (memory !== null) work.memory?.told(memory);
    // A runner that drains by itself is told so too.
    if (drain === true && !draining) work.onDrain?.();
    if (ahead !== undefined && !draining) work.ahead?.add(ahead);
    if (aheadModels !== undefined && !draining) work.weights?.add(aheadModels);
    for (const one of meant(back, backFences)) one.back.abort();
    for (const one of ends) stopped.delete(one);
    for (const one of meant(stale, staleFences))
      one.stop.abort(new FilmwrightError('lease-stale', 'The lease was given away or its build was cancelled.'));
  } catch (error) {
    if (error instanceof FilmwrightError && (error.code === 'not-found' || error.code === 'unauthorized')) gone.abort(error);
  }
}

/** Leases that run as one, and each other alone. */
function batchesOf(leases: readonly Lease[]): readonly Batch[] {
  const batches = new Map<string, [Lease, ...Lease[]]>();
  for (const lease of leases) {
    const name = lease.batch ?? `alone ${lease.task.key} ${lease.fence}`;
    const others = batches.get(name);
    if (others === undefined) batches.set(name, [lease]);
    else others.push(lease);
  }
  return [...batches.values()];
}
