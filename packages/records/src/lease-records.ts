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
  rank: number;
  fence: string;
  attempts: number;
};
/** One row for each lease, or a single one without a key; `seen` counts the ready tasks that were looked at. */
type AnswerRow = { readonly seen: number } & (LeaseRow | { readonly key: null });

/** So many ready tasks beyond those asked for are looked at, since others may be taking the first ones. */
const spare = 16;
const mostLooks = 8;
const betweenLooksMs = 5;

const leaseColumns = 't.key, t.kind, t.version, t.toolchain, t.payload, t.inputs, t.estimate_ms, t.rank, t.fence, t.attempts';

/** What a request took whose answer was lost with its connection. */
const givenFor = `
  select 0 as seen, ${leaseColumns} from task t join attempt a on a.workspace_id = t.workspace_id and a.key = t.key and a.fence = t.fence
  where t.runner_id = $1 and t.state = 'leased' and a.request = $2`;

const isReady = `t.state = 'waiting' and t.wanted_by is not null and t.not_before <= now()`;
/** Reads the first index entries of each kind and toolchain on offer, so that it costs the same however many tasks wait; a task without a toolchain needs none. */
const leaseReady = `
  with runner_offer as (select offer from runner where id = $1), offered as (
    select distinct k.kind, c.chain from runner_offer r, json_array_elements_text(r.offer->'kinds') as k(kind),
      unnest(array[md5(''), md5(coalesce(r.offer->'toolchain'->>k.kind, ''))]) as c(chain)
  ), candidate as materialized (
    select c.* from offered o cross join lateral (
      select t.workspace_id, t.key, t.urgency, t.wanted_by, t.rank, t.estimate_ms from task t where ${isReady} and t.kind = o.kind and md5(t.toolchain) = o.chain
      order by t.urgency, t.wanted_by, t.rank, t.estimate_ms desc, t.key limit $2::int + ${spare}
    ) c order by c.urgency, c.wanted_by, c.rank, c.estimate_ms desc, c.key limit $2::int + ${spare}
  ), picked as (
    select t.workspace_id, t.key from candidate c join task t on t.workspace_id = c.workspace_id and t.key = c.key where ${isReady}
    order by c.urgency, c.wanted_by, c.rank, c.estimate_ms desc, c.key limit $2::int for update of t skip locked
  ), taken as (
    update task t set state = 'leased', fence = nextval('task_fence'), runner_id = $1, lease_until = now() + $3 * interval '1 millisecond',
      percent = 0, attempts = t.attempts + 1, ran_for = t.wanted_by
    from picked p where t.workspace_id = p.workspace_id and t.key = p.key returning t.*
  ), noted as (
    insert into attempt (workspace_id, key, fence, runner_id, runner_name, heard_at, request)
    select workspace_id, key, fence, $1, (select offer->>'name' from runner_offer), now(), $4 from taken
  )
  select (select count(*)::int from candidate) as seen, ${leaseColumns} from (select) as one left join taken t on true
  order by t.urgency, t.wanted_by, t.rank, t.estimate_ms desc, t.key`;

/** Giving leases and renewing them (SPEC.md, L). */
export function leaseRecords({ rows, transaction }: Database): Pick<Records, 'leaseTasks' | 'renewLeases'> {
  return {
    async leaseTasks({ runnerId, max, leaseMs }) {
      for (let looks = 1; ; looks++) {
        const request = uuidv7();
        const answer = await transaction(async (client, tries) => {
          const given = tries === 0 ? [] : (await client.query<AnswerRow>(givenFor, [runnerId, request])).rows;
          return given.length > 0 ? given : (await client.query<AnswerRow>(leaseReady, [runnerId, max, leaseMs, request])).rows;
        });
        const leased = answer.flatMap((row) => (row.key === null ? [] : [row]));
        // Ready tasks that were all locked may be given back by whoever locked them; they must not lie idle.
        if (leased.length > 0 || (answer[0]?.seen ?? 0) === 0 || looks === mostLooks) return leased.map((row) => leaseOf(row, leaseMs));
        await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
      }
    },
    async renewLeases({ runnerId, leases, leaseMs }) {
      await rows('update runner set seen_at = now() where id = $1', [runnerId]);
      if (leases.length === 0) return [];
      // In order of keys, so that two writers of many rows cannot wait for each other; `case` keeps to the index of keys. A lease that ran out but was given to nobody comes to life again.
      const renewed = await rows<{ key: string }>(
        `with held as (
           select t.workspace_id, t.key, t.fence, l.percent from task t join unnest($2::text[], $3::bigint[], $4::real[]) as l(key, fence, percent)
             on t.key = l.key and t.fence = l.fence
           where case
             when t.runner_id is distinct from $1 then false
             when t.state = 'leased' then true
             else t.state = 'waiting' and t.wanted_by is not null and exists (
               select from attempt a where a.workspace_id = t.workspace_id and a.key = t.key and a.fence = t.fence and a.outcome = 'lost') end
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
  const task = { key, kind, version, toolchain, payload, inputs, estimateMs: row.estimate_ms, rank: row.rank } as Task;
  return { task, fence: Number(row.fence), attempt: row.attempts, leaseMs };
}
