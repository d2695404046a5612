import { randomUUID } from 'node:crypto';
import {
  type Asset,
  type Build,
  type BuildShots,
  type BuildTask,
  FilmwrightError,
  type Lease,
  type RunnerOffer,
  type Task,
  type WebPackage,
} from '@filmwright/contracts';
import { defaultWorkspace, type Records, type RecordsEvent } from '@filmwright/records';

/** Records of the tests of HTTP alone: builds, assets and runners in memory, and handles to change them from outside. */
export type MemoryRecords = Records & {
  /** Changes a build as the controller would, and tells the listeners. */
  readonly change: (id: string, patch: Partial<Build>) => void;
  readonly setTasks: (id: string, tasks: readonly BuildTask[]) => void;
  /** Makes a task ready for whoever leases next. */
  readonly addReady: (task: Task) => void;
  /** How often a runner asked for tasks. */
  readonly asked: { readonly leases: number };
  readonly completed: readonly { readonly key: string; readonly runnerId: string }[];
  /** Digests of checkpoints that tasks were handed back with. */
  readonly checkpoints: Set<string>;
  readonly listeners: ReadonlySet<(event: RecordsEvent) => void>;
  /** Makes `ping` and every read of builds fail, as when the database is gone. */
  readonly setAnswering: (answering: boolean) => void;
};

const noProgress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } } as const;

export function createMemoryRecords(): MemoryRecords {
  const builds = new Map<string, Build>();
  const tasks = new Map<string, readonly BuildTask[]>();
  const packages = new Map<string, WebPackage>();
  const shots = new Map<string, BuildShots>();
  const assets = new Map<string, Asset>();
  const checkpoints = new Set<string>();
  const runners = new Map<string, RunnerOffer & { runnerId: string; draining?: boolean }>();
  const ready: Task[] = [];
  const leased = new Map<string, { fence: number; runnerId: string }>();
  const completed: { key: string; runnerId: string }[] = [];
  const asked = { leases: 0 };
  const listeners = new Set<(event: RecordsEvent) => void>();
  let answering = true;
  let fence = 0;

  const tell = (event: RecordsEvent) => {
    for (const listener of listeners) listener(event);
  };
  const answer = () => {
    if (!answering) throw new FilmwrightError('unavailable', 'The database does not answer.');
  };
  const change = (id: string, patch: Partial<Build>) => {
    const build = builds.get(id);
    if (build) builds.set(id, { ...build, ...patch });
    tell({ type: 'build', id });
  };
  const knownRunner = (runnerId: string) => {
    if (!runners.has(runnerId)) throw new FilmwrightError('not-found', `There is no runner ${runnerId}; join again.`);
  };
  const runnerOf = (runnerId: string) => {
    const found = runners.get(runnerId);
    return found === undefined ? null : { draining: found.draining === true };
  };
  const staleOf = (leases: readonly { readonly key: string; readonly fence: number }[]) =>
    leases.filter((lease) => leased.get(lease.key)?.fence !== lease.fence).map((lease) => lease.key);
  const held = (write: { readonly key: string; readonly fence: number; readonly runnerId: string }) => {
    const lease = leased.get(write.key);
    if (lease?.fence !== write.fence || lease.runnerId !== write.runnerId)
      throw new FilmwrightError('lease-stale', `The lease of ${write.key} is no longer held.`);
    leased.delete(write.key);
  };

  return {
    checkpoints,
    async createBuild(build) {
      const id = build.id ?? randomUUID();
      const createdAt = new Date().toISOString();
      const { title, purpose } = build;
      builds.set(id, {
        id,
        film: randomUUID(),
        title,
        purpose,
        state: 'planning',
        progress: noProgress,
        createdAt,
        endedAt: null,
        result: null,
        problem: null,
      });
      return { ...build, id, filmId: randomUUID(), state: 'planning', createdAt };
    },
    async getBuild(id) {
      answer();
      return builds.get(id) ?? null;
    },
    async listBuilds({ limit, before }) {
      const newest = [...builds.values()].reverse();
      const first = before === undefined ? 0 : newest.findIndex((build) => build.id === before) + 1;
      return newest.slice(first, first + limit);
    },
    activeAmong: async () => [],
    activeBuilds: async () => ({ fresh: [], ended: [] }),
    async cancelBuild(id) {
      const state = builds.get(id)?.state;
      if (state !== 'planning' && state !== 'running') return false;
      change(id, { state: 'cancelled', endedAt: new Date().toISOString() });
      return true;
    },
    cancelTask: async () => 'absent',
    async changeBuild({ id, priority, deadline }) {
      const state = builds.get(id)?.state;
      if (state !== 'planning' && state !== 'running') return false;
      change(id, { ...(priority && { priority }), ...(deadline !== undefined && { deadline }) });
      return true;
    },
    savePlan: async () => {},
    endBuild: async () => {},
    savePackage: async ({ buildId }, webPackage) => {
      packages.set(buildId, webPackage);
    },
    saveShots: async ({ buildId }, seen) => {
      shots.set(buildId, seen);
    },
    buildShots: async (id) => shots.get(id) ?? null,
    webPackage: async (id) => packages.get(id) ?? null,
    buildTasks: async (id) => tasks.get(id) ?? [],
    results: async () => new Map(),
    async putAsset({ digest, bytes, mediaType }) {
      assets.set(digest, { digest, bytes, mediaType });
    },
    forgetAsset: async ({ digest }) => {
      assets.delete(digest);
    },
    hasAssets: async (digests) => new Set(digests.filter((digest) => assets.has(digest))),
    isCheckpoint: async (digest) => checkpoints.has(digest),
    getAsset: async ({ workspaceId, digest }) =>
      workspaceId === null || workspaceId === defaultWorkspace ? (assets.get(digest) ?? null) : null,
    async joinRunner(offer) {
      const runnerId = randomUUID();
      runners.set(runnerId, { ...offer, runnerId });
      return { runnerId };
    },
    async drainRunner(runnerId) {
      const runner = runners.get(runnerId);
      if (runner !== undefined) runners.set(runnerId, { ...runner, draining: true });
    },
    async wakeRunner() {},
    async leaveRunner(runnerId) {
      runners.delete(runnerId);
    },
    async runners() {
      answer();
      return [...runners.values()];
    },
    async offers() {
      answer();
      return [...runners.values()];
    },
    async leaseTasks({ runnerId, max, leaseMs }) {
      knownRunner(runnerId);
      asked.leases++;
      return ready.splice(0, max).map((task): Lease => {
        leased.set(task.key, { fence: ++fence, runnerId });
        return { task, fence, attempt: 1, leaseMs };
      });
    },
    renewLeases: async ({ leases }) => staleOf(leases),
    renew: async ({ leases }) => ({ stale: staleOf(leases), back: [] }),
    beat: async ({ runnerId, leases }) => ({ stale: staleOf(leases), back: [], runner: runnerOf(runnerId) }),
    async hear(runnerId) {
      const found = runnerOf(runnerId);
      return found === null ? null : { ...found, granted: ready.length > 0 };
    },
    handBack: async (task) => held(task),
    noteStopped: async () => {},
    noteHeld: async () => {},
    noteFree: async () => {},
    noteMemory: async () => {},
    noteCache: async () => {},
    noteRunnerMemory: async () => {},
    noteRunnerEnd: async () => {},
    noteFiles: async () => {},
    async completeTask(completion) {
      held(completion);
      completed.push({ key: completion.key, runnerId: completion.runnerId });
    },
    settledHere: () => new Map([['default', { gpuS: 0, slotS: completed.length, credits: 0.02 * completed.length }]]),
    completeTasks: async (completions) => completions.map(() => 'stale'),
    async failTask(failure) {
      held(failure);
    },
    expireLeases: async () => 0,
    async listen(listener) {
      listeners.add(listener);
      return async () => {
        listeners.delete(listener);
      };
    },
    async ping() {
      answer();
    },
    close: async () => {},
    change,
    setTasks: (id, list) => tasks.set(id, list),
    addReady(task) {
      ready.push(task);
      tell({ type: 'granted', runners: [...runners.keys()] });
    },
    asked,
    completed,
    listeners,
    setAnswering(now) {
      answering = now;
    },
  };
}
