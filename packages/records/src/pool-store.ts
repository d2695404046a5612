import type { MachineRefusal, RunnerOffer, TaskKind } from '@filmwright/contracts';

/** A machine that was asked for, or is on its way out; `busy` counts the tasks that its runner has. */
export type MachineRow = {
  readonly id: string;
  readonly pool: string;
  readonly state: 'wanted' | 'stopping';
  readonly ageMs: number;
  readonly busy: number;
  /** Why its service does not give it, and until it takes it away; null where it says neither. */
  readonly refused: MachineRefusal | null;
  readonly endsInMs: number | null;
  /** It was asked for when its pool got its machines otherwise than now. */
  readonly isOutdated: boolean;
  /** Its runner was heard of once. */
  readonly hasCome: boolean;
  /** How often in a row it was lost while it fetched, and brought again under its id. */
  readonly losses: number;
};

/** What its service says of a machine now; `endsAt` in ISO 8601. */
export type MachineNews = { readonly id: string; readonly refused: MachineRefusal | null; readonly endsAt: string | null };

/** A pool and how it gets its machines: once that changes nothing is known of them. */
export type PoolSpec = {
  readonly name: string;
  readonly spec: string;
  /** Kinds of tasks that it is for; all where that is null. */
  readonly kinds: readonly TaskKind[] | null;
};

/** What machines of a pool showed. */
export type PoolMemoryRow = {
  readonly name: string;
  /** Of the runner whose offer is kept; null before there was any. */
  readonly runnerId: string | null;
  readonly offeredAgoMs: number | null;
  /** How long the last machines took to come. */
  readonly startMs: number | null;
  /** Since the pool fell short last; null where a machine came after that. */
  readonly shortAgoMs: number | null;
  /** When a scout of it was asked for, one machine that is to show what they can do, and how long ago; null where that never was. */
  readonly scoutAt: string | null;
  readonly scoutAgoMs: number | null;
  /** How many were asked for one after another by then; none once a machine of it was through with fetching. */
  readonly scouts: number;
  /** A runner of a machine of it is heard of that was asked for as the pool is now. */
  readonly isThere: boolean;
  /** The machine that offered last is gone and was still fetching. */
  readonly isLost: boolean;
  /** Models and voices, by the names of the pool, that its machines are still fetching; none of such as were lost too often while they did so. */
  readonly bringing: readonly string[];
  /** How often in a row one of these machines was lost while it fetched. */
  readonly losses: number;
  /** Its machines, those on their way here or out among them, and how many of them were asked for when it got them otherwise than now. */
  readonly machines: number;
  readonly outdated: number;
};

/** What a machine of a pool of which none is there offered last, of what the pool is for; `isShort` where that pool fell short lately, so that none may come soon. */
export type OfferAtRest = { readonly pool: string; readonly offer: RunnerOffer; readonly isShort: boolean };

/** What the size of pools depends on, at one instant. */
export type PoolFacts = {
  /** Tasks that wait, by what they need, how pressing they are, and where they must run; null is anywhere. */
  readonly waiting: readonly {
    readonly kind: TaskKind;
    readonly version: number;
    readonly toolchain: string;
    readonly model: string | null;
    readonly gpus: number;
    /** As the plan says; what its model takes comes on top. */
    readonly vramMib: number;
    readonly priority: 'interactive' | 'normal' | 'bulk';
    readonly pool: string | null;
    readonly region: string | null;
    readonly tasks: number;
    readonly workMs: number;
    /** Until it is due, less than 0 when it is late; null without a deadline. */
    readonly dueInMs: number | null;
  }[];
  /** Runners heard of lately, with what each does now in slots and on devices: a batch counts as one, and a task of several GPUs once for each. What is left of it is as estimated. */
  readonly runners: readonly {
    readonly id: string;
    readonly name: string;
    readonly pool: string | null;
    readonly region: string | null;
    readonly draining: boolean;
    /** It failed one task after another, and is given nothing for a while. */
    readonly resting: boolean;
    readonly slots: { readonly tasks: number; readonly leftMs: number };
    readonly devices: { readonly tasks: number; readonly leftMs: number };
  }[];
  /** Builds that have not ended, and those of them that somebody waits for. */
  readonly activeBuilds: number;
  readonly interactiveBuilds: number;
  /** Pools that builds wait for before anything of them is made. */
  readonly awaited: readonly string[];
};

/** Number of `takeTurn`; what another has drawn a later one since is refused as `lease-stale`, and nothing is written. */
export type Under = { readonly turn?: number };

/** A scout of a pool that is asked for: `count` is 1, and more where those before it were lost. */
export type Scout = { readonly pool: string; readonly count: number };

/** What is remembered of pools, also while none of their machines is there. */
export interface PoolMemoryStore {
  /** Forgets what was known of pools that are not among these as they are. */
  namePools(pools: readonly PoolSpec[]): Promise<void>;
  /** Keeps what the newest runner of each pool's machines offers, of those that were asked for as the pool is now, and gives what is known of them. */
  rememberPools(pools: readonly PoolSpec[]): Promise<readonly PoolMemoryRow[]>;
  /** What is known of pools' machines, without a look at what they offer now. */
  poolMemories(names: readonly string[]): Promise<readonly PoolMemoryRow[]>;
  /** Notes that scouts are asked for. */
  noteScouts(scouts: readonly Scout[], under?: Under): Promise<void>;
  /** Notes that a machine came after so long, or that pools fall short of what is asked of them. */
  noteStart(machine: { readonly pool: string; readonly startMs: number }, under?: Under): Promise<void>;
  noteShort(pools: readonly string[], under?: Under): Promise<void>;
  /** Offers of runners, those of pools' memory among them; of what is gone there is none. */
  runnerOffers(ids: readonly string[]): Promise<readonly { readonly id: string; readonly offer: RunnerOffer }[]>;
  /** What machines of pools offered last of which none is there. */
  offersAtRest(): Promise<readonly OfferAtRest[]>;
}

/** Machines of pools and what they are wanted for. */
export interface PoolStore extends PoolMemoryStore {
  /** A short name of this installation, drawn once. */
  installationId(): Promise<string>;
  machines(): Promise<readonly MachineRow[]>;
  /** Notes machines before they are asked for. With the number of `takeTurn`, here and below: throws `lease-stale` where another has drawn a later one. */
  addMachines(machines: readonly { readonly id: string; readonly pool: string }[], under?: Under): Promise<void>;
  /** Notes that a machine is to go, and has its runner given nothing more. */
  stopMachine(id: string, under?: Under): Promise<void>;
  /** Forgets a machine that is surely gone. */
  forgetMachine(id: string): Promise<void>;
  poolFacts(): Promise<PoolFacts>;
  /** Notes what services say of machines, where that is new. */
  tellMachines(news: readonly MachineNews[]): Promise<void>;
}
