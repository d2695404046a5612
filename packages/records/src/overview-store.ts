import type {
  Attempt,
  BuildSpend,
  CacheReport,
  Fleet,
  FleetDevice,
  FleetPool,
  FleetQueueLine,
  HostMemory,
  RunnerOffer,
  RunningTask,
} from '@filmwright/contracts';
import type { Under } from './pool-store.ts';

/** What of a build waits for a runner, by reason as the leader said it last, and what else it has. */
export type BuildWaitFacts = {
  readonly reasons: readonly {
    readonly reason: string;
    readonly tasks: number;
    readonly position: number;
    readonly expectedStartAt: string | null;
  }[];
  readonly running: number;
  /** Estimated work that neither is done nor runs, in milliseconds on one slot. */
  readonly leftMs: number;
  /** Slots of the runners that are there. */
  readonly slots: number;
};

/** How a build goes or went, as the ledger has it. */
export type BuildCourseFacts = {
  readonly spend: BuildSpend;
  readonly attempts: readonly Attempt[];
  /** How many there are in all. */
  readonly count: number;
};

/** A runner as it stands in the ledger; `silentMs` since it was heard of last, `released` where its pool has no need of it. */
export type RunnerFacts = Pick<RunnerOffer, 'slots' | 'models' | 'kinds' | 'versions' | 'version' | 'machine'> & {
  /** With what is free there by now, and what they hold. */
  readonly devices?: readonly FleetDevice[];
  readonly runnerId: string;
  readonly name: string;
  readonly pool: string | null;
  readonly region: string | null;
  readonly draining: boolean;
  readonly isGone: boolean;
  readonly released: boolean;
  readonly silentMs: number;
  readonly seenAt: string;
  readonly credentialId: string | null;
  /** Null for one that told nothing of its cache yet. */
  readonly cache: CacheReport | null;
  /** Models that its engines held when it said so last. */
  readonly loaded: readonly string[];
  /** What it told of the weights in the memory of its machine; left out by one that does not tell. */
  readonly hostMemory?: HostMemory;
  readonly tasks: readonly RunningTask[];
  /** It failed so many different tasks one after another, and is given nothing until then; absent while it does not rest. */
  readonly rest?: { readonly failures: number; readonly untilAt: string };
};

export type FleetFacts = {
  readonly runners: readonly RunnerFacts[];
  readonly queue: readonly (FleetQueueLine & { readonly position: number })[];
  readonly pools: readonly FleetPool[];
};

/** How the one that leads sized a pool. */
export type PoolState = Pick<FleetPool, 'name' | 'minimum' | 'maximum' | 'wanted' | 'costPerHour' | 'reason'>;

/** What people are shown of builds and of the whole fleet. */
export interface OverviewStore {
  /** Null while nothing of it waits. */
  buildWait(of: { readonly workspaceId: string; readonly buildId: string }): Promise<BuildWaitFacts | null>;
  /** At most `limit` attempts, those that began first; null for a build that is not there. */
  buildCourse(of: { readonly workspaceId: string; readonly buildId: string; readonly limit: number }): Promise<BuildCourseFacts | null>;
  /** Runners, waits and pools of all workspaces. */
  fleetFacts(): Promise<FleetFacts>;
  /** What a workspace was charged, what is reserved for work at hand and what was given back, of entries since an instant (ISO 8601). */
  spendOf(asked: { readonly workspaceId: string; readonly since: string }): Promise<Omit<BuildSpend, 'estimate'>>;
  /** Spending of the last day by workspace, and of the `limit` builds that cost most. */
  fleetSpend(limit: number): Promise<Fleet['spend']>;
  /** Makes these the sizes of pools that people are shown. */
  savePoolStates(pools: readonly PoolState[], under?: Under): Promise<void>;
}
