import assert from 'node:assert/strict';
import type { Lease } from '@filmwright/contracts';
import type { Records } from '../records.ts';
import type { FleetSnapshot, Grant, ScheduleStore, TaskDemand } from '../schedule-store.ts';

type Fleet = Pick<Records, 'leaseTasks' | 'renewLeases'> & ScheduleStore;
const epochs = new WeakMap<ScheduleStore, Promise<number>>();

/** The number under which tests grant; drawn once for each opened records. */
export function epochOf(records: ScheduleStore): Promise<number> {
  const known = epochs.get(records) ?? records.takeLead();
  epochs.set(records, known);
  return known;
}

/** Waiting tasks that a runner can do, most pressing first, then those of older builds, smaller ranks, longer ones. */
export function fitting({ tasks, runners }: FleetSnapshot, runnerId: string): readonly TaskDemand[] {
  const runner = runners.find((one) => one.runnerId === runnerId);
  if (runner === undefined) return [];
  const { kinds, toolchain } = runner.offer;
  const order = ['interactive', 'normal', 'bulk'];
  return tasks
    .flatMap(({ state, demand }) => (state === 'waiting' && demand !== null && demand.readyInMs <= 0 ? [demand] : []))
    .filter((one) => kinds.includes(one.kind) && (one.toolchain === '' || one.toolchain === toolchain[one.kind]))
    .sort(
      (a, b) =>
        order.indexOf(a.priority) - order.indexOf(b.priority) ||
        Math.round(b.turnAgoMs - a.turnAgoMs) ||
        (a.buildId < b.buildId ? -1 : a.buildId > b.buildId ? 1 : 0) ||
        a.rank - b.rank ||
        b.estimateMs - a.estimateMs ||
        (a.key < b.key ? -1 : 1),
    );
}

/** A grant of a test. */
export function grantOf({ workspaceId, key, estimateMs }: TaskDemand, runnerId: string): Grant {
  return { workspaceId, key, runnerId, devices: [], expectedMs: estimateMs, reason: 'a slot is free' };
}

/** Leads for a moment: hears of a runner, grants it what waits and suits it, then gives it that. */
export async function leaseGranted(
  records: Fleet,
  { runnerId, max, leaseMs }: { readonly runnerId: string; readonly max: number; readonly leaseMs: number },
): Promise<readonly Lease[]> {
  const epoch = await epochOf(records);
  await records.renewLeases({ runnerId, leases: [], leaseMs });
  const found = fitting(await records.fleetSnapshot(), runnerId).slice(0, max);
  await records.grantTasks({ epoch, grants: found.map((task) => grantOf(task, runnerId)) });
  return records.leaseTasks({ runnerId, max, leaseMs });
}

/** The one task that `leaseGranted` gives a runner next, for a minute; fails where there is none. */
export async function leaseOne(
  records: Fleet,
  { runnerId, leaseMs = 60_000 }: { readonly runnerId: string; readonly leaseMs?: number },
): Promise<Lease> {
  const [lease] = await leaseGranted(records, { runnerId, max: 1, leaseMs });
  return lease ?? assert.fail(`nothing waits that runner ${runnerId} could do`);
}
