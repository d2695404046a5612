import type { LearnedFollowUps } from './follow-ups.ts';
import type { Rest } from './health.ts';

/** How pressing a task is beside others: what a person waits for, films, and what may wait for a quiet hour. */
export const priorities = ['interactive', 'normal', 'bulk'] as const;
export type Priority = (typeof priorities)[number];

/** A runner that holds so much of a task's inputs. */
export type Near = { readonly runner: string; readonly mib: number };

/** Something that tasks read, such as a file under its digest, and the runners that hold it. */
export type InputFacts = { readonly id: string; readonly mib: number; readonly on: readonly string[] };

/** What a waiting task asks for. Times are milliseconds since the epoch, as the caller's clock has them. */
export type Demand = {
  /** Unique among all workspaces. */
  readonly id: string;
  readonly workspace: string;
  /** What it is part of, for whoever asks where the tasks of one film stand. All tasks are spread over runners while some are idle, whatever they are part of. */
  readonly build: string;
  /** Kind and toolchain in one name; a runner that offers the same name can do it. */
  readonly capability: string;
  /** Revision that must be resident on the GPU; null for work that needs none. */
  readonly model: string | null;
  /** What the time depends on beside model and device, such as `1280x720x81`: tasks of one size are compared. */
  readonly size: string;
  /** The planner's guess of the work alone, used until attempts of its size have ended. */
  readonly estimateMs: number;
  /** GPUs of one host; 0 is a slot of its processors. */
  readonly gpus: number;
  /** Working memory on each GPU beside the weights. */
  readonly vramMib: number;
  /** Where it must run; null is anywhere. */
  readonly region: string | null;
  /** Runners that hold inputs of it, those that hold most first. */
  readonly near: readonly Near[];
  readonly pool: string | null;
  readonly priority: Priority;
  readonly deadlineMs: number | null;
  /** Among those due at once, smaller first. */
  readonly order: number;
  /** When the film or request that it is for was submitted: of two without deadline the older goes first. */
  readonly submittedMs: number;
  /** When it could first start; in the future while it waits after a failure. */
  readonly readyMs: number;
  /** It can be handed back at borders so far apart and go on elsewhere; null where only the whole counts. */
  readonly bordersMs: number | null;
  /** Tasks of the same batch may run as one, at most `batchMost` of them; null runs alone. */
  readonly batch: string | null;
  readonly batchMost: number;
  /** Names of runners on which it failed or that were lost with it: it goes to others while there are any. None if left out. */
  readonly tried?: readonly string[];
  /** It may be what its runners were lost by: it runs where nothing else does. */
  readonly alone?: boolean;
};

/** What is known of a model's revision. */
export type ModelFacts = {
  readonly id: string;
  /** Weights on a GPU, and in the host's memory. */
  readonly vramMib: number;
  readonly hostMib: number;
  /** Until a task can start, by where the weights are: in the host's memory, on its disk, in the store. */
  readonly warmMs: number;
  readonly coldMs: number;
  readonly fetchMs: number;
  /** Until its memory on a device is free for another; at once if left out. */
  readonly unloadMs?: number;
};

/** A GPU, or a slice of one, as its runner found it. `fabric` names those that reach each other directly, `numaNode` the processors and memory beside it; null or left out is not known. */
export type DeviceFacts = {
  readonly id: string;
  readonly product: string;
  readonly vramMib: number;
  readonly fabric: string;
  readonly numaNode?: number | null;
};

/** What a runner offers. */
export type RunnerFacts = {
  readonly id: string;
  /** What it is called also after it started anew; its id if left out. */
  readonly name?: string;
  readonly pool: string;
  readonly region: string;
  readonly capabilities: readonly string[];
  /** Tasks without a GPU that it runs side by side. */
  readonly slots: number;
  readonly devices: readonly DeviceFacts[];
  /** Machines of one class, such as a processor's model, take as long for the same work on their slots; nothing is known of them if left out. */
  readonly slotClass?: string;
  /** Memory of the machine; what its models take together is not looked at if left out. */
  readonly memoryMib?: number;
  /** Runners of one machine share its memory; alone on its own if left out. */
  readonly machine?: string;
  /** Host memory for weights that were unloaded; 0 keeps none. */
  readonly hostMib: number;
  /** Weights that are there: on its disk, in its memory (to be loaded from there), held by processes of its slots, and on which device; of slots and devices nothing is told if left out. */
  readonly onDisk: readonly string[];
  readonly inMemory: readonly string[];
  readonly onSlots?: readonly string[];
  readonly resident?: readonly { readonly device: string; readonly model: string }[];
  /** No new task: it finishes what it has. */
  readonly draining: boolean;
  /** False where it cannot hand tasks back at their borders. */
  readonly handsBack?: boolean;
  /** False where it runs each task alone. */
  readonly runsBatches?: boolean;
  /** What its link to the store was measured to bring in a second; a gigabit's if left out. */
  readonly linkMibPerS?: number;
  /** It fetches ahead what it is told to. */
  readonly fetchesAhead?: boolean;
  /** Memory into which it reads weights from its disk where it is told to; none if left out. */
  readonly spareMib?: number;
};

/** What a scheduler found: the mean of so many attempts, in milliseconds (of ratios to what was guessed, the ratio). Its name says of what. */
export type LearnedTime = { readonly name: string; readonly ms: number; readonly count: number };

/** A workspace's weight against others, and how many GPU or slot tasks of it may run at once; null is no cap. */
export type WorkspaceFacts = {
  readonly id: string;
  readonly weight: number;
  readonly cap: number | null;
  /** Milliseconds of devices that it had before this scheduler began, halved every hour up to now; told once, with what waits of it. */
  readonly used?: { readonly gpuMs: number; readonly slotMs: number };
};

/** Where the weights of a granted task are when it starts. */
export type Tier = 'none' | 'resident' | 'memory' | 'disk' | 'store';
/** Where weights were that a runner loaded. */
export type LoadedFrom = Extract<Tier, 'memory' | 'disk'>;

/** Something that happened since the last step. */
export type Change =
  | { readonly type: 'task'; readonly task: Demand }
  /** A task that cannot start yet, and what it will read that came to be there since it was told last. It is over with the task itself, or with `withdrawn`. */
  | { readonly type: 'coming'; readonly task: Demand; readonly inputs: readonly InputFacts[] }
  /** Cancelled, or wanted by nobody: waiting or running, it is forgotten; its place is free once `ended` comes. */
  | { readonly type: 'withdrawn'; readonly task: string }
  /** An attempt is over. `ranMs` is the work alone, `loadMs` the loading before it, `loadedFrom` where the weights then really were, if its runner tells; `returned` and `lost` tasks are told anew by `task`. */
  | {
      readonly type: 'ended';
      readonly task: string;
      readonly outcome: 'done' | 'failed' | 'lost' | 'returned';
      readonly ranMs: number;
      readonly loadMs: number;
      readonly loadedFrom?: LoadedFrom;
      /** It failed and is tried again. */
      readonly again?: boolean;
    }
  /** A lease that was given before this scheduler began. */
  | {
      readonly type: 'running';
      readonly task: Demand;
      /** The others of its batch. */
      readonly others?: readonly Demand[];
      readonly runner: string;
      readonly devices: readonly string[];
      readonly sinceMs: number;
    }
  /** Joined, or offers something else than before. */
  | { readonly type: 'runner'; readonly runner: RunnerFacts }
  | { readonly type: 'gone'; readonly runner: string }
  /** A runner was lost with a task that it had, which is told as `ended` too. */
  | { readonly type: 'died'; readonly runner: string; readonly name: string; readonly task: Demand }
  /** A runner rests, as a scheduler before this one found. */
  | { readonly type: 'rests'; readonly rest: Rest }
  /** An operator says that a runner is well again. */
  | { readonly type: 'woken'; readonly runner: string }
  | { readonly type: 'model'; readonly model: ModelFacts }
  /** Both found by a scheduler before this one. */
  | { readonly type: 'learned'; readonly time: LearnedTime }
  | { readonly type: 'followed'; readonly followUps: LearnedFollowUps }
  | { readonly type: 'workspace'; readonly workspace: WorkspaceFacts };

/** What is to be done. `reason` is a sentence for the person who asks why. */
export type Decision =
  | {
      readonly type: 'grant';
      /** More than one where they run as one batch. */
      readonly tasks: readonly string[];
      readonly runner: string;
      readonly devices: readonly string[];
      readonly tier: Tier;
      /** Models to be unloaded from those devices first. */
      readonly evict: readonly string[];
      readonly expectedMs: number;
      readonly reason: string;
    }
  /** The runner hands the task back at its next border. */
  | { readonly type: 'preempt'; readonly task: string; readonly runner: string; readonly for: string; readonly reason: string }
  /** A hint: the runner may fetch what a task will read that it is likely to be given. Nothing is lost with it. */
  | {
      readonly type: 'prefetch';
      readonly task: string;
      readonly runner: string;
      readonly inputs: readonly Pick<InputFacts, 'id' | 'mib'>[];
      readonly reason: string;
    }
  /** A hint: the runner may read weights that it is likely to load from its disk into memory that it has to spare. */
  | { readonly type: 'read-weights'; readonly runner: string; readonly model: string; readonly reason: string };
