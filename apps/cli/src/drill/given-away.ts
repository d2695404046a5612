import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerGround } from './fault.ts';

/** Keys of the tasks of a runner. */
export type Held = { readonly runnerId: string | undefined; readonly keys: readonly string[] };

/** What a runner has to do just now. */
export async function heldOf({ records }: Pick<RunnerGround, 'records'>, pid: number | undefined): Promise<Held> {
  const runnerId = (await records.runners()).find((one) => one.pid === pid)?.runnerId;
  const { tasks } = await records.fleetSnapshot();
  return { runnerId, keys: tasks.flatMap(({ key, lease }) => (lease !== null && lease.runnerId === runnerId ? [key] : [])) };
}

/** A grant that its runner did not ask for is taken back only then. */
const pickUpMs = 10_000;

/** Waits until another has what a runner had, or has done it; false where nobody has within a time that suffices on a busy machine. */
export async function givenAway(
  { records, leaseMs }: Pick<RunnerGround, 'records' | 'leaseMs'>,
  { runnerId, keys }: Held,
): Promise<boolean> {
  for (const untilMs = performance.now() + 4 * leaseMs() + 2 * pickUpMs; performance.now() < untilMs; await sleep(50)) {
    const { tasks } = await records.fleetSnapshot();
    if (tasks.every(({ key, lease }) => !keys.includes(key) || (lease !== null && lease.runnerId !== runnerId))) return true;
  }
  return false;
}
