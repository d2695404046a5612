import type { Pool, TaskKind } from '@filmwright/contracts';

/** Work that waits, of one kind and one time by which it should be done; `dueMs` null is within the pool's own target. Instants are of one clock. */
export type Backlog = {
  readonly kind: TaskKind;
  readonly tasks: number;
  readonly workMs: number;
  readonly dueMs: number | null;
  /** Where it must be done; anywhere where that is null or left out. */
  readonly pool?: string | null;
  readonly region?: string | null;
};

/** A machine of a pool as it is known now. `ready` once its runner was heard of. */
export type PoolMachine = {
  readonly id: string;
  readonly state: 'starting' | 'ready' | 'stopping';
  /** Since when it is in that state. */
  readonly sinceMs: number;
  /** Tasks that it does now, and what is left of them as estimated. */
  readonly busy: number;
  readonly leftMs: number;
  /** Since when it has nothing to do; null while it has. */
  readonly idleSinceMs: number | null;
};

export type PoolsNow = {
  readonly pools: readonly { readonly pool: Pool; readonly machines: readonly PoolMachine[] }[];
  readonly backlog: readonly Backlog[];
  /** Slots of runners that belong to no pool: they take their share first. */
  readonly otherSlots: number;
  /** Films that nobody can plan before a runner has told what it can do, as far as each is worth a machine of its own. */
  readonly unplannedBuilds: number;
  readonly nowMs: number;
};

/** What is to be done with a pool. `reason` is a sentence for the person who asks why. */
export type PoolDecision = {
  readonly pool: string;
  readonly wanted: number;
  readonly start: number;
  /** Machines that go: idle ones, and such as never came to work. */
  readonly stop: readonly string[];
  readonly reason: string;
};

/** A machine that is not there after so many times its usual start is given up. */
const lateTimes = 10;
const leastLateMs = 120_000;
/** However soon work is due, a machine is not asked to do it in less. */
const leastWindowMs = 1000;

/**
 * How many machines each pool should have: as many as do what waits by when it is due, cheapest pool first, from its minimum to its maximum. What is
 * too much for a pool is left to the next dearer one that can do it. Machines go only when they have been idle for the pool's time and are too many.
 */
export function planPools(now: PoolsNow): readonly PoolDecision[] {
  const byCost = now.pools
    .map((each, index) => ({ ...each, index }))
    .sort((a, b) => a.pool.costPerHour - b.pool.costPerHour || a.index - b.index);
  let backlog = now.backlog.filter(({ tasks }) => tasks > 0).map((each) => ({ ...each }));
  if (now.otherSlots > 0) backlog = leftOver(backlog, { share: shareOf(now, { backlog, slots: now.otherSlots }), takes: isAnywhere });
  let unplanned =
    now.otherSlots > 0 || now.pools.some(({ machines }) => machines.some(({ state }) => state === 'ready')) ? 0 : now.unplannedBuilds;
  const decided = byCost.map(({ pool, machines, index }) => {
    const takes = takenBy(pool);
    const mine = backlog.filter(takes);
    const need = neededBy({ pool, machines, backlog: mine, nowMs: now.nowMs });
    const least = Math.max(pool.minimum, Math.min(pool.maximum, Math.ceil(unplanned / pool.slots)));
    const films = Math.min(unplanned, least * pool.slots);
    unplanned -= films;
    const wanted = Math.min(pool.maximum, Math.max(least, need));
    const share = need === 0 ? 1 : Math.min(1, wanted / need);
    backlog = leftOver(backlog, { share, takes });
    const waiting = now.backlog.filter(takes).reduce((sum, { tasks }) => sum + tasks, 0);
    return { index, decision: decide({ pool, machines, wanted, need, films, waiting, mine, nowMs: now.nowMs }) };
  });
  return decided.sort((a, b) => a.index - b.index).map(({ decision }) => decision);
}

type Takes = (work: Backlog) => boolean;

function takenBy({ name, region: stands, capabilities }: Pool): Takes {
  return ({ kind, pool = null, region = null }) =>
    (capabilities?.includes(kind) ?? true) && (pool === null || pool === name) && (region === null || region === stands);
}

/** Of runners of no pool it is not known whether they are where some work must be done. */
function isAnywhere({ pool = null, region = null }: Backlog): boolean {
  return pool === null && region === null;
}

/** What stays of the work when a share of it (0..1) is taken by somebody. */
function leftOver(backlog: readonly Backlog[], { share, takes }: { readonly share: number; readonly takes: Takes }): Backlog[] {
  return backlog.flatMap((each) => {
    if (!takes(each)) return [each];
    const left = 1 - share;
    return left <= 0 ? [] : [{ ...each, tasks: each.tasks * left, workMs: each.workMs * left }];
  });
}

type Share = { readonly backlog: readonly Backlog[]; readonly slots: number };

/** The share of the work that these slots do by when it is due. */
function shareOf(now: PoolsNow, { backlog, slots }: Share): number {
  const target = Math.min(...now.pools.map(({ pool }) => pool.targetMs), Number.POSITIVE_INFINITY);
  const need = slotsFor(backlog.filter(isAnywhere), { windowOf: (dueMs) => (dueMs === null ? target : dueMs - now.nowMs), busyMs: 0 });
  return need <= 0 ? 1 : Math.min(1, slots / need);
}

type Windows = { readonly windowOf: (dueMs: number | null) => number; readonly busyMs: number };

/** Slots that do all work by its time: for each time, the work that is due until then (as in the test of schedulability by earliest deadline first). */
function slotsFor(backlog: readonly Backlog[], { windowOf, busyMs }: Windows): number {
  const byDue = backlog
    .map((each) => ({ ...each, windowMs: Math.max(leastWindowMs, windowOf(each.dueMs)) }))
    .sort((a, b) => a.windowMs - b.windowMs);
  let workMs = busyMs;
  let slots = 0;
  for (const each of byDue) {
    workMs += each.workMs;
    slots = Math.max(slots, workMs / each.windowMs);
  }
  return slots;
}

type Asked = {
  readonly pool: Pool;
  readonly machines: readonly PoolMachine[];
  readonly backlog: readonly Backlog[];
  readonly nowMs: number;
};

function neededBy({ pool, machines, backlog, nowMs }: Asked): number {
  const there = machines.filter(({ state }) => state !== 'stopping');
  const busy = there.reduce((sum, machine) => sum + machine.busy, 0);
  const tasks = Math.ceil(backlog.reduce((sum, each) => sum + each.tasks, 0) - 1e-9);
  if (tasks === 0 && busy === 0) return 0;
  const windowOf = (dueMs: number | null): number => (dueMs === null ? pool.targetMs : dueMs - nowMs) - startLeftMs(pool, there);
  const slots = slotsFor(backlog, { windowOf, busyMs: there.reduce((sum, { leftMs }) => sum + leftMs, 0) });
  // More slots than tasks help nobody; those at work stay.
  const most = Math.ceil((tasks + busy) / pool.slots);
  return Math.min(most, Math.max(1, Math.ceil(busy / pool.slots), Math.ceil(slots / pool.slots - 1e-9)));
}

/** Until more machines would work; nothing where some stand ready. */
function startLeftMs(pool: Pool, there: readonly PoolMachine[]): number {
  return there.some(({ state, busy }) => state === 'ready' && busy === 0) ? 0 : Math.min(pool.startMs, pool.targetMs / 2);
}

type Deciding = Omit<Asked, 'backlog'> & Omit<Why, 'pool' | 'busy' | 'late' | 'idle'>;

function decide({ pool, machines, wanted, nowMs, ...why }: Deciding): PoolDecision {
  const lateMs = Math.max(leastLateMs, lateTimes * pool.startMs);
  const late = machines.filter(({ state, sinceMs }) => state === 'starting' && nowMs - sinceMs > lateMs);
  const there = machines.filter((machine) => machine.state !== 'stopping' && !late.includes(machine));
  const spare = Math.max(0, there.length - wanted);
  const idle = there
    .filter(({ state, busy, idleSinceMs }) => state === 'ready' && busy === 0 && idleSinceMs !== null && nowMs - idleSinceMs >= pool.idleMs)
    .sort((a, b) => (a.idleSinceMs ?? 0) - (b.idleSinceMs ?? 0) || (a.id < b.id ? -1 : 1))
    .slice(0, spare);
  // What is on its way out may still cost: the maximum holds for all.
  const start = Math.max(0, Math.min(wanted, pool.maximum - (machines.length - there.length)) - there.length);
  return {
    pool: pool.name,
    wanted,
    start,
    stop: [...late, ...idle].map(({ id }) => id),
    reason: reasonOf({
      ...why,
      ...{ pool, wanted, late: late.length, idle: idle.length },
      busy: there.reduce((sum, machine) => sum + machine.busy, 0),
    }),
  };
}

type Why = {
  readonly pool: Pool;
  readonly wanted: number;
  /** Machines that its work alone would want. */
  readonly need: number;
  /** Films that wait to be planned on a machine of it. */
  readonly films: number;
  /** Tasks that it could do and that wait, those that are left to others among them. */
  readonly waiting: number;
  readonly mine: readonly Backlog[];
  readonly busy: number;
  readonly late: number;
  readonly idle: number;
};

function reasonOf({ pool, wanted, need, films, waiting, mine, busy, late, idle }: Why): string {
  const tasks = Math.ceil(mine.reduce((sum, each) => sum + each.tasks, 0) - 1e-9);
  const seconds = Math.round(mine.reduce((sum, each) => sum + each.workMs, 0) / 1000);
  const others = waiting === 1 ? 'the 1 task that waits is left to others' : `the ${waiting} tasks that wait are left to others`;
  const none = waiting > 0 ? others : 'nothing that it can do waits';
  const work = [
    ...(films > 0 ? [films === 1 ? '1 film waits to be planned' : `${films} films wait to be planned`] : []),
    ...(tasks > 0 ? [`${tasks === 1 ? '1 task' : `${tasks} tasks`} with ${seconds} s of work ${tasks === 1 ? 'waits' : 'wait'}`] : []),
    ...(busy > 0 && tasks === 0 ? [busy === 1 ? '1 task is at work' : `${busy} tasks are at work`] : []),
  ];
  const limit =
    need > pool.maximum
      ? `, its maximum is ${pool.maximum}`
      : wanted === pool.minimum && need < pool.minimum
        ? `, its minimum is ${pool.minimum}`
        : '';
  const gone = [
    ...(late > 0 ? [`${late} never came to work`] : []),
    ...(idle > 0 ? [`${idle} had nothing to do for ${Math.round(pool.idleMs / 1000)} s`] : []),
  ];
  return `${work.length > 0 ? work.join(', ') : none}${limit}${gone.length > 0 ? `; ${gone.join(', ')}` : ''}`;
}
