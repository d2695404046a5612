import type { MachineRefusal, Pool } from '@filmwright/contracts';
import type { Load, PerPlace } from './pool-work.ts';

/** A machine of a pool as it is known now. `ready` once its runner was heard of. */
export type PoolMachine = {
  readonly id: string;
  readonly state: 'starting' | 'ready' | 'stopping';
  /** Since when it is in that state. */
  readonly sinceMs: number;
  /** What it does now. */
  readonly load: PerPlace<Load>;
  /** Since when it has nothing to do; null while it has. */
  readonly idleSinceMs: number | null;
  /** Why its service does not give it, as it said last; null where it gives it. */
  readonly refused?: MachineRefusal | null;
  /** Whether it is given nothing for a while, since it failed one task after another. */
  readonly isResting?: boolean;
  /** Whether it was asked for when the pool got its machines otherwise than now. */
  readonly isOutdated?: boolean;
  /** How often in a row it was lost while it fetched, and brought again under its id. */
  readonly losses?: number;
  /** Until its service takes it away; null where it does not. */
  readonly endsInMs?: number | null;
};

/** What earlier machines of a pool showed. */
export type PoolMemory = {
  /** How long the last ones took to come; null before any did. */
  readonly startMs: number | null;
  /** Since it last fell short of what was asked of it; null where a machine came after that. */
  readonly shortAgoMs: number | null;
};

/** A machine that is not there after so many times its usual start is late: others do its work; after more it is given up. */
const lateTimes = 2;
const leastLateMs = 30_000;
const givenUpTimes = 10;
const leastGivenUpMs = 120_000;
/** So long, or twice until a machine is given up, nothing is counted on that a pool which fell short has not given yet. */
const doubtMs = 15 * 60_000;
/** A machine that was lost so often in a row while it fetched, and brought again under its id, is given up. */
export const mostLosses = 3;
/** A machine is given nothing more so long before its service takes it away. */
const drainMs = 180_000;

/** Machines of a pool by what can be counted on. */
export type Supply = {
  /** Those that are to be there; `ready` and `onTime` are of them, and the rest is late or refused. */
  readonly there: readonly PoolMachine[];
  readonly ready: readonly PoolMachine[];
  /** Starting, and not for too long. */
  readonly onTime: readonly PoolMachine[];
  readonly refused: readonly PoolMachine[];
  /** Those that are there and are given nothing. */
  readonly resting: readonly PoolMachine[];
  /** Those that came before the pool was changed: they do what they can, and show nothing of what those to come can do. */
  readonly outdated: readonly PoolMachine[];
  /** Those that never came, that were lost again and again, that failed as their service says, and that it takes away soon. */
  readonly late: readonly PoolMachine[];
  readonly lost: readonly PoolMachine[];
  readonly failed: readonly PoolMachine[];
  readonly ending: readonly PoolMachine[];
  /** What keeps it from giving what is asked of it, as far as that shows now: a part of a sentence. */
  readonly lack: string | null;
  /** Whether more machines of it can be counted on before they come. */
  readonly isDoubted: boolean;
};

/** Usual time until a new machine works: as it was learned, else as the pool says. */
export function usualStartMs(pool: Pick<Pool, 'startMs'>, memory: Pick<PoolMemory, 'startMs'>): number {
  return memory.startMs ?? pool.startMs;
}

/** A machine that did not come within so long is given up. */
export function givenUpMsOf(pool: Pick<Pool, 'startMs'>, { startMs }: Pick<PoolMemory, 'startMs'>): number {
  return Math.max(leastGivenUpMs, givenUpTimes * Math.max(pool.startMs, startMs ?? 0));
}

type Supplying = {
  readonly pool: Pool;
  readonly machines: readonly PoolMachine[];
  readonly memory: PoolMemory;
  readonly nowMs: number;
};

export function supplyOf({ pool, machines, memory, nowMs }: Supplying): Supply {
  const givenUpMs = givenUpMsOf(pool, memory);
  const lateMs = Math.max(leastLateMs, lateTimes * usualStartMs(pool, memory));
  const isOlder = ({ state, sinceMs }: PoolMachine, thanMs: number): boolean => state === 'starting' && nowMs - sinceMs > thanMs;
  const stays = machines.filter(({ state }) => state !== 'stopping');
  const ending = stays.filter(({ endsInMs = null }) => endsInMs !== null && endsInMs <= drainMs);
  const outdated = stays.filter((one) => one.isOutdated === true && !ending.includes(one));
  const wanted = stays.filter((one) => !outdated.includes(one));
  // Not at once: who has nothing but broken machines would be asked without end.
  const failed = wanted.filter((one) => one.refused === 'failed' && isOlder(one, leastLateMs) && !ending.includes(one));
  const late = wanted.filter((one) => isOlder(one, givenUpMs) && !failed.includes(one) && !ending.includes(one));
  const lost = wanted.filter((one) => (one.losses ?? 0) >= mostLosses && ![late, failed, ending].some((others) => others.includes(one)));
  const resting = wanted.filter((one) => one.state === 'ready' && one.isResting === true && !ending.includes(one));
  const gone = new Set([...late, ...lost, ...failed, ...ending, ...resting]);
  const there = wanted.filter((one) => !gone.has(one));
  const ready = there.filter(({ state }) => state === 'ready');
  const refused = there.filter(({ state, refused: why = null }) => state === 'starting' && why !== null);
  const onTime = there.filter((one) => one.state === 'starting' && !refused.includes(one) && !isOlder(one, lateMs));
  // What came after a late one was asked for shows that others come.
  const isAlone = ({ sinceMs }: PoolMachine): boolean => !ready.some((one) => one.sinceMs > sinceMs);
  const slow = there.filter((one) => isOlder(one, lateMs) && !refused.includes(one)).filter(isAlone);
  const fails = failed.some(isAlone) || refused.some((one) => one.refused === 'failed');
  const lack = refused.some((one) => one.refused === 'quota')
    ? 'its service has used up its quota'
    : refused.some((one) => one.refused === 'none-available')
      ? 'its service has none available'
      : fails
        ? 'its machines fail'
        : [...there, ...lost].some(({ losses = 0 }) => losses > 0)
          ? 'its machines are lost while they fetch'
          : slow.length > 0 || late.some(isAlone)
            ? 'its machines are late'
            : null;
  const doubted = memory.shortAgoMs !== null && memory.shortAgoMs < Math.max(doubtMs, 2 * givenUpMs);
  return { there, ready, onTime, refused, resting, outdated, late, lost, failed, ending, lack, isDoubted: lack !== null || doubted };
}
