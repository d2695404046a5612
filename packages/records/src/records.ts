import type {
  AheadFile,
  Amount,
  Asset,
  Build,
  BuildPurpose,
  BuildResult,
  BuildShots,
  BuildState,
  BuildTask,
  CacheReport,
  Completion,
  CountedOffer,
  Failure,
  FreeMemory,
  HandBack,
  HeldOn,
  HostMemory,
  Lease,
  Priority,
  Problem,
  Progress,
  RunnerEnd,
  RunnerMemory,
  RunnerOffer,
  Task,
  TaskKind,
  WebPackage,
} from '@filmwright/contracts';

/** The one workspace of a fresh installation; every row carries a workspace from the first migration on. */
export const defaultWorkspace = '00000000-0000-7000-8000-000000000001';

/** A build with what the planner needs of it. `document` is as the person wrote it. */
export type BuildRecord = {
  readonly id: string;
  readonly workspaceId: string;
  readonly filmId: string;
  readonly title: string;
  readonly purpose: BuildPurpose;
  readonly atMs: number | null;
  readonly document: unknown;
  readonly files: Readonly<Record<string, string>>;
  readonly state: BuildState;
  /** Where all its tasks must run; null is anywhere. */
  readonly pool?: string | null;
  readonly region?: string | null;
  readonly createdAt: string;
};

/** A keyed task as the planner reads it. `ranFor` is the id of the build it was last leased for, so that reuse can be told. */
export type TaskResult = {
  readonly key: string;
  readonly kind: TaskKind;
  readonly state: 'waiting' | 'leased' | 'done' | 'failed';
  readonly output: unknown;
  readonly problem: Problem | null;
  readonly percent: number;
  readonly wallMs: number | null;
  readonly finishedAtMs: number | null;
  readonly ranFor: string | null;
};

/** A build's view of one planned task, written with each plan. */
export type PlannedRow = {
  readonly address: string;
  readonly kind: TaskKind;
  readonly key: string | null;
  readonly estimateMs: number;
  readonly reused: boolean;
  /** GPUs that it will have to itself, for what the build is thought to cost; left out for none. */
  readonly gpus?: number;
};

export type NewBuild = {
  /** Drawn anew when left out; a build that is there under it already stays. */
  readonly id?: string;
  readonly workspaceId: string;
  readonly title: string;
  readonly document: unknown;
  readonly files: Readonly<Record<string, string>>;
  readonly purpose: BuildPurpose;
  readonly atMs: number | null;
  /** Without it, frames, checks and previews are interactive and films are normal. */
  readonly priority?: Priority;
  /** When it should be done, as ISO 8601. */
  readonly deadline?: string | null;
  /** Where its tasks must run; anywhere when left out. */
  readonly region?: string | null;
  readonly pool?: string | null;
  /** The saved version that it is made of; without it the document's own is found or begun, by its digest or title. */
  readonly film?: { readonly id: string; readonly version: number };
  /** The film to which a document belongs that is only looked at, in place of one that is found or begun. */
  readonly of?: string;
  /** What the film's list shows of a document that is made; 16:9 and 0 when left out. */
  readonly aspect?: string;
  readonly shots?: number;
};

/**
 * Changes that listeners hear within milliseconds: a build's progress or state, a film's versions, tasks that finished, tasks that were granted to
 * runners (to any, where none is named); `ready` for all else that concerns who runs what, such as tasks that became ready, and for a connection that was away.
 */
export type RecordsEvent =
  | { readonly type: 'build'; readonly id: string }
  | { readonly type: 'film'; readonly id: string }
  | { readonly type: 'ready' }
  | { readonly type: 'granted'; readonly runners: readonly string[] }
  | { readonly type: 'finished'; readonly keys: readonly string[] }
  /** A hint for one runner, which is said once and written nowhere. */
  | { readonly type: 'ahead'; readonly runnerId: string; readonly files: readonly AheadFile[]; readonly models?: readonly string[] };

/** Keys, and fences where there are any: tasks of several workspaces may have the same key. */
export type RenewAnswer = {
  readonly stale: readonly string[];
  readonly back: readonly string[];
  readonly staleFences?: readonly number[];
  readonly backFences?: readonly number[];
};

/** What is said to a runner that asks for work: whether it is to take nothing more, and whether something was granted to it that it was not given yet. */
export type HeardRunner = { readonly draining: boolean; readonly granted: boolean };

export type RenewRequest = {
  readonly runnerId: string;
  readonly leases: readonly { readonly key: string; readonly fence: number; readonly percent: number }[];
  readonly leaseMs: number;
};

/** Pools that are to bring what a build needs before anything of it is made, and a sentence for people. */
export type Awaits = { readonly pools: readonly string[]; readonly text: string };

/** A build and the number under which it is driven, as of `savePlan`. */
export type ViewedBuild = { readonly buildId: string; readonly turn?: number };

/** Builds, assets and the task ledger, on PostgreSQL. Every write about a lease carries its fence. */
export interface Records {
  /** Film version and build in one transaction; the same document again is the same film version. */
  createBuild(build: NewBuild): Promise<BuildRecord>;
  /** A build of a workspace (here and below the default one if left out), or null. */
  getBuild(id: string, workspaceId?: string): Promise<Build | null>;
  listBuilds(options: { readonly workspaceId: string; readonly limit: number; readonly before?: string }): Promise<readonly Build[]>;
  /** For the controller: builds that have not ended beside those that are `known`, oldest first, and which of the known ones have. Of what is known no document is read again. */
  activeBuilds(known?: readonly string[]): Promise<{ readonly fresh: readonly BuildRecord[]; readonly ended: readonly string[] }>;
  /** Those of the given builds that have not ended, oldest first. */
  activeAmong(ids: readonly string[]): Promise<readonly BuildRecord[]>;
  /** Marks a build cancelled; of the tasks that no other active build wants, waiting ones are not leased and leased ones become stale. False if it had ended. */
  cancelBuild(id: string, workspaceId?: string): Promise<boolean>;
  /**
   * Stops what runs of a task that an active build lists, by its key; it waits again, for another runner where there is one, and the try neither counts nor costs.
   * `absent` where no active build of that id lists it, `idle` where nothing of it runs.
   */
  cancelTask(task: { readonly buildId: string; readonly key: string }, workspaceId?: string): Promise<'stopped' | 'idle' | 'absent'>;
  /** Changes what is given of priority and deadline, of a build that has not ended and of its tasks; said again it changes nothing. False if it had ended or is not there. */
  changeBuild(
    change: { readonly id: string; readonly priority?: Priority | undefined; readonly deadline?: string | null | undefined },
    workspaceId?: string,
  ): Promise<boolean>;
  /** In one transaction: adds keyed tasks that do not exist yet, links them to the build, and makes its task list the given rows. A ready task that failed for another build is tried anew. Ignored once the build has ended. */
  savePlan(plan: {
    readonly buildId: string;
    readonly rows: readonly PlannedRow[];
    readonly ready: readonly Task[];
    readonly progress: Progress;
    /** What the build waits for before anything of it is made; nothing where it is left out. */
    readonly awaits?: Awaits | undefined;
    /** Number of `takeTurn`; refused as `lease-stale` once another has drawn one. Not looked at when left out. */
    readonly turn?: number;
  }): Promise<void>;
  /** Ends a build once; a second end is ignored. `turn` is that of `savePlan`. */
  endBuild(end: {
    readonly buildId: string;
    readonly state: 'succeeded' | 'failed';
    readonly result: BuildResult | null;
    readonly problem: Problem | null;
    readonly progress: Progress;
    readonly turn?: number;
  }): Promise<void>;
  buildTasks(id: string, workspaceId?: string): Promise<readonly BuildTask[]>;
  /** Notes what can be played of a build by now. */
  savePackage(build: ViewedBuild, webPackage: WebPackage): Promise<void>;
  /** Notes what there is to see of a build's shots by now. */
  saveShots(build: ViewedBuild, shots: BuildShots): Promise<void>;
  /** What there is to see of a build's shots by now, or null. */
  buildShots(buildId: string, workspaceId?: string): Promise<BuildShots | null>;
  /** What can be played of a build by now, or null. A `workspaceId` of null asks for that of any. */
  webPackage(buildId: string, workspaceId?: string | null): Promise<WebPackage | null>;
  /** Results of the given keys of a workspace (the default one if left out); a done task whose asset is gone is put back to waiting. */
  results(keys: readonly string[], workspaceId?: string): Promise<ReadonlyMap<string, TaskResult>>;

  putAsset(asset: Asset & { readonly workspaceId: string }): Promise<void>;
  /** Which of the digests have a row in a workspace, the default one if left out. */
  hasAssets(digests: readonly string[], workspaceId?: string): Promise<ReadonlySet<string>>;
  /** Removes the row of an asset whose bytes are gone, of every workspace where that is null: a task that made it is then done again when a build wants it. */
  forgetAsset(options: { readonly workspaceId: string | null; readonly digest: string }): Promise<void>;
  /** Media type and size of an asset of a workspace, of any where that is null, or null. */
  getAsset(options: { readonly workspaceId: string | null; readonly digest: string }): Promise<Asset | null>;
  /** Whether a task that waits or runs was handed back with this as its checkpoint. */
  isCheckpoint(digest: string): Promise<boolean>;

  joinRunner(offer: RunnerOffer): Promise<{ readonly runnerId: string }>;
  leaveRunner(runnerId: string): Promise<void>;
  /** A runner that drains is granted nothing more; said twice it changes nothing. */
  drainRunner(runnerId: string): Promise<void>;
  /** Ends the rest of a runner: whoever leads forgets what it failed. */
  wakeRunner(runnerId: string): Promise<void>;
  /** Notes which models the engines of a runner hold in memory now, as `voiceName` and `modelName` name them, and where, if it tells. */
  noteHeld(runner: {
    readonly runnerId: string;
    readonly models: readonly string[];
    readonly held?: readonly HeldOn[];
    /** Number of the heartbeat that tells it; what one before tells later changes nothing. Whatever came last counts where it is left out. */
    readonly beat?: number | undefined;
  }): Promise<void>;
  /** Notes what is free by now on all GPUs of a runner. */
  noteFree(runner: { readonly runnerId: string; readonly free: readonly FreeMemory[]; readonly beat?: number | undefined }): Promise<void>;
  /** Notes which weights lie in the memory of a runner's machine; null where it knows that no more. */
  noteMemory(runner: { readonly runnerId: string; readonly memory: HostMemory | null; readonly beat?: number | undefined }): Promise<void>;
  /** Notes what a runner tells of its cache; told once more it changes nothing. */
  noteCache(runner: { readonly runnerId: string; readonly cache: CacheReport }): Promise<void>;
  /** Notes memory as a runner told it; what a heartbeat before `beat` tells later changes nothing. */
  noteRunnerMemory(told: { readonly runnerId: string; readonly memory: RunnerMemory; readonly beat?: number | undefined }): Promise<void>;
  /** Notes how the process of the runner of this name ended (SPEC.md, F4). Call it before another joins in its place; of a runner of another name nothing is noted. */
  noteRunnerEnd(ended: { readonly name: string; readonly end: RunnerEnd }): Promise<void>;
  /** Notes what came into the cache of a runner and left it. */
  noteFiles(runner: {
    readonly runnerId: string;
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly beat?: number | undefined;
  }): Promise<void>;
  /** Offers of runners that were heard of in the last 30 s. */
  runners(): Promise<
    readonly (RunnerOffer & { readonly runnerId: string; readonly draining?: boolean; readonly cache?: CacheReport | null })[]
  >;
  /** The same, and what the last machines of pools offered of which none is there. */
  offers(): Promise<readonly CountedOffer[]>;
  /** Gives the runner up to `max` tasks that were granted to it and that it was not given yet; the same `request` is given the same. A sign of life. */
  leaseTasks(options: {
    readonly runnerId: string;
    readonly max: number;
    readonly leaseMs: number;
    readonly request?: string;
  }): Promise<readonly Lease[]>;
  /** Renews leases and notes progress, of all runners that come at the same moment in one statement; answers with what is no longer this runner's, and what is to be handed back. */
  renew(options: RenewRequest): Promise<RenewAnswer>;
  /** As `renew`, and says whether the runner is to take nothing more; null where it has to join again: it left, another took its name, or it was forgotten. */
  beat(options: RenewRequest): Promise<RenewAnswer & { readonly runner: { readonly draining: boolean } | null }>;
  /** A sign of life of a runner that asks for work; null as with `beat`. */
  hear(runnerId: string): Promise<HeardRunner | null>;
  /** As `renew`, and answers with the stale keys alone. */
  renewLeases(options: RenewRequest): Promise<readonly string[]>;
  /**
   * Frees the places of attempts that nobody wants any more and that their runner has stopped, by fence. A runner that does not tell (`fences` is
   * left out) is taken to have stopped what it does not hold.
   */
  noteStopped(stopped: { readonly runnerId: string; readonly fences?: readonly number[]; readonly held: readonly number[] }): Promise<void>;
  /** Stores output and assets and marks the task done, in one transaction; said again with the same fence it changes nothing. Throws `lease-stale` when the fence is old. */
  completeTask(completion: Completion & { readonly runnerId: string }): Promise<void>;
  /** Many completions in one statement; answers each in order. */
  completeTasks(completions: readonly (Completion & { readonly runnerId: string })[]): Promise<readonly ('done' | 'stale')[]>;
  /** What completions of this process were charged since it opened the records, by the name of the workspace; for monitoring, which adds up processes. */
  settledHere(): ReadonlyMap<string, Amount>;
  /** Ends an attempt: a retryable problem puts the task back to waiting, to be tried again a little later on as many runners as F2 of SPEC.md says; else it has failed. */
  failTask(failure: Failure & { readonly runnerId: string }): Promise<void>;
  /** Takes a task back at a border with what it needs to go on; it waits again and counts neither as a try nor as a loss. Throws `lease-stale` when the fence is old. */
  handBack(task: HandBack & { readonly runnerId: string }): Promise<void>;
  /** Takes back leases that ran out and grants that were not picked up; a task that its runners were lost by (SPEC.md, F4) fails with `task-lost`. Notes runners that fell silent. Call it each second. Returns how many leases were lost. */
  expireLeases(): Promise<number>;

  /** Calls `listener` on changes (LISTEN/NOTIFY, with a re-read after a lost connection); returns how to stop. */
  listen(listener: (event: RecordsEvent) => void): Promise<() => Promise<void>>;
  /** Issues a trivial query; throws `unavailable` when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
