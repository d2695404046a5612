import type {
  AwaitingFilm,
  HeldOn,
  HostMemory,
  LoadedFrom,
  Priority,
  QueueEntry,
  RunnerOffer,
  TaskKind,
  TaskStanding,
} from '@filmwright/contracts';

/** A task within the ledger: keys are unique within a workspace. */
export type TaskId = { readonly workspaceId: string; readonly key: string };

/** What a wanted task asks for. Instants are told as distances in milliseconds from the database's now, so that no clocks are compared. */
export type TaskDemand = TaskId & {
  readonly buildId: string;
  readonly kind: TaskKind;
  readonly version: number;
  readonly toolchain: string;
  readonly model: string | null;
  readonly size: string;
  readonly estimateMs: number;
  readonly gpus: number;
  readonly vramMib: number;
  readonly region: string | null;
  readonly pool: string | null;
  readonly bordersMs: number | null;
  readonly batch: string | null;
  readonly batchMost: number;
  readonly priority: Priority;
  /** Of the ready tasks of a build, smaller ones first. */
  readonly rank: number;
  /** Until the deadline; negative once it has passed. */
  readonly deadlineInMs: number | null;
  /** How long ago its turn began. */
  readonly turnAgoMs: number;
  /** Until it may start; not above 0 for most. */
  readonly readyInMs: number;
  /** Names of runners on which it failed or that were lost with it; none where it is left out. */
  readonly tried?: readonly string[];
  /** Its runners were lost so often that it is to run where nothing else does. */
  readonly alone?: boolean;
};

/** A task as it is now; `demand` is null when no build wants it, or when there is no such task. */
export type FleetTask = TaskId & {
  readonly state: 'waiting' | 'leased' | 'done' | 'failed' | 'absent';
  readonly demand: TaskDemand | null;
  readonly lease: {
    readonly fence: number;
    readonly runnerId: string;
    readonly devices: readonly string[];
    readonly sinceMs: number;
    /** Attempts of one batch run as one. */
    readonly batch?: string;
  } | null;
};

export type FleetRunner = {
  readonly runnerId: string;
  readonly offer: RunnerOffer;
  readonly pool: string;
  readonly region: string;
  readonly draining: boolean;
  /** Models that its engines held when it told last. */
  readonly held: readonly string[];
  /** Where; left out by one that does not tell. */
  readonly heldOn?: readonly HeldOn[];
  /** What it told of the weights in the memory of its machine; left out by one that does not tell. */
  readonly hostMemory?: HostMemory;
};
export type FleetWorkspace = {
  readonly workspaceId: string;
  readonly weight: number;
  readonly cap: number | null;
  /** Time on GPUs and slots that was settled lately, halved every hour since; in snapshots only. */
  readonly used?: { readonly gpuMs: number; readonly slotMs: number };
};

/** How an attempt ended. `returned` ones count neither as a try nor as a loss. */
export type AttemptEnd = {
  readonly fence: number;
  readonly outcome: 'done' | 'failed' | 'lost' | 'returned';
  /** Milliseconds of the work, and before it of loading a model; 0 where that is not known. */
  readonly ranMs: number;
  readonly loadMs?: number;
  /** From where the model came, if its runner told. */
  readonly loadedFrom?: LoadedFrom;
  /** Its runner still works on what nobody wants: the place is free once it `stopped`. */
  readonly stopping?: boolean;
};

/** An attempt that nobody wants any more and that its runner has not stopped yet. */
export type StoppingAttempt = TaskId & {
  readonly fence: number;
  readonly runnerId: string;
  readonly devices: readonly string[];
  /** Attempts of one batch run as one, and take one place. */
  readonly batch?: string;
};

/** What changed, with how things are now: one event too many does no harm. */
export type FleetEvent =
  | { readonly type: 'task'; readonly ended: AttemptEnd | null; readonly task: FleetTask }
  | { readonly type: 'stopped'; readonly task: TaskId; readonly fence: number }
  | { readonly type: 'runner'; readonly runnerId: string; readonly runner: FleetRunner | null }
  /** An operator ended its rest. */
  | { readonly type: 'woken'; readonly runnerId: string }
  | { readonly type: 'workspace'; readonly workspace: FleetWorkspace };

/**
 * How far the outbox was read: everything of transactions before `xid`, of that one the rows up to `id` (none where it is left out), and of later ones the
 * rows in `seen` (with their transactions).
 */
export type OutboxPosition = { readonly xid: bigint; readonly id?: number; readonly seen: ReadonlyMap<number, bigint> };

/** A runner that failed one task after another: it is given nothing for so long from now, and was told to rest for `restMs` in all. */
export type RunnerRest = { readonly name: string; readonly failures: number; readonly restMs: number; readonly untilInMs: number };

export type FleetSnapshot = {
  readonly tasks: readonly FleetTask[];
  readonly runners: readonly FleetRunner[];
  readonly workspaces: readonly FleetWorkspace[];
  /** None where it is left out. */
  readonly stopping?: readonly StoppingAttempt[];
  /** None where it is left out. */
  readonly rests?: readonly RunnerRest[];
  /** From where on changes are not in the snapshot. */
  readonly position: OutboxPosition;
};

export type Grant = TaskId & {
  readonly runnerId: string;
  readonly devices: readonly string[];
  /** Models to be unloaded from the devices first; with an empty list nothing is, left out the runner makes room by itself. */
  readonly unload?: readonly string[];
  readonly expectedMs: number;
  /** A sentence for whoever asks why there and then. */
  readonly reason: string;
  /** What it waited for last, as people were told; nothing where it began at once. */
  readonly waitedFor?: string;
  /** An id that grants share which are to run as one. */
  readonly batch?: string;
};

export type BuildStanding = {
  readonly workspaceId: string;
  readonly buildId: string;
  /** Asked for some at a time: they may be made when they are. */
  readonly tasks: Pick<readonly (TaskStanding & InLine & { readonly key: string })[], 'length' | 'slice'>;
};

/**
 * The line in which a task stands, and whether its reason `stays` the same at each place of it: with what changed of the line since, readers find where the task
 * stands now, and why. Where no line is said, both are as they were written.
 */
type InLine = { readonly line?: number; readonly stays?: boolean };

/**
 * What changed of a line since all standings were written: the positions that were left, and those of tasks that came, both in order and between others where
 * they are no whole numbers; and what the first of it waits for.
 */
export type LineChange = {
  readonly line: number;
  readonly gone: readonly number[];
  readonly came: readonly number[];
  readonly first: string;
};

/** The lines in which standings are told that are written together, under an id of theirs. */
export type StandingLines = { readonly id: string; readonly lines: readonly LineChange[] };

/** What a leader found: the mean of so many attempts, in milliseconds (of ratios, the ratio). The scheduler names them. */
export type LearnedTime = { readonly name: string; readonly ms: number; readonly count: number };

/** What a leader found to come once a task of a kind is done, in a form that the scheduler alone knows: of another version it may be any. */
export type KeptFollowUps = { readonly kind: string; readonly done: number; readonly came: unknown };

/** A runner with so much of a task's inputs. */
export type NearRunner = { readonly runner: string; readonly mib: number };

/** What the leader of the fleet reads and writes. */
export interface ScheduleStore {
  /**
   * Draws the number of a leader; grants under earlier numbers are refused from then on. With the number of `takeTurn`: throws `lease-stale` where another
   * process has drawn a later one of those.
   */
  takeLead(turn?: number): Promise<number>;
  /** Wanted tasks that wait or run, runners and workspaces, all of one instant. */
  fleetSnapshot(): Promise<FleetSnapshot>;
  /** What changed since a position, in order, nothing missed and nothing twice; `more` when it was cut short. */
  tailOutbox(
    after: OutboxPosition,
  ): Promise<{ readonly events: readonly FleetEvent[]; readonly position: OutboxPosition; readonly more: boolean }>;
  /**
   * Gives waiting tasks to runners, in one statement: leases with fences, reserved spending, and word to the gateways. `refused` are those that could
   * not be given, since the task waits no longer or the runner is gone. Null, and nothing is given, when another leads by now.
   */
  grantTasks(batch: {
    readonly epoch: number;
    readonly grants: readonly Grant[];
  }): Promise<{ readonly given: readonly (TaskId & { readonly fence: number })[]; readonly refused: readonly Grant[] } | null>;
  /** Asks runners to hand tasks back at their next border, for what; one that ended meanwhile is left alone. Nobody is asked once another leads. */
  askBack(
    tasks: readonly (TaskId & { readonly fence: number; readonly reason: string })[],
    under: { readonly epoch: number },
  ): Promise<void>;
  /** How tasks and runners are now, as events. */
  readFleet(what: { readonly tasks: readonly TaskId[]; readonly runners: readonly string[] }): Promise<readonly FleetEvent[]>;
  /**
   * Makes these the standings of the builds that have waiting tasks; those of others are removed, and what was brought up of those before. Told in lines they are
   * refused as `lease-stale`, and nothing is written, when another leads by now.
   */
  saveStandings(standings: readonly BuildStanding[], lines?: StandingLines & { readonly epoch: number }): Promise<void>;
  /** Brings standings up to what changed since: some of their lines, and for some builds all tasks that came. Nothing happens once others are written. */
  bringUpStandings(changed: StandingLines & { readonly builds: readonly BuildStanding[] }): Promise<void>;
  /** Runners with caches of their own in which inputs of waiting tasks lie, or that made them; those with most bytes first. Tasks without are left out. */
  nearOf(tasks: readonly TaskId[]): Promise<readonly (TaskId & { readonly runners: readonly NearRunner[] })[]>;
  /** What leaders before found, what was found last first; what nothing came of for 90 days is forgotten. */
  learnedTimes(): Promise<readonly LearnedTime[]>;
  /** This, follow-ups and rests are refused as `lease-stale`, and nothing is written, when another leads by now. */
  saveLearned(times: readonly LearnedTime[], under: { readonly epoch: number }): Promise<void>;
  /** As `learnedTimes`, what was found to follow. */
  learnedFollowUps(): Promise<readonly KeptFollowUps[]>;
  saveFollowUps(kinds: readonly KeptFollowUps[], under: { readonly epoch: number }): Promise<void>;
  /** Makes these the runners that rest; ends of rests in the past are of those that are tried. */
  saveRests(rests: readonly RunnerRest[], under: { readonly epoch: number }): Promise<void>;
  /**
   * Removes changes of tasks, runners and workspaces of the transactions from one on and before another: those that were read. Nothing goes once another
   * leads, which may not have read them yet.
   */
  pruneFleet(read: { readonly epoch: number; readonly from: bigint; readonly before: bigint }): Promise<void>;
}

/** What people ask of the fleet. */
export interface QueueStore {
  /** Tasks of a workspace, or of one of its builds, that wait, soonest expected first, as the leader said last. */
  queue(of: { readonly workspaceId: string; readonly buildId?: string; readonly limit: number }): Promise<readonly QueueEntry[]>;
  /** Films of a workspace that wait for a pool before any task of them is there, the most pressing first; `reason` is a sentence for people. */
  awaitingFilms(of: { readonly workspaceId: string; readonly limit: number }): Promise<readonly AwaitingFilm[]>;
}
