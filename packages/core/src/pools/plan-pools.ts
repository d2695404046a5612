import type { Pool } from '@filmwright/contracts';
import { poolReason, type Why } from './pool-reason.ts';
import { staleMs } from './pool-scout.ts';
import { givenUpMsOf, type PoolMachine, type PoolMemory, type Supply, supplyOf, usualStartMs } from './pool-supply.ts';
import {
  type Ability,
  type Asking,
  askingOf,
  type Backlog,
  canDo,
  leftByOthers,
  leftOver,
  mayTake,
  type OtherRunners,
  type PlaceKind,
  placeKinds,
  type Takes,
} from './pool-work.ts';

export type PoolNow = {
  readonly pool: Pool;
  readonly machines: readonly PoolMachine[];
  /** What its machines offered last; null before any was there: it is taken to do the kinds that the pool names. */
  readonly ability: Ability | null;
  /** Since it was offered last. */
  readonly offeredAgoMs: number;
  readonly memory: PoolMemory;
  /** A film waits for what a scout of it may offer. */
  readonly isAwaited?: boolean;
};

export type PoolsNow = {
  readonly pools: readonly PoolNow[];
  readonly backlog: readonly Backlog[];
  /** Runners that belong to no pool: of what they can do they take their share first. */
  readonly others: readonly OtherRunners[];
  /** Films that nobody can plan before a runner has told what it can do, as far as each is worth a machine of its own. */
  readonly unplannedBuilds: number;
  readonly nowMs: number;
};

/** What is to be done with a pool. `reason` is a sentence for the person who asks why. */
export type PoolDecision = {
  readonly pool: string;
  readonly wanted: number;
  readonly start: number;
  /** Machines that go: idle ones, such as never came to work or would come as the pool was before, such as their service takes away soon, and one at work that keeps a scout away. */
  readonly stop: readonly string[];
  /** Whether none can come until one goes: all places are held by machines that came before the pool was changed, or that are on their way out. */
  readonly isFull: boolean;
  /** Whether it falls short now of what was asked of it: its machines are late, fail, or are refused. */
  readonly isShort: boolean;
  readonly reason: string;
};

/**
 * How many machines each pool should have: as many as do what waits, of what they can do, by when it is due, cheapest pool first, from its minimum to its
 * maximum. What is too much for a pool, or more than it can be counted on to bring, is left to the next dearer one that can do it. Where work stays that
 * nobody can do, the cheapest pool whose machines were not seen for long brings one, which tells anew, as does one whose machines nobody ever saw where others are
 * known to do the work, and the pool of which a film waits for a scout. Machines go only when they have been idle for the
 * pool's time and are too many, never came, or are taken away. Those that came before the pool was changed are others to it: they take their share of the work
 * first, go when they have been idle for its time, and give their place at once where one is wanted and the maximum leaves no room. Where all of them are at
 * work and a film waits for a scout, the one that has least to do is given nothing more, so that its place comes free however much there is to do.
 */
export function planPools(now: PoolsNow): readonly PoolDecision[] {
  const targetMs = Math.min(...now.pools.map(({ pool }) => pool.targetMs), Number.POSITIVE_INFINITY);
  const windowOf = (dueMs: number | null): number => (dueMs === null ? targetMs : dueMs - now.nowMs);
  let backlog = leftByOthers(
    now.backlog.filter(({ tasks }) => tasks > 0),
    { others: now.others, windowOf },
  );
  const isPlanned = now.others.length > 0 || now.pools.some(({ machines }) => machines.some(({ state }) => state === 'ready'));
  let unplanned = isPlanned ? 0 : now.unplannedBuilds;
  const known = now.pools.flatMap(({ pool, ability }) => (ability === null ? [] : [takenBy(pool, ability)]));
  const isKnown: Takes = (work) => known.some((takes) => takes(work));
  const sized = now.pools
    .map((each, index) => ({ ...each, index }))
    .sort((a, b) => a.pool.costPerHour - b.pool.costPerHour || a.index - b.index)
    .map((each) => {
      const sizing = sizeOf(each, { backlog, unplanned, isKnown, nowMs: now.nowMs });
      backlog = leftOver(backlog, sizing);
      unplanned -= sizing.planning;
      const waiting = now.backlog.filter(sizing.takes).reduce((sum, { tasks }) => sum + tasks, 0);
      return { ...each, ...sizing, waiting };
    });
  const left = backlog;
  const old = sized.find(({ pool, ability, offeredAgoMs, supply, takes }) => {
    if (ability === null || offeredAgoMs < staleMs || supply.ready.length > 0) return false;
    const may = mayTake(pool);
    return left.some((work) => may(work) && !takes(work));
  });
  return sized
    .map((each) => {
      const tried = each.wanted > 0 ? null : each.isAwaited ? 'asked' : each.isNew ? 'new' : each === old ? 'old' : null;
      return { index: each.index, decision: decide({ ...each, tried, wanted: tried === null ? each.wanted : 1 }, now.nowMs) };
    })
    .sort((a, b) => a.index - b.index)
    .map(({ decision }) => decision);
}

/** What a pool's machines do of what they may. */
function takenBy(pool: Pool, ability: Ability | null): Takes {
  const [may, can] = [mayTake(pool), canDo(ability)];
  return (work) => may(work) && can(work);
}

type Waiting = {
  readonly backlog: readonly Backlog[];
  readonly unplanned: number;
  /** What a pool is known to do. */
  readonly isKnown: Takes;
  readonly nowMs: number;
};
type Sizing = {
  readonly takes: Takes;
  readonly mine: readonly Backlog[];
  /** Whether it may do work that others are known to do, and nobody knows whether it can. */
  readonly isNew: boolean;
  readonly supply: Supply;
  readonly need: number;
  readonly films: number;
  /** Of those films as many as machines plan that can be counted on. */
  readonly planning: number;
  readonly wanted: number;
  /** Of what it can do it takes so much (0..1): what machines do that can be counted on. */
  readonly shares: Readonly<Record<PlaceKind, number>>;
};

function sizeOf({ pool, machines, ability, memory }: PoolNow, { backlog, unplanned, isKnown, nowMs }: Waiting): Sizing {
  const taken = takenBy(pool, ability);
  const takes: Takes = ability === null ? (work) => taken(work) && !isKnown(work) : taken;
  const mine = backlog.filter(takes);
  const isNew = ability === null && backlog.some((work) => taken(work) && isKnown(work));
  const supply = supplyOf({ pool, machines, memory, nowMs });
  const windowOf = (dueMs: number | null): number =>
    (dueMs === null ? pool.targetMs : dueMs - nowMs) - startLeftMs(usualStartMs(pool, memory), { pool, supply });
  const load = { slots: sumOf(supply, 'slots'), devices: sumOf(supply, 'devices') };
  const needs = neededBy(askingOf(mine, { ability, slots: pool.slots, windowOf, load }));
  const need = Math.max(needs.slots, needs.devices);
  const least = Math.max(pool.minimum, Math.min(pool.maximum, Math.ceil(unplanned / pool.slots)));
  const films = Math.min(unplanned, least * pool.slots);
  const wanted = Math.min(pool.maximum, Math.max(least, need));
  const { ready, onTime, isDoubted } = supply;
  const sure = ready.length + (isDoubted ? 0 : onTime.length + startsOf({ pool, machines, supply, wanted }));
  const shareOf = (kind: PlaceKind): number => (needs[kind] === 0 ? 1 : Math.min(1, sure / needs[kind]));
  const shares = { slots: shareOf('slots'), devices: shareOf('devices') };
  return { takes, mine, isNew, supply, need, films, planning: Math.min(films, sure * pool.slots), wanted, shares };
}

function sumOf({ there }: Supply, kind: PlaceKind): { readonly tasks: number; readonly leftMs: number } {
  const sum = (of: (machine: PoolMachine) => number): number => there.reduce((all, machine) => all + of(machine), 0);
  return { tasks: sum(({ load }) => load[kind].tasks), leftMs: sum(({ load }) => load[kind].leftMs) };
}

/** More machines than tasks help nobody; those at work stay. */
function neededBy(asking: Asking): Readonly<Record<PlaceKind, number>> {
  const of = (kind: PlaceKind): number => {
    const { atOnce, busy, inTime } = asking[kind];
    const most = Math.ceil(atOnce - 1e-9);
    return Math.min(most, Math.max(1, Math.ceil(busy - 1e-9), Math.ceil(inTime - 1e-9)));
  };
  return { slots: of('slots'), devices: of('devices') };
}

/** Until more machines would work; nothing where some stand ready. */
function startLeftMs(startMs: number, { pool, supply }: { readonly pool: Pool; readonly supply: Supply }): number {
  return supply.ready.some((machine) => tasksOf(machine) === 0) ? 0 : Math.min(startMs, pool.targetMs / 2);
}

function tasksOf({ load }: PoolMachine): number {
  return placeKinds.reduce((sum, kind) => sum + load[kind].tasks, 0);
}

type Starting = { readonly pool: Pool; readonly machines: readonly PoolMachine[]; readonly supply: Supply; readonly wanted: number };

/** What is on its way out may still cost: the maximum holds for all. */
function startsOf({ pool, machines, supply: { there }, wanted }: Starting): number {
  return Math.max(0, Math.min(wanted, pool.maximum - (machines.length - there.length)) - there.length);
}

type Deciding = PoolNow & Omit<Sizing, 'planning' | 'shares' | 'takes' | 'isNew'> & Pick<Why, 'waiting' | 'tried'>;

function decide({ pool, machines, supply, wanted, isAwaited = false, ...why }: Deciding, nowMs: number): PoolDecision {
  const { there, resting, outdated, late, lost, failed, ending, refused, lack } = supply;
  const start = startsOf({ pool, machines, supply, wanted });
  let spare = Math.max(0, there.length - wanted);
  const unneeded = refused.slice(0, spare);
  spare -= unneeded.length;
  const isIdle = (one: PoolMachine): boolean => isFree(one) && nowMs - (one.idleSinceMs ?? nowMs) >= pool.idleMs;
  const idle = [...[...outdated, ...resting].filter(isIdle), ...there.filter(isIdle).sort(byIdleness).slice(0, spare)];
  const unready = outdated.filter(({ state }) => state === 'starting');
  const goneMs = givenUpMsOf(pool, why.memory);
  // What has nothing left and does not go for so long may never go.
  const isGoing = ({ sinceMs, idleSinceMs }: PoolMachine): boolean => nowMs - Math.max(sinceMs, idleSinceMs ?? nowMs) < goneMs;
  const stopping = machines.filter(({ state }) => state === 'stopping');
  const going = stopping.filter(isGoing);
  const lacking = wanted - there.length - start;
  // Where the maximum was made less, more have to go before one can come.
  const over = Math.max(0, machines.length - pool.maximum);
  const roomless = (leaving: number): number => (lacking <= 0 ? 0 : Math.max(0, lacking + over - leaving - unready.length));
  const freeing = roomless(going.filter((one) => tasksOf(one) === 0).length);
  const giving = outdated.filter((one) => isFree(one) && !idle.includes(one)).sort(byIdleness);
  const stop = [...late, ...lost, ...failed, ...ending, ...unneeded, ...unready, ...idle, ...giving.slice(0, freeing)];
  // Where one does not go, a service that removes none could lose the pool all that is at work.
  const mayDrain = there.length === 0 && start === 0 && going.length === stopping.length;
  const drained = isAwaited && mayDrain && roomless(going.length) > 0 && stop.length === 0 ? [...outdated].sort(byWork).slice(0, 1) : [];
  return {
    pool: pool.name,
    wanted,
    start,
    stop: [...stop, ...drained].map(({ id }) => id),
    isFull: mayDrain && outdated.length + going.length > 0,
    isShort: lack !== null,
    reason: poolReason({
      ...why,
      ...{ pool, wanted, supply, idle: idle.length },
      busy: there.reduce((sum, machine) => sum + tasksOf(machine), 0),
    }),
  };
}

function isFree(one: PoolMachine): boolean {
  return one.state === 'ready' && tasksOf(one) === 0 && one.idleSinceMs !== null;
}

/** What has least left to do first. */
function byWork(a: PoolMachine, b: PoolMachine): number {
  const leftMs = ({ load }: PoolMachine): number => placeKinds.reduce((sum, kind) => sum + load[kind].leftMs, 0);
  return leftMs(a) - leftMs(b) || (a.id < b.id ? -1 : 1);
}

/** The longest idle first. */
function byIdleness(a: PoolMachine, b: PoolMachine): number {
  return (a.idleSinceMs ?? 0) - (b.idleSinceMs ?? 0) || (a.id < b.id ? -1 : 1);
}
