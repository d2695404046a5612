import type { Lease, Task, TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { freeStopped } from './endings.ts';
import type { Records } from './records.ts';
import { isUuid, uuidv7 } from './uuidv7.ts';

type LeaseRow = {
  workspace_id: string;
  key: string;
  kind: TaskKind;
  version: number;
  toolchain: string;
  payload: unknown;
  inputs: string[];
  estimate_ms: number;
  rank: number;
  fence: string;
  attempts: number;
  resume: unknown;
  devices: string[];
  unload: string | null;
  batch: string | null;
};

/** A sign of life; one that comes soon after another writes nothing. A runner that was silent for too long is back. */
const alive = `update runner set seen_at = now(), gone_at = null where id = $1 and (seen_at < now() - interval '1 second' or gone_at is not null)`;

const inTurn = 'priority_rank(t.priority), t.turn_at, t.wanted_by, t.rank, t.estimate_ms desc, t.key';

/** What was granted to the runner and not delivered yet, batches whole; what a request took whose answer was lost is given again. */
const deliver = `
  with alive as (${alive}), before as (
    select workspace_id, key, fence, batch, devices, unload from attempt where runner_id = $1 and ended_at is null and request = $4
  ), fresh as (
    select a.workspace_id, a.key, a.fence, a.batch from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
    where a.runner_id = $1 and a.ended_at is null and a.delivered_at is null and not exists (select from before)
    order by ${inTurn} limit $2 for update of a skip locked
  ), whole as (
    select workspace_id, key, fence from fresh union
    select a.workspace_id, a.key, a.fence from attempt a join fresh f on f.batch = a.batch
    where a.runner_id = $1 and a.ended_at is null and a.delivered_at is null
  ), given as (
    update attempt a set delivered_at = now(), heard_at = now(), lease_until = now() + $3::float8 * interval '1 millisecond', request = $4
    from whole f where a.fence = f.fence and a.workspace_id = f.workspace_id and a.key = f.key and coalesce(a.ended_at, 'infinity') = 'infinity'
    returning a.workspace_id, a.key, a.fence, a.batch, a.devices, a.unload
  )
  select t.workspace_id, t.key, t.kind, t.version, t.toolchain, t.payload, t.inputs, t.estimate_ms, t.rank, t.fence, t.attempts, t.resume, g.devices, g.unload, g.batch
  from (select * from before union all select * from given) g join task t on t.workspace_id = g.workspace_id and t.key = g.key and t.fence = g.fence
  order by ${inTurn}`;

/** Delivering leases, and freeing places of what was stopped (SPEC.md, L). */
export function leaseRecords({ prepared }: Database): Pick<Records, 'leaseTasks' | 'noteStopped'> {
  return {
    async leaseTasks({ runnerId, max, leaseMs, request = uuidv7() }) {
      if (!isUuid(runnerId)) return [];
      const found = await prepared<LeaseRow>({ name: 'deliver', text: deliver, values: [runnerId, max, leaseMs, request] });
      return found.map((row) => leaseOf(row, leaseMs));
    },
    async noteStopped({ runnerId, fences, held }) {
      if (!isUuid(runnerId) || (fences !== undefined && fences.length === 0)) return;
      const [name, which] = fences === undefined ? ['free-others', 'not (a.fence = any($2))'] : ['free-stopped', 'a.fence = any($2)'];
      await prepared({ name, text: freeStopped(`a.runner_id = $1 and ${which}`), values: [runnerId, fences ?? held] });
    },
  };
}

function leaseOf(row: LeaseRow, leaseMs: number): Lease {
  const { key, kind, version, toolchain, payload, inputs } = row;
  const task = { key, kind, version, toolchain, payload, inputs, estimateMs: row.estimate_ms, rank: row.rank } as Task;
  return {
    task,
    workspaceId: row.workspace_id,
    fence: Number(row.fence),
    attempt: row.attempts,
    leaseMs,
    ...(row.resume !== null && { resume: row.resume }),
    ...(row.devices.length > 0 && { devices: row.devices }),
    ...(row.unload !== null && { unload: row.unload.split('\n').filter((name) => name !== '') }),
    ...(row.batch !== null && { batch: row.batch }),
  };
}
