import type { Pool, TaskKind } from '@filmwright/contracts';

/** Work that waits, of one kind and one time by which it should be done; `dueMs` null is within the pool's own target. Instants are of one clock. */
export type Backlog = {
  readonly kind: TaskKind;
  readonly tasks: number;
  readonly workMs: number;
  readonly dueMs: number | null;
  /** What a runner must offer for it; whoever does the kind where that is null or left out. */
  readonly capability?: string | null;
  /** GPUs that each of its tasks has to itself, and the memory (MiB) that it takes on each; none where they are left out. */
  readonly gpus?: number;
  readonly vramMib?: number;
  /** Where it must be done; anywhere where that is null or left out. */
  readonly pool?: string | null;
  readonly region?: string | null;
};

/** What a machine can do, as its runner offered it. */
export type Ability = {
  readonly capabilities: ReadonlySet<string>;
  /** Memory (MiB) of each GPU that it has for tasks. */
  readonly devicesMib: readonly number[];
  readonly slots: number;
};

/** Tasks under way, a batch as one and one of several GPUs once for each, and what is left of them as estimated. */
export type Load = { readonly tasks: number; readonly leftMs: number };

/** Work goes to places of two kinds, which a machine has side by side. */
export const placeKinds = ['slots', 'devices'] as const;
export type PlaceKind = (typeof placeKinds)[number];
export type PerPlace<Value> = Readonly<Record<PlaceKind, Value>>;

export type Takes = (work: Backlog) => boolean;
type Where = { readonly name: string | null; readonly region: string | null };

/** However soon work is due, a machine is not asked to do it in less. */
const leastWindowMs = 1000;

export function placeKindOf({ gpus = 0 }: Backlog): PlaceKind {
  return gpus > 0 ? 'devices' : 'slots';
}

/** Whether work may be done there at all. */
export function mayTake({ name, region: stands, capabilities }: Where & { readonly capabilities?: Pool['capabilities'] }): Takes {
  return ({ kind, pool = null, region = null }) =>
    (capabilities?.includes(kind) ?? true) && (pool === null || pool === name) && (region === null || region === stands);
}

/** Whether a machine can do work. Of one whose ability nobody knows that is not known either: it is taken to. */
export function canDo(ability: Ability | null): Takes {
  return (work) =>
    ability === null ||
    ((work.capability == null || ability.capabilities.has(work.capability)) && placesOf(work, { ability, slots: 1 }) > 0);
}

type Placing = { readonly ability: Ability | null; readonly slots: number };

/** Tasks of some work that a machine does at once. `slots` are those of one that nobody knows more of. */
function placesOf({ gpus = 0, vramMib = 0 }: Backlog, { ability, slots }: Placing): number {
  if (gpus === 0) return ability?.slots ?? slots;
  return ability === null ? 1 : Math.floor(ability.devicesMib.filter((mib) => mib >= vramMib).length / gpus);
}

type Crew = Placing & {
  readonly windowOf: (dueMs: number | null) => number;
  readonly load: PerPlace<Load>;
};

/** What work asks of machines of an ability that can do it, by kind of place, in machines: all its tasks at once, those under way, and as many as do all by its time. */
export type Asking = PerPlace<{ readonly atOnce: number; readonly busy: number; readonly inTime: number }>;

/** What `backlog`, all of which the machines can do, asks of them. */
export function askingOf(backlog: readonly Backlog[], crew: Crew): Asking {
  const of = (kind: PlaceKind): Asking[PlaceKind] => {
    const mine = backlog
      .filter((work) => placeKindOf(work) === kind)
      .map((work) => {
        const places = Math.max(1, placesOf(work, crew));
        return { ...work, tasks: work.tasks / places, workMs: work.workMs / places };
      });
    const places = Math.max(1, kind === 'slots' ? (crew.ability?.slots ?? crew.slots) : (crew.ability?.devicesMib.length ?? 1));
    const busy = crew.load[kind].tasks / places;
    return {
      atOnce: busy + mine.reduce((sum, { tasks }) => sum + tasks, 0),
      busy,
      inTime: inTime(mine, { windowOf: crew.windowOf, busyMs: crew.load[kind].leftMs / places }),
    };
  };
  return { slots: of('slots'), devices: of('devices') };
}

type Windows = Pick<Crew, 'windowOf'> & { readonly busyMs: number };

/** Machines that do all work by its time: for each time, the work that is due until then (as in the test of schedulability by earliest deadline first). */
function inTime(backlog: readonly Backlog[], { windowOf, busyMs }: Windows): number {
  const byDue = backlog
    .map((each) => ({ ...each, windowMs: Math.max(leastWindowMs, windowOf(each.dueMs)) }))
    .sort((a, b) => a.windowMs - b.windowMs);
  let workMs = busyMs;
  let machines = 0;
  for (const each of byDue) {
    workMs += each.workMs;
    machines = Math.max(machines, workMs / each.windowMs);
  }
  return machines;
}

/** Less of a task is nothing: shares do not always add up to one. */
const leastTasks = 1e-6;

/** What stays of the work when shares of it (0..1) are taken by somebody. */
export function leftOver(
  backlog: readonly Backlog[],
  { shares, takes }: { readonly shares: PerPlace<number>; readonly takes: Takes },
): readonly Backlog[] {
  return backlog.flatMap((each) => {
    if (!takes(each)) return [each];
    const left = 1 - shares[placeKindOf(each)];
    return each.tasks * left < leastTasks ? [] : [{ ...each, tasks: each.tasks * left, workMs: each.workMs * left }];
  });
}

/** Runners that belong to no pool and are alike. */
export type OtherRunners = {
  /** Null while nobody knows it: they take nothing then. */
  readonly ability: Ability | null;
  readonly runners: number;
  readonly pool: string | null;
  readonly region: string | null;
  readonly load: PerPlace<Load>;
};

/** What runners of no pool leave of the work: each takes what it can do within its time, those that can do least first. */
export function leftByOthers(
  backlog: readonly Backlog[],
  { others, windowOf }: Pick<Crew, 'windowOf'> & { readonly others: readonly OtherRunners[] },
): readonly Backlog[] {
  let left = backlog;
  const able = others.flatMap(({ ability, pool: name, region, ...each }) => {
    if (ability === null) return [];
    const [may, can] = [mayTake({ name, region }), canDo(ability)];
    const takes: Takes = (work) => may(work) && can(work);
    return [{ ...each, ability, takes, lines: backlog.filter(takes).length }];
  });
  for (const { ability, takes, runners, load } of able.sort((a, b) => a.lines - b.lines)) {
    const asking = askingOf(left.filter(takes), { ability, slots: ability.slots, windowOf, load });
    const shareOf = (kind: PlaceKind): number => (asking[kind].inTime <= 0 ? 1 : Math.min(1, runners / asking[kind].inTime));
    left = leftOver(left, { takes, shares: { slots: shareOf('slots'), devices: shareOf('devices') } });
  }
  return left;
}
