import type { FleetRunner, FleetTask, TaskDemand } from '../../packages/records/src/schedule-store.ts';
import { type Priority, priorities } from '../../packages/scheduler/src/demand.ts';

/** Keys are told apart by whose they are: two workspaces may have the same. */
export type ModelId = { readonly workspaceId: string; readonly key: string };
/** A runner that was lost with a task, and what else it had. */
export type ModelLoss = { readonly runnerName: string; readonly neighbours: readonly string[] };
/** A task of the model: what a row of the ledger says, without what no rule depends on. */
export type ModelTask = ModelId & {
  state: 'waiting' | 'leased' | 'done' | 'failed';
  fence: number;
  /** How the attempt of the fence ended; null while it runs. */
  outcome: 'lost' | 'failed' | 'done' | null;
  attempts: number;
  lost: number;
  /** Names of the runners that failed it, and those that were lost with it. */
  failures: readonly string[];
  losses: readonly ModelLoss[];
  /** The most pressing, then oldest, build that lists it and has not ended. */
  wantedBy: string | null;
  /** The build for which it was granted last. */
  ranFor: string | null;
  readyMs: number;
  output: string | null;
  /** What it was handed back with. */
  resume: string | null;
  /** Name of the runner on which it was cancelled last. */
  leftOn: string | null;
  /** Done, and what it made was swept. */
  gone: boolean;
  /** When somebody who drives asked for it last. */
  askedMs: number;
};
export type ModelAttempt = ModelId & {
  readonly fence: number;
  /** The build that it was granted for, which pays. */
  readonly buildId: string;
  readonly runnerId: string;
  readonly runnerName: string;
  leaseUntilMs: number;
  /** Its runner is to stop it, and has its place until it says that it has, or until then. */
  stoppingUntilMs: number | null;
  /** When its runner was heard of it last, or when it was granted. */
  heardMs: number;
  /** Whether it was lost, or heard of, last: numbers of calls that grow. */
  lostAt: number;
  heardAt: number;
  delivered: boolean;
  /** Its runner is to hand it back at its next border. */
  askedBack: boolean;
  request: string | null;
  outcome: 'done' | 'failed' | 'lost' | 'left' | 'unwanted' | 'cancelled' | 'undelivered' | 'returned' | null;
};
export type ModelRunner = { readonly name: string; seenMs: number; gone: boolean; draining: boolean };
export type ModelSpend = ModelId & { readonly fence: number; readonly buildId: string; readonly kind: 'reserve' | 'settle' | 'refund' };
export type ModelLease = { readonly key: string; readonly fence: number };
export type ModelGiven = ModelLease & ModelId & { readonly buildId: string };
/** Of renewed leases those that are stale, and those that are to be handed back. */
export type ModelRenewed = { readonly stale: readonly number[]; readonly back: readonly number[] };
/** A lease that a runner was given, which try it is, and what it goes on from. */
export type ModelBegun = ModelLease & { readonly attempt: number; readonly resume: string | null };

/** Builds of the model, the oldest first: two of one workspace, which share tasks by key, and one of another. */
export const modelBuilds = [
  { id: 'v-1', workspaceId: 'v' },
  { id: 'w-1', workspaceId: 'w' },
  { id: 'v-2', workspaceId: 'v' },
] as const;
export const workspaceIds = ['v', 'w'] as const;

/** Whose build it is. */
export const workspaceOf = (buildId: string): string => modelBuilds.find(({ id }) => id === buildId)?.workspaceId ?? '';

/** How pressing builds are, by their ids; what is not named is normal. */
export type Priorities = ReadonlyMap<string, Priority>;

/** Of some builds, the oldest first, the most pressing, then the oldest. */
export function mostPressing<Build extends { readonly id: string }>(builds: readonly Build[], of: Priorities): Build | null {
  const rankOf = ({ id }: Build): number => rankOfPriority(of.get(id));
  return builds.reduce<Build | null>((best, one) => (best === null || rankOf(one) < rankOf(best) ? one : best), null);
}

/** Smaller is more pressing. */
export const rankOfPriority = (priority: Priority = 'normal'): number => priorities.indexOf(priority);

/** Every other task takes long, and can be handed back at borders on the way. */
export const bordersMsOf = (key: string): number | null => (Number(key.slice(-1)) % 2 === 0 ? 500 : null);

/** What a task is thought to take: what has borders longer than pressing work waits patiently. */
export const estimateMsOf = (key: string): number => (bordersMsOf(key) === null ? 10_000 : 25_000);

/** So many tasks at once each runner offers to do. */
export const slotsOffered = 2;

/** One name for a task of a workspace. */
export const nameOf = ({ workspaceId, key }: ModelId): string => `${workspaceId}/${key}`;

/** What of a task says that nothing of it was tried. */
export const untouchedTask = (nowMs: number): Omit<ModelTask, keyof ModelId | 'fence' | 'wantedBy' | 'ranFor' | 'askedMs'> => ({
  ...{ state: 'waiting', outcome: null, attempts: 0, lost: 0, failures: [], losses: [] },
  ...{ output: null, resume: null, leftOn: null, gone: false, readyMs: nowMs },
});

/** A task as it is when it is planned first. */
export function freshTask({ workspaceId, key }: ModelId, nowMs: number): ModelTask {
  return { workspaceId, key, fence: 0, wantedBy: null, ranFor: null, askedMs: nowMs, ...untouchedTask(nowMs) };
}

/** A runner as whoever grants is told of it. */
export function fleetRunnerOf(runnerId: string, { name, draining }: ModelRunner): FleetRunner {
  const offer = {
    name,
    pid: 1,
    slots: slotsOffered,
    kinds: ['drill'],
    toolchain: {},
    voices: [],
    models: [],
    fonts: [],
    handsBack: true,
  } as const;
  return { runnerId, offer: { ...offer, kinds: ['drill'] }, pool: 'default', region: '', draining, held: [] };
}

/** A task as whoever grants is told of it; `attempt` is the one of its fence. */
export function fleetTaskOf(
  { workspaceId, key, state, wantedBy, readyMs, failures, losses, leftOn, lost }: ModelTask,
  { attempt, nowMs, priority }: { readonly attempt: ModelAttempt | undefined; readonly nowMs: number; readonly priority: Priority },
): FleetTask {
  const demand: TaskDemand = {
    ...{
      workspaceId,
      key,
      buildId: wantedBy ?? '',
      kind: 'drill',
      version: 1,
      toolchain: '',
      model: null,
      size: '',
      estimateMs: estimateMsOf(key),
    },
    ...{ gpus: 0, vramMib: 0, region: null, pool: null, bordersMs: bordersMsOf(key), batch: null, batchMost: 1, priority, rank: 0 },
    ...{ deadlineInMs: null, turnAgoMs: 0, readyInMs: readyMs - nowMs },
    ...{ tried: [...failures, ...losses.map(({ runnerName }) => runnerName), ...(leftOn === null ? [] : [leftOn])], alone: lost >= 2 },
  };
  const held = state === 'leased' ? attempt : undefined;
  const lease = held === undefined ? null : { fence: held.fence, runnerId: held.runnerId, devices: [], sinceMs: 0 };
  return { workspaceId, key, state, demand: wantedBy === null ? null : demand, lease };
}
