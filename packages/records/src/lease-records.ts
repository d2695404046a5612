import type { Lease, Task, TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import type { Records } from './records.ts';
import { uuidv7 } from './uuidv7.ts';

type LeaseRow = {
  key: string;
  kind: TaskKind;
  version: number;
  toolchain: string;
  payload: unknown;
  inputs: string[];
  estimate_ms: number;
  fence: string;
  attempts: number;
};
const leaseColumns = 't.key, t.kind, t.version, t.toolchain, t.payload, t.inputs, t.estimate_ms, t.fence, t.attempts';

/** Giving leases and renewing them (SPEC.md, L). */
export function leaseRecords({ rows, transaction }: Database): Pick<Records, 'leaseTasks' | 'renewLeases'> {
  return {
    leaseTasks({ runnerId, max, leaseMs }) {
      const request = uuidv7();
      return transaction(async (client, tries) => {
        if (tries > 0) {
          const { rows: given } = await client.query<LeaseRow>(
            `select ${leaseColumns} from task t join attempt a on a.workspace_id = t.workspace_id and a.key = t.key and a.fence = t.fence
             where t.runner_id = $1 and t.state = 'leased' and a.request = $2`,
            [runnerId, request],
          );
          if (given.length > 0) return given.map((row) => leaseOf(row, leaseMs));
        }
        // Offers are compared as `kind toolchain`; a task without a toolchain needs none.
        const { rows: leased } = await client.query<LeaseRow>(
          `with offered as (
             select offer->>'name' as name, array(select json_array_elements_text(offer->'kinds')) as kinds,
               array(select k || ' ' || coalesce(offer->'toolchain'->>k, '') from json_array_elements_text(offer->'kinds') k) as pairs
             from runner where id = $1
           ), picked as (
             select t.workspace_id, t.key from task t
             where t.state = 'waiting' and t.wanted_by is not null and t.not_before <= now()
               and t.kind = any((select kinds from offered)::text[])
               and (t.toolchain = '' or t.kind || ' ' || t.toolchain = any((select pairs from offered)::text[]))
             order by t.urgency, t.wanted_by, t.estimate_ms desc, t.key
             limit $2 for update skip locked
           ), taken as (
             update task t set state = 'leased', fence = nextval('task_fence'), runner_id = $1, lease_until = now() + $3 * interval '1 millisecond',
               percent = 0, attempts = t.attempts + 1, ran_for = t.wanted_by
             from picked p where t.workspace_id = p.workspace_id and t.key = p.key returning t.*
           ), noted as (
             insert into attempt (workspace_id, key, fence, runner_id, runner_name, heard_at, request)
             select workspace_id, key, fence, $1, (select name from offered), now(), $4 from taken
           )
           select ${leaseColumns} from taken t order by t.urgency, t.wanted_by, t.estimate_ms desc, t.key`,
          [runnerId, max, leaseMs, request],
        );
        return leased.map((row) => leaseOf(row, leaseMs));
      });
    },
    async renewLeases({ runnerId, leases, leaseMs }) {
      await rows('update runner set seen_at = now() where id = $1', [runnerId]);
      if (leases.length === 0) return [];
      // In order of keys, so that two writers of many rows cannot wait for each other. A lease that ran out but was given to nobody comes to life again.
      const renewed = await rows<{ key: string }>(
        `with held as (
           select t.workspace_id, t.key, t.fence, l.percent from task t join unnest($2::text[], $3::bigint[], $4::real[]) as l(key, fence, percent)
             on t.key = l.key and t.fence = l.fence
           where t.runner_id = $1 and (t.state = 'leased' or t.state = 'waiting' and t.wanted_by is not null and exists (
             select from attempt a where a.workspace_id = t.workspace_id and a.key = t.key and a.fence = t.fence and a.outcome = 'lost'))
           order by t.workspace_id, t.key for update of t
         ), heard as (
           update attempt a set heard_at = now(), outcome = null, ended_at = null from held h
           where a.workspace_id = h.workspace_id and a.key = h.key and a.fence = h.fence
         )
         update task t set lease_until = now() + $5 * interval '1 millisecond', percent = h.percent, state = 'leased',
           lost = case when t.state = 'waiting' then greatest(0, t.lost - 1) else t.lost end,
           attempts = case when t.state = 'waiting' then t.attempts + 1 else t.attempts end
         from held h where t.workspace_id = h.workspace_id and t.key = h.key returning t.key`,
        [runnerId, leases.map((lease) => lease.key), leases.map((lease) => lease.fence), leases.map((lease) => lease.percent), leaseMs],
      );
      const held = new Set(renewed.map((row) => row.key));
      return leases.map((lease) => lease.key).filter((key) => !held.has(key));
    },
  };
}

function leaseOf(row: LeaseRow, leaseMs: number): Lease {
  const { key, kind, version, toolchain, payload, inputs } = row;
  const task = { key, kind, version, toolchain, payload, inputs, estimateMs: row.estimate_ms } as Task;
  return { task, fence: Number(row.fence), attempt: row.attempts, leaseMs };
}
