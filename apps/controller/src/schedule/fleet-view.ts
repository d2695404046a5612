import { randomUUID } from 'node:crypto';
import { singleModels } from '@filmwright/contracts';
import type {
  AttemptEnd,
  FleetEvent,
  FleetRunner,
  FleetSnapshot,
  FleetTask,
  Grant,
  NearRunner,
  OfferAtRest,
  StoppingAttempt,
  TaskDemand,
  TaskId,
} from '@filmwright/records';
import type { Change, Decision } from '@filmwright/scheduler';
import { type BuildTimes, demandOf, devicesOf, factsOf, idOf, offeringOf, stoppingOf, timesOf } from './demand-of.ts';
import { createMeasuredModels } from './model-facts.ts';
import { createOffered } from './offered.ts';
import { onePlaceEach } from './one-place-each.ts';
import { createSharedDevices } from './shared-devices.ts';

type GrantDecision = Extract<Decision, { type: 'grant' }>;
type Running = {
  readonly task: TaskDemand;
  readonly runnerId: string;
  /** What its runner is called; empty where that was not told. */
  readonly name: string;
  readonly devices: readonly string[];
  fence: number;
  /** The batch that it runs in. */
  readonly batch?: string | undefined;
};
type Took = Pick<AttemptEnd, 'loadedFrom'> & { readonly ranMs: number; readonly loadMs: number };
type RunningChange = Extract<Change, { type: 'running' }>;

/** What the scheduler was told of the ledger, so that an event, which says how things are, becomes the changes that are news to it. */
export type FleetView = {
  readonly open: (snapshot: FleetSnapshot, instantMs: number) => readonly Change[];
  readonly changesOf: (event: FleetEvent, instantMs: number) => readonly Change[];
  /** Says what machines of pools offered last of which none is there: what only they can do waits for them. */
  readonly setAtRest: (offers: readonly OfferAtRest[], instantMs: number) => readonly Change[];
  /** What a decision asks of the ledger; from here on its tasks are taken to run. */
  readonly grantsOf: (decision: GrantDecision) => readonly Grant[];
  /** What waits, and since when it could have been given; null for what waits no longer. */
  readonly waitOf: (taskId: string) => { readonly task: TaskDemand; readonly readyMs: number } | null;
  readonly noteGiven: (task: TaskId & { readonly fence: number }) => void;
  /** Of what changed the tasks whose inputs may lie nearer to one runner than to another; none where no two runners have caches of their own. */
  readonly placed: (tasks: readonly FleetTask[]) => readonly TaskId[];
  /** Whether anything is gained by fetching ahead: two runners have caches of their own, and one of them does so. */
  readonly fetchesAhead: () => boolean;
  /** Notes where inputs lie, for the tasks that are told next. */
  readonly setNear: (found: readonly (TaskId & { readonly runners: readonly NearRunner[] })[]) => void;
  /** The lease of a task that runs; null where it has none by now, or none yet. */
  readonly leaseOf: (taskId: string) => (TaskId & { readonly fence: number }) | null;
  readonly waiting: () => number;
  /** The task of a name, or null when it waits no longer. */
  readonly waitingTask: (taskId: string) => TaskDemand | null;
};

/** Of so many tasks it is looked up at once where their inputs lie. */
const mostPlaced = 1000;
/** So many builds' times are kept. */
const mostBuilds = 10_000;
/** A fence that no lease has: the ledger has not answered to the grant yet. */
const noFence = 0;

/** A view of a fleet of which nothing was told yet. */
export function createFleetView(): FleetView {
  const waiting = new Map<string, TaskDemand>();
  const ready = new Map<string, number>();
  const running = new Map<string, Running>();
  const builds = new Map<string, BuildTimes>();
  const stopping = new Map<string, StoppingAttempt>();
  const took = new Map<string, Took>();
  const offered = createOffered();
  const shared = createSharedDevices();
  const runners = new Map<string, FleetRunner>();
  const measured = createMeasuredModels();
  const caching = new Set<string>();
  const fetching = new Set<string>();
  let near: ReadonlyMap<string, readonly NearRunner[]> = new Map();

  /** What is told of a build's tasks at different instants must not set one of them before another. */
  const toDemand = (task: TaskDemand, instantMs: number) => {
    const times = builds.get(task.buildId) ?? timesOf(task, instantMs);
    builds.delete(task.buildId);
    builds.set(task.buildId, times);
    for (const id of builds.keys()) {
      if (builds.size <= mostBuilds) break;
      builds.delete(id);
    }
    const { togetherMib, gpusOf } = measured;
    return demandOf(task, {
      instantMs,
      times,
      near: near.get(idOf(task)) ?? [],
      isOffered: offered.has,
      hasDevices: offered.hasDevices,
      togetherMib,
      gpusOf,
    });
  };

  const nameOf = (runnerId: string): string => runners.get(runnerId)?.offer.name ?? '';

  /** What its runner still has to stop takes its place under a name of its own: the task itself may run elsewhere by then. */
  const keepPlace = (attempt: StoppingAttempt, instantMs: number): Change => {
    const task = stoppingOf(attempt, instantMs);
    stopping.set(task.id, attempt);
    return { type: 'running', task, runner: attempt.runnerId, devices: attempt.devices, sinceMs: instantMs };
  };

  /** Those that run as one take one place: that of the others while any of them runs, then that of the last one. */
  const hasPlace = (batch: string | undefined): boolean => {
    if (batch === undefined) return false;
    for (const one of running.values()) if (one.batch === batch) return true;
    return false;
  };

  /** Each task of a batch is told its part of what the whole took; what the last one is said to have taken is all that was told. */
  const tookOf = (batch: string | undefined, { ranMs, loadMs = 0, loadedFrom }: AttemptEnd): Took => {
    if (batch === undefined) return { ranMs, loadMs, ...(loadedFrom && { loadedFrom }) };
    const before = took.get(batch) ?? { ranMs: 0, loadMs: 0 };
    const sum = { ranMs: before.ranMs + ranMs, loadMs: before.loadMs + loadMs };
    if (hasPlace(batch)) took.set(batch, sum);
    else took.delete(batch);
    return sum;
  };

  const taskChanges = ({ ended, task }: Extract<FleetEvent, { type: 'task' }>, instantMs: number): readonly Change[] => {
    const id = idOf(task);
    const changes: Change[] = [];
    const { demand, lease, state } = task;
    const held = running.get(id);
    // Things are told as they are now: how the attempt ended comes with its own event, behind this one.
    if (held !== undefined && held.fence !== noFence && held.fence !== lease?.fence && ended === null) return [];
    if (held !== undefined && held.fence !== lease?.fence) {
      running.delete(id);
      const how: AttemptEnd = ended?.fence === held.fence ? ended : { fence: held.fence, outcome: 'returned', ranMs: 0 };
      const again = how.outcome === 'failed' && state !== 'failed';
      changes.push({ type: 'ended', task: id, outcome: how.outcome, ...tookOf(held.batch, how), ...(again && { again }) });
      const { fence, runnerId, name, devices } = held;
      if (how.outcome === 'lost' && name !== '')
        changes.push({ type: 'died', runner: runnerId, name, task: toDemand(held.task, instantMs) });
      const { workspaceId, key } = task;
      if (ended?.fence === fence && ended.stopping === true && !hasPlace(held.batch))
        changes.push(keepPlace({ workspaceId, key, fence, runnerId, devices }, instantMs));
    }
    if (lease !== null && demand !== null) {
      if (running.has(id)) return changes;
      waiting.delete(id);
      const { runnerId, devices, fence, batch } = lease;
      running.set(id, { task: demand, runnerId, name: nameOf(runnerId), devices, fence, batch });
      const sinceMs = instantMs - lease.sinceMs;
      changes.push({ type: 'running', task: toDemand(demand, instantMs), runner: runnerId, devices, sinceMs });
    } else if (state === 'waiting' && demand !== null) {
      waiting.set(id, demand);
      ready.set(id, instantMs + demand.readyInMs);
      changes.push({ type: 'task', task: toDemand(demand, instantMs) });
    } else if (waiting.delete(id)) changes.push({ type: 'withdrawn', task: id });
    if (!waiting.has(id)) ready.delete(id);
    return changes;
  };

  /** Those that run as one batch told as one. */
  const joined = (changes: readonly Change[]): readonly Change[] => {
    const batches = new Map<string, RunningChange[]>();
    const alone = changes.filter((change) => {
      const batch = change.type === 'running' ? running.get(change.task.id)?.batch : undefined;
      if (batch === undefined || change.type !== 'running') return true;
      batches.set(batch, [...(batches.get(batch) ?? []), change]);
      return false;
    });
    const whole = [...batches.values()].flatMap((parts) => {
      const [first, ...others] = parts;
      return first === undefined ? [] : [{ ...first, others: others.map(({ task }) => task) }];
    });
    return [...alone, ...whole];
  };

  /** What is installed for the first time, or nowhere any more, changes what tasks ask for; so does over how many GPUs a model is spread. */
  const retell = (instantMs: number): readonly Change[] =>
    [...waiting.values()]
      .filter(({ model }) => model !== null)
      .map((task): Change => {
        const readyInMs = (ready.get(idOf(task)) ?? instantMs) - instantMs;
        return { type: 'task', task: toDemand({ ...task, readyInMs }, instantMs) };
      });

  const changesOf = (event: FleetEvent, instantMs: number): readonly Change[] => {
    if (event.type === 'task') return taskChanges(event, instantMs);
    if (event.type === 'stopped') {
      const { id } = stoppingOf({ ...event.task, fence: event.fence }, instantMs);
      return stopping.delete(id) ? [{ type: 'ended', task: id, outcome: 'returned', ranMs: 0, loadMs: 0 }] : [];
    }
    if (event.type === 'workspace') {
      const { workspaceId: id, ...facts } = event.workspace;
      return [{ type: 'workspace', workspace: { id, ...facts } }];
    }
    if (event.type === 'woken') return [{ type: 'woken', runner: event.runnerId }];
    const { runnerId, runner } = event;
    const offeredDevices = runner === null ? [] : devicesOf(runner.offer);
    const given = shared.set(runnerId, offeredDevices);
    const facts = runner === null ? null : factsOf(runner, given.devices);
    if (runner === null) runners.delete(runnerId);
    else runners.set(runnerId, runner);
    // What it gave up goes to others of its machine.
    const heirs = given.others.flatMap((id): Change[] => {
      const heir = runners.get(id);
      return heir === undefined ? [] : [{ type: 'runner', runner: factsOf(heir, shared.set(id, devicesOf(heir.offer)).devices) }];
    });
    if (runner?.offer.cachesFiles === true) caching.add(runnerId);
    else caching.delete(runnerId);
    if (facts?.fetchesAhead === true) fetching.add(runnerId);
    else fetching.delete(runnerId);
    const models = measured.set(runnerId, runner?.offer ?? null);
    const told = models.facts.map((model): Change => ({ type: 'model', model }));
    const offering = { capabilities: facts?.capabilities ?? [], hasDevices: offeredDevices.length > 0 };
    const isOfferedAnew = offered.set(runnerId, offering);
    const retold = isOfferedAnew || models.isSpreadAnew ? retell(instantMs) : [];
    if (facts === null) return [{ type: 'gone', runner: runnerId }, ...heirs, ...retold];
    // One that was silent comes back with what it still runs.
    const held = [...running.values()].filter((one) => one.runnerId === runnerId);
    return [
      ...told,
      { type: 'runner', runner: facts },
      ...heirs,
      ...retold,
      ...[...stopping.values()].filter((one) => one.runnerId === runnerId).map((one) => keepPlace(one, instantMs)),
      ...joined(
        held.map(
          ({ task, devices }): Change => ({
            type: 'running',
            task: toDemand(task, instantMs),
            runner: runnerId,
            devices,
            sinceMs: instantMs,
          }),
        ),
      ),
    ];
  };

  return {
    open: ({ tasks, runners, workspaces, stopping: left = [], rests = [] }, instantMs) => {
      const places: readonly FleetEvent[] = [
        ...workspaces.map((workspace): FleetEvent => ({ type: 'workspace', workspace })),
        ...runners.map((runner): FleetEvent => ({ type: 'runner', runnerId: runner.runnerId, runner })),
      ];
      return [
        ...rests.map(({ untilInMs, ...rest }): Change => ({ type: 'rests', rest: { ...rest, untilMs: instantMs + untilInMs } })),
        ...places.flatMap((event) => changesOf(event, instantMs)),
        ...onePlaceEach(left, tasks).map((one) => keepPlace(one, instantMs)),
        ...joined(tasks.flatMap((task) => changesOf({ type: 'task', ended: null, task }, instantMs))),
      ];
    },
    changesOf,
    setAtRest: (offers, instantMs) =>
      offered.setAtRest(offers.map(({ pool, offer }) => ({ pool, ...offeringOf(offer) }))) ? retell(instantMs) : [],
    grantsOf({ tasks, runner, devices, evict, expectedMs, reason }) {
      const shared = {
        ...(tasks.length > 1 && { batch: randomUUID() }),
        // Models that work together are held one by one.
        ...(devices.length > 0 && { unload: evict.filter((name) => singleModels(name).length === 1) }),
      };
      return tasks.flatMap((id) => {
        const task = waiting.get(id);
        if (task === undefined) return [];
        waiting.delete(id);
        running.set(id, { task, runnerId: runner, name: nameOf(runner), devices, fence: noFence, batch: shared.batch });
        const { workspaceId, key } = task;
        return [{ workspaceId, key, runnerId: runner, devices, expectedMs: expectedMs / tasks.length, reason, ...shared }];
      });
    },
    waitOf(taskId) {
      const task = waiting.get(taskId);
      return task === undefined ? null : { task, readyMs: ready.get(taskId) ?? Number.POSITIVE_INFINITY };
    },
    noteGiven(task) {
      ready.delete(idOf(task));
      const held = running.get(idOf(task));
      if (held !== undefined) held.fence = task.fence;
    },
    placed: (tasks) =>
      caching.size < 2 ? [] : tasks.filter(({ state, demand }) => state === 'waiting' && demand !== null).slice(0, mostPlaced),
    fetchesAhead: () => caching.size >= 2 && fetching.size > 0,
    setNear(found) {
      near = new Map(found.map((task) => [idOf(task), task.runners]));
    },
    leaseOf(taskId) {
      const held = running.get(taskId);
      if (held === undefined || held.fence === noFence) return null;
      const { workspaceId, key } = held.task;
      return { workspaceId, key, fence: held.fence };
    },
    waiting: () => waiting.size,
    waitingTask: (taskId) => waiting.get(taskId) ?? null,
  };
}
