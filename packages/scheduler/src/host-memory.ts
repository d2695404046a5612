import type { Demand } from './demand.ts';
import { type Host, neighbours } from './fleet.ts';
import type { State } from './state.ts';

/** So much of a machine's memory models that run may take together; the rest is for what they work on. */
const part = 0.8;

/** Memory of the machine that a task's model takes while it runs, MiB; 0 where it has none, or none that was measured. */
export function needMib(state: State, { model }: Pick<Demand, 'model'>): number {
  return model === null ? 0 : (state.costs.models.get(model)?.hostMib ?? 0);
}

/** Whether a model that takes so much fits in beside those that run on a host's machine. Alone one is always tried; of machines that do not tell what they have nothing is known. */
export function hasRoom(state: State, { host, mib }: { readonly host: Host; readonly mib: number }): boolean {
  const { memoryMib } = host.facts;
  if (mib === 0 || memoryMib === undefined) return true;
  let takenMib = 0;
  for (const { running } of neighbours(state.fleet, host)) for (const { task } of running) takenMib += needMib(state, task);
  return takenMib === 0 || takenMib + mib <= part * memoryMib;
}

/** Of hosts without room the one whose models have ended soonest; null where there is none. */
export function soonestRoom(state: State, hosts: Iterable<Host>): Host | null {
  let found: Host | null = null;
  let leastMs = Number.POSITIVE_INFINITY;
  for (const host of hosts) {
    let endMs = Number.NEGATIVE_INFINITY;
    for (const { running } of neighbours(state.fleet, host))
      for (const { task, expectedEndMs } of running) if (needMib(state, task) > 0) endMs = Math.max(endMs, expectedEndMs);
    if (endMs === Number.NEGATIVE_INFINITY || endMs >= leastMs) continue;
    found = host;
    leastMs = endMs;
  }
  return found;
}
