import { randomUUID } from 'node:crypto';
import type { BuildResult, CountedOffer, Problem, Progress, Task } from '@filmwright/contracts';
import type { Awaits, BuildRecord, PlannedRow, Records, RecordsEvent, TaskResult } from '@filmwright/records';

/** How a build ended. */
export type End = {
  readonly state: string;
  readonly result: BuildResult | null;
  readonly problem: Problem | null;
  readonly progress: Progress;
};
type Entry = { task: Task; state: TaskResult['state']; output: unknown; problem: Problem | null; percent: number; ranFor: string | null };

/** The part of the records that the controller uses, in memory, with handles to play the runners. */
export type MemoryLedger = {
  readonly records: Records;
  readonly order: (document: unknown, where?: Pick<BuildRecord, 'pool' | 'region'>) => BuildRecord;
  readonly cancel: (id: string) => void;
  readonly ends: ReadonlyMap<string, End>;
  readonly rows: ReadonlyMap<string, readonly PlannedRow[]>;
  readonly saves: readonly {
    readonly buildId: string;
    readonly ready: number;
    readonly progress: Progress;
    readonly awaits?: Awaits | undefined;
  }[];
  readonly tasks: ReadonlyMap<string, Readonly<Entry>>;
  /** Keys of tasks that wait for a runner. */
  readonly waiting: () => readonly string[];
  readonly finish: (key: string, output?: unknown) => void;
  readonly fail: (key: string, problem: Problem) => void;
  readonly setRunners: (offers: readonly CountedOffer[]) => void;
  /** Makes every call of the records throw this, until it is null. */
  readonly setTrouble: (error: Error | null) => void;
  readonly keysRead: () => number;
  /** How often the active builds were listed. */
  readonly lists: () => number;
};

export function createMemoryLedger(): MemoryLedger {
  const active = new Map<string, BuildRecord>();
  const entries = new Map<string, Entry>();
  const ends = new Map<string, End>();
  const rows = new Map<string, readonly PlannedRow[]>();
  const saves: { buildId: string; ready: number; progress: Progress; awaits?: Awaits | undefined }[] = [];
  const listeners = new Set<(event: RecordsEvent) => void>();
  let runners: readonly CountedOffer[] = [];
  let trouble: Error | null = null;
  let keysRead = 0;
  let lists = 0;

  const tell = (event: RecordsEvent) => {
    for (const listener of listeners) queueMicrotask(() => listener(event));
  };
  const entryOf = (key: string): Entry => {
    const entry = entries.get(key);
    if (!entry) throw new Error(`no task ${key}`);
    return entry;
  };
  const refuse = () => Promise.reject(new Error('the controller does not call this'));
  const answer = () => {
    if (trouble) throw trouble;
  };

  const records: Records = {
    createBuild: refuse,
    getBuild: refuse,
    listBuilds: refuse,
    cancelBuild: refuse,
    cancelTask: refuse,
    changeBuild: refuse,
    buildTasks: refuse,
    webPackage: refuse,
    savePackage: refuse,
    buildShots: refuse,
    saveShots: async () => {},
    putAsset: refuse,
    hasAssets: refuse,
    getAsset: refuse,
    isCheckpoint: refuse,
    forgetAsset: refuse,
    joinRunner: refuse,
    leaveRunner: refuse,
    drainRunner: refuse,
    wakeRunner: refuse,
    leaseTasks: refuse,
    renewLeases: refuse,
    noteStopped: refuse,
    renew: refuse,
    beat: refuse,
    hear: refuse,
    handBack: refuse,
    noteHeld: refuse,
    noteFree: refuse,
    noteMemory: refuse,
    noteCache: refuse,
    noteRunnerMemory: refuse,
    noteRunnerEnd: refuse,
    noteFiles: refuse,
    settledHere: () => new Map(),
    completeTask: refuse,
    completeTasks: refuse,
    failTask: refuse,
    ping: refuse,
    close: async () => {},
    async activeBuilds(known = []) {
      answer();
      lists++;
      return { fresh: [...active.values()].filter(({ id }) => !known.includes(id)), ended: known.filter((id) => !active.has(id)) };
    },
    async activeAmong(ids) {
      answer();
      return [...active.values()].filter(({ id }) => ids.includes(id));
    },
    async savePlan(plan) {
      answer();
      rows.set(plan.buildId, plan.rows);
      saves.push({ buildId: plan.buildId, ready: plan.ready.length, progress: plan.progress, awaits: plan.awaits });
      for (const task of plan.ready) {
        const known = entries.get(task.key);
        if (!known || known.state === 'failed')
          entries.set(task.key, { task, state: 'waiting', output: null, problem: null, percent: 0, ranFor: plan.buildId });
      }
      tell({ type: 'build', id: plan.buildId });
    },
    async endBuild({ buildId, ...end }) {
      answer();
      if (!active.delete(buildId)) return;
      ends.set(buildId, end);
      tell({ type: 'build', id: buildId });
    },
    async results(keys) {
      answer();
      keysRead += keys.length;
      const found = new Map<string, TaskResult>();
      for (const key of keys) {
        const entry = entries.get(key);
        if (entry) found.set(key, { ...entry, key, kind: entry.task.kind, wallMs: 1, finishedAtMs: 1 });
      }
      return found;
    },
    async runners() {
      answer();
      return runners.map((offer) => ({ ...offer, runnerId: offer.name }));
    },
    async offers() {
      answer();
      return runners;
    },
    async expireLeases() {
      answer();
      return 0;
    },
    async listen(listener) {
      listeners.add(listener);
      return async () => {
        listeners.delete(listener);
      };
    },
  };

  return {
    records,
    order(document, where = {}) {
      const build: BuildRecord = {
        id: randomUUID(),
        workspaceId: 'w',
        filmId: 'f',
        title: 'A film',
        purpose: 'make',
        atMs: null,
        document,
        files: {},
        state: 'planning',
        createdAt: '2026-01-01T00:00:00Z',
        ...where,
      };
      active.set(build.id, build);
      tell({ type: 'build', id: build.id });
      return build;
    },
    cancel(id) {
      active.delete(id);
      tell({ type: 'build', id });
    },
    ends,
    rows,
    saves,
    tasks: entries,
    waiting: () => [...entries].filter(([, entry]) => entry.state === 'waiting').map(([key]) => key),
    finish(key, output = `output of ${key}`) {
      Object.assign(entryOf(key), { state: 'done', output });
      tell({ type: 'finished', keys: [key] });
    },
    fail(key, problem) {
      Object.assign(entryOf(key), { state: 'failed', problem });
      tell({ type: 'finished', keys: [key] });
    },
    setRunners(offers) {
      runners = offers;
    },
    setTrouble(error) {
      trouble = error;
    },
    keysRead: () => keysRead,
    lists: () => lists,
  };
}
