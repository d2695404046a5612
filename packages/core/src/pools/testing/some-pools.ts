import { type Pool, poolSchema } from '@filmwright/contracts';
import type { PoolNow } from '../plan-pools.ts';
import type { PoolMachine } from '../pool-supply.ts';
import type { Ability, Backlog, OtherRunners } from '../pool-work.ts';

export const nowMs = 1_000_000;
const none = { tasks: 0, leftMs: 0 };

export function pool(changes: Partial<Pool> = {}): Pool {
  return poolSchema.parse({ name: 'one', maximum: 8, startMs: 0, ...changes });
}

export function work(changes: Partial<Backlog> = {}): Backlog {
  return { kind: 'encode', tasks: 10, workMs: 60_000, dueMs: null, ...changes };
}

/** One that has had nothing to do for ten minutes. */
export function machine(id: string, changes: Partial<PoolMachine> = {}): PoolMachine {
  const load = { slots: none, devices: none };
  return { id, state: 'ready', sinceMs: nowMs - 600_000, load, idleSinceMs: nowMs - 600_000, ...changes };
}

export function busy(id: string): PoolMachine {
  return machine(id, { load: { slots: { tasks: 1, leftMs: 5000 }, devices: none }, idleSinceMs: null });
}

/** One that was asked for so long ago. */
export function starting(id: string, agoMs: number, changes: Partial<PoolMachine> = {}): PoolMachine {
  return machine(id, { state: 'starting', sinceMs: nowMs - agoMs, idleSinceMs: null, ...changes });
}

/** A pool of which nothing is known yet. */
export function poolNow(some: Pool, machines: readonly PoolMachine[] = [], changes: Partial<PoolNow> = {}): PoolNow {
  return { pool: some, machines, ability: null, offeredAgoMs: 0, memory: { startMs: null, shortAgoMs: null }, ...changes };
}

export function ability(capabilities: readonly string[], changes: Partial<Ability> = {}): Ability {
  return { capabilities: new Set(capabilities), devicesMib: [], slots: 1, ...changes };
}

/** Runners of no pool with so many slots together, which do whatever needs no more than a slot. */
export function others(slots: number, can: Ability = ability([])): readonly OtherRunners[] {
  return slots === 0 ? [] : [{ ability: can, runners: slots, pool: null, region: null, load: { slots: none, devices: none } }];
}
