import type { Pool, RunnerOffer } from '@filmwright/contracts';
import { type PoolDecision, planPools } from '@filmwright/core/pools/plan-pools';
import { mayCome, scoutingOf } from '@filmwright/core/pools/pool-scout';
import type { PoolMachine } from '@filmwright/core/pools/pool-supply';
import type { Backlog, OtherRunners } from '@filmwright/core/pools/pool-work';
import type { MachineRow, PoolFacts, PoolMemoryRow, Scout } from '@filmwright/records';
import { type Abilities, createAbilities } from './abilities.ts';

type Runner = PoolFacts['runners'][number];
type Seen = {
  readonly state: PoolMachine['state'];
  readonly sinceMs: number;
  readonly idleSinceMs: number | null;
  readonly hasCome: boolean;
};

/** What a person waits for should begin at once; what may wait for a quiet hour may wait so long. */
const interactiveMs = 10_000;
const bulkMs = 15 * 60_000;

export type Look = {
  readonly facts: PoolFacts;
  readonly machines: readonly MachineRow[];
  readonly memories: readonly PoolMemoryRow[];
  readonly nowMs: number;
};

export type Sizing = {
  /** Ids of runners whose offers are needed for a look and were not set yet. */
  readonly unknown: (look: Pick<Look, 'facts' | 'machines' | 'memories'>) => readonly string[];
  readonly setOffers: (offers: readonly { readonly id: string; readonly offer: RunnerOffer }[]) => void;
  readonly decide: (look: Look) => {
    readonly decisions: readonly PoolDecision[];
    /** Machines that came since the look before, and how long that took. */
    readonly came: readonly { readonly pool: string; readonly startMs: number }[];
    /** Pools of which a scout is asked for from now on, and which one after another that is. */
    readonly scouts: readonly Scout[];
  };
};

/** Follows the machines of pools from look to look, since when each is ready and idle, and plans their number. */
export function createSizing(pools: readonly Pool[]): Sizing {
  let seen = new Map<string, Seen>();
  let ledSinceMs: number | null = null;
  const abilities = createAbilities();
  return {
    unknown({ facts, machines, memories }) {
      const ids = [...othersOf(facts, machines).map(({ id }) => id), ...memories.flatMap(({ runnerId }) => runnerId ?? [])];
      return abilities.keep(ids);
    },
    setOffers: abilities.set,
    decide({ facts, machines, memories, nowMs }) {
      ledSinceMs ??= nowMs;
      const next = new Map<string, Seen>();
      const came: { pool: string; startMs: number }[] = [];
      const runnersOf = byMachine(facts, machines);
      const machineOf = (row: MachineRow): PoolMachine => {
        const runners = runnersOf.get(row.id) ?? [];
        const load = { slots: sumOf(runners, 'slots'), devices: sumOf(runners, 'devices') };
        const state = row.state === 'stopping' ? 'stopping' : runners.length > 0 ? 'ready' : 'starting';
        const last = seen.get(row.id);
        const sinceMs = last?.state === state ? last.sinceMs : last === undefined ? nowMs - row.ageMs : nowMs;
        const isIdle = state !== 'starting' && load.slots.tasks + load.devices.tasks === 0;
        const idleSinceMs = isIdle ? (last?.idleSinceMs ?? nowMs) : null;
        // What a leader before saw come it has noted. One whose runner left to offer anew, or that was lost and brought again, came before.
        if (state === 'ready' && last?.hasCome === false && !row.isOutdated) came.push({ pool: row.pool, startMs: nowMs - last.sinceMs });
        next.set(row.id, { state, sinceMs, idleSinceMs, hasCome: state === 'ready' || (last ?? row).hasCome });
        return {
          id: row.id,
          state,
          sinceMs,
          load,
          idleSinceMs,
          refused: row.refused,
          endsInMs: row.endsInMs,
          isOutdated: row.isOutdated,
          losses: row.losses,
          isResting: runners.every(({ resting }) => resting),
        };
      };
      const ledMs = nowMs - ledSinceMs;
      const due: Scout[] = [];
      const now = pools.map((pool) => {
        const memory = memories.find(({ name }) => name === pool.name);
        const { runnerId = null, startMs = null, shortAgoMs = null, bringing = [] } = memory ?? {};
        const agoMs = memory?.offeredAgoMs ?? Number.POSITIVE_INFINITY;
        const scouting = memory !== undefined && facts.awaited.includes(pool.name) ? scoutingOf(pool, memory) : null;
        if (scouting === 'due' || scouting === 'again')
          due.push({ pool: pool.name, count: scouting === 'again' ? (memory?.scouts ?? 0) + 1 : 1 });
        return {
          pool,
          machines: machines.filter((row) => row.pool === pool.name).map(machineOf),
          ability: runnerId === null ? null : abilities.of(runnerId),
          // The program may be another than the one before: its machines too.
          offeredAgoMs: agoMs > ledMs ? Number.POSITIVE_INFINITY : agoMs,
          memory: { startMs, shortAgoMs: came.some((one) => one.pool === pool.name) ? null : shortAgoMs },
          isAwaited: scouting !== null && (mayCome(scouting) || bringing.length > 0),
        };
      });
      seen = next;
      const decisions = planPools({
        pools: now,
        backlog: backlogOf(facts, { abilities, nowMs }),
        others: otherRunners(othersOf(facts, machines), abilities),
        unplannedBuilds: facts.waiting.length > 0 || memories.some(({ runnerId }) => runnerId !== null) ? 0 : unplannedIn(facts),
        nowMs,
      });
      // Until one can come no time is counted in which it did not.
      const scouts = due.filter(({ pool }) => !decisions.some((one) => one.pool === pool && one.isFull));
      return { decisions, came, scouts };
    },
  };
}

/** Of films that nobody waits for, one machine shows what they take. */
function unplannedIn({ activeBuilds, interactiveBuilds }: PoolFacts): number {
  return interactiveBuilds + Math.min(1, activeBuilds - interactiveBuilds);
}

type Needing = { readonly abilities: Abilities; readonly nowMs: number };

function backlogOf({ waiting }: Pick<PoolFacts, 'waiting'>, { abilities, nowMs }: Needing): readonly Backlog[] {
  return waiting.map(({ kind, version, toolchain, model, gpus, vramMib, tasks, workMs, pool, region, ...due }) => ({
    ...{ kind, tasks, workMs, pool, region, dueMs: dueMs(due, nowMs) },
    ...abilities.needsOf({ kind, version, toolchain, model, gpus, vramMib }),
  }));
}

/** Runners that take tasks and are of no machine, or of one that came before its pool was changed. */
function othersOf({ runners }: Pick<PoolFacts, 'runners'>, machines: readonly MachineRow[]): readonly Runner[] {
  const ids = new Set(machines.filter(({ isOutdated }) => !isOutdated).map(({ id }) => id));
  return runners.filter(({ name, draining, resting }) => !draining && !resting && !ids.has(machineIn(name)));
}

/** Those that can do the same in the same place together. */
function otherRunners(runners: readonly Runner[], abilities: Abilities): readonly OtherRunners[] {
  const groups = new Map<string, OtherRunners>();
  for (const { id, pool, region, slots, devices } of runners) {
    const ability = abilities.of(id);
    const name = JSON.stringify([abilities.groupOf(id), pool, region]);
    const before = groups.get(name);
    const load = {
      slots: plus(before?.load.slots, slots),
      devices: plus(before?.load.devices, devices),
    };
    groups.set(name, { ability, pool, region, runners: (before?.runners ?? 0) + 1, load });
  }
  return [...groups.values()];
}

function plus(a: Runner['slots'] | undefined, b: Runner['slots']): Runner['slots'] {
  return { tasks: (a?.tasks ?? 0) + b.tasks, leftMs: (a?.leftMs ?? 0) + b.leftMs };
}

function sumOf(runners: readonly Runner[], places: 'slots' | 'devices'): Runner['slots'] {
  return runners.reduce((sum, runner) => plus(sum, runner[places]), { tasks: 0, leftMs: 0 });
}

function byMachine({ runners }: Pick<PoolFacts, 'runners'>, machines: readonly MachineRow[]): ReadonlyMap<string, readonly Runner[]> {
  const found = new Map<string, Runner[]>(machines.map(({ id }) => [id, []]));
  for (const runner of runners) found.get(machineIn(runner.name))?.push(runner);
  return found;
}

/** The machine of a runner, if it is of one: one that joined by a token has a mark of its credential behind its name. */
function machineIn(name: string): string {
  return name.split('/')[0] ?? name;
}

function dueMs({ priority, dueInMs }: Pick<PoolFacts['waiting'][number], 'priority' | 'dueInMs'>, nowMs: number): number | null {
  if (dueInMs !== null) return nowMs + dueInMs;
  return priority === 'normal' ? null : nowMs + (priority === 'interactive' ? interactiveMs : bulkMs);
}
