import type { Pool } from '@filmwright/contracts';
import { type Backlog, type PoolDecision, type PoolMachine, planPools } from '@filmwright/core';
import type { MachineRow, PoolFacts } from '@filmwright/records';

type Runner = PoolFacts['runners'][number];
type Seen = { readonly state: PoolMachine['state']; readonly sinceMs: number; readonly idleSinceMs: number | null };

/** What a person waits for should begin at once; what may wait for a quiet hour may wait so long. */
const interactiveMs = 10_000;
const bulkMs = 15 * 60_000;

export type Sizing = {
  readonly decide: (now: {
    readonly facts: PoolFacts;
    readonly machines: readonly MachineRow[];
    readonly nowMs: number;
  }) => readonly PoolDecision[];
};

/** Follows the machines of pools from look to look, since when each is ready and idle, and plans their number. */
export function createSizing(pools: readonly Pool[]): Sizing {
  let seen = new Map<string, Seen>();
  return {
    decide({ facts, machines, nowMs }) {
      const next = new Map<string, Seen>();
      const machineOf = (row: MachineRow): PoolMachine => {
        const runners = runnersOf(row.id, facts);
        const busy = runners.reduce((sum, runner) => sum + runner.busy, 0);
        const state = row.state === 'stopping' ? 'stopping' : runners.length > 0 ? 'ready' : 'starting';
        const last = seen.get(row.id);
        const sinceMs = last?.state === state ? last.sinceMs : last === undefined ? nowMs - row.ageMs : nowMs;
        const idleSinceMs = state === 'ready' && busy === 0 ? (last?.idleSinceMs ?? nowMs) : null;
        next.set(row.id, { state, sinceMs, idleSinceMs });
        return { id: row.id, state, sinceMs, busy, leftMs: runners.reduce((sum, runner) => sum + runner.leftMs, 0), idleSinceMs };
      };
      const now = pools.map((pool) => ({ pool, machines: machines.filter((row) => row.pool === pool.name).map(machineOf) }));
      seen = next;
      const others = facts.runners.filter(({ name }) => !machines.some(({ id }) => isOf(id, name)));
      return planPools({
        pools: now,
        backlog: facts.waiting.map(({ priority, dueInMs, ...work }): Backlog => ({ ...work, dueMs: dueMs({ priority, dueInMs }, nowMs) })),
        otherSlots: others.reduce((sum, { slots }) => sum + slots, 0),
        // Of films that nobody waits for, one machine shows what they take.
        unplannedBuilds: facts.waiting.length > 0 ? 0 : facts.interactiveBuilds + Math.min(1, facts.activeBuilds - facts.interactiveBuilds),
        nowMs,
      });
    },
  };
}

/** The runners of a machine: one that joined by a token has a mark of its credential behind its name. */
function runnersOf(id: string, { runners }: Pick<PoolFacts, 'runners'>): readonly Runner[] {
  return runners.filter(({ name }) => isOf(id, name));
}

function isOf(id: string, name: string): boolean {
  return name === id || name.startsWith(`${id}/`);
}

function dueMs({ priority, dueInMs }: Pick<PoolFacts['waiting'][number], 'priority' | 'dueInMs'>, nowMs: number): number | null {
  if (dueInMs !== null) return nowMs + dueInMs;
  return priority === 'normal' ? null : nowMs + (priority === 'interactive' ? interactiveMs : bulkMs);
}
