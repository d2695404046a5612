import { FilmwrightError, type Lease, type Problem, type Task, type TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { notify } from './notify.ts';
import type { Records, TaskResult } from './records.ts';

type TaskCalls = Pick<Records, 'results' | 'leaseTasks' | 'renewLeases' | 'completeTask' | 'failTask' | 'expireLeases'>;
type ResultRow = {
  key: string;
  kind: TaskKind;
  state: TaskResult['state'];
  output: unknown;
  problem: Problem | null;
  percent: number;
  wall_ms: number | null;
  finished_at: Date | null;
  ran_for: string | null;
};

/** A task that lost its runner, or failed in a way that may pass, is tried so often. */
const mostAttempts = 3;

/** The ledger: leases, completions and failures, each write guarded by its fence (SPEC.md). */
export function taskRecords({ rows, transaction }: Database): TaskCalls {
  return {
    async results(keys) {
      // A done task whose asset was lost is done no longer.
      await rows(
        `update task t set state = 'waiting', output = null, finished_at = null where t.key = any($1) and t.state = 'done'
           and exists (select from task_asset ta left join asset a on a.workspace_id = ta.workspace_id and a.digest = ta.digest
                       where ta.workspace_id = t.workspace_id and ta.key = t.key and ta.role = 'output' and a.digest is null)`,
        [keys],
      );
      const found = await rows<ResultRow>(
        'select key, kind, state, output, problem, percent, wall_ms, finished_at, ran_for from task where key = any($1)',
        [keys],
      );
      return new Map(
        found.map((row) => [
          row.key,
          {
            key: row.key,
            kind: row.kind,
            state: row.state,
            output: row.output,
            problem: row.problem,
            percent: row.percent,
            wallMs: row.wall_ms,
            finishedAtMs: row.finished_at?.getTime() ?? null,
            ranFor: row.ran_for,
          },
        ]),
      );
    },
    async leaseTasks({ runnerId, max, leaseMs }) {
      const leased = await rows<{
        key: string;
        kind: TaskKind;
        version: number;
        toolchain: string;
        payload: unknown;
        inputs: string[];
        estimate_ms: number;
        fence: string;
        attempts: number;
      }>(
        `with offered as (select offer from runner where id = $1), picked as (
           select t.workspace_id, t.key from task t, offered o
           where t.state = 'waiting' and t.not_before <= now()
             and exists (select from build_task bt join build b on b.id = bt.build_id and b.ended_at is null where bt.workspace_id = t.workspace_id and bt.key = t.key)
             and t.kind in (select json_array_elements_text(o.offer->'kinds'))
             and t.toolchain = coalesce(o.offer->'toolchain'->>t.kind, '')
           order by (select min(bt.build_id::text) from build_task bt join build b on b.id = bt.build_id and b.ended_at is null where bt.key = t.key), t.estimate_ms desc, t.key
           limit $2 for update of t skip locked
         ), taken as (
           update task t set state = 'leased', fence = t.fence + 1, runner_id = $1, lease_until = now() + $3 * interval '1 millisecond', percent = 0,
             attempts = t.attempts + 1,
             ran_for = (select bt.build_id from build_task bt join build b on b.id = bt.build_id and b.ended_at is null where bt.key = t.key order by bt.build_id limit 1)
           from picked p where t.workspace_id = p.workspace_id and t.key = p.key returning t.*
         ), noted as (insert into attempt (workspace_id, key, fence, runner_id) select workspace_id, key, fence, $1 from taken)
         select key, kind, version, toolchain, payload, inputs, estimate_ms, fence, attempts from taken`,
        [runnerId, max, leaseMs],
      );
      return leased.map(
        (row): Lease => ({
          task: {
            key: row.key,
            kind: row.kind,
            version: row.version,
            toolchain: row.toolchain,
            payload: row.payload,
            inputs: row.inputs,
            estimateMs: row.estimate_ms,
          } as Task,
          fence: Number(row.fence),
          attempt: row.attempts,
          leaseMs,
        }),
      );
    },
    async renewLeases({ runnerId, leases, leaseMs }) {
      await rows('update runner set seen_at = now() where id = $1', [runnerId]);
      if (leases.length === 0) return [];
      const renewed = await rows<{ key: string }>(
        `update task t set lease_until = now() + $5 * interval '1 millisecond', percent = l.percent
         from unnest($2::text[], $3::bigint[], $4::real[]) as l(key, fence, percent)
         where t.key = l.key and t.fence = l.fence and t.runner_id = $1 and t.state = 'leased' returning t.key`,
        [runnerId, leases.map((lease) => lease.key), leases.map((lease) => lease.fence), leases.map((lease) => lease.percent), leaseMs],
      );
      const held = new Set(renewed.map((row) => row.key));
      return leases.map((lease) => lease.key).filter((key) => !held.has(key));
    },
    completeTask: ({ runnerId, key, fence, output, assets, wallMs, cpuMs }) =>
      transaction(async (client) => {
        const { rows: done } = await client.query<{ workspace_id: string }>(
          `update task set state = 'done', output = $4, problem = null, percent = 100, wall_ms = $5, cpu_ms = $6, finished_at = now(), lease_until = null
           where key = $1 and fence = $2 and runner_id = $3 and state in ('leased', 'done', 'waiting') returning workspace_id`,
          [key, fence, runnerId, JSON.stringify(output), wallMs, cpuMs],
        );
        const workspaceId = done[0]?.workspace_id;
        if (workspaceId === undefined) throw stale(key);
        await client.query(
          `insert into asset (workspace_id, digest, bytes, media_type) select $1, * from unnest($2::text[], $3::bigint[], $4::text[]) on conflict do nothing`,
          [workspaceId, assets.map((asset) => asset.digest), assets.map((asset) => asset.bytes), assets.map((asset) => asset.mediaType)],
        );
        await client.query(
          `insert into task_asset (workspace_id, key, digest, role) select $1, $2, digest, 'output' from unnest($3::text[]) as digest on conflict do nothing`,
          [workspaceId, key, assets.map((asset) => asset.digest)],
        );
        await client.query(`update attempt set ended_at = now(), outcome = 'done' where workspace_id = $1 and key = $2 and fence = $3`, [
          workspaceId,
          key,
          fence,
        ]);
        await notify(client, { type: 'finished', key });
      }),
    failTask: ({ runnerId, key, fence, problem }) =>
      transaction(async (client) => {
        const { rows: failed } = await client.query<{ workspace_id: string; state: string }>(
          `update task set state = case when $4 and attempts < $5 then 'waiting' else 'failed' end,
             not_before = case when $4 then now() + power(4, attempts - 1) * interval '1 second' else not_before end,
             problem = $6, lease_until = null, finished_at = case when $4 and attempts < $5 then null else now() end
           where key = $1 and fence = $2 and runner_id = $3 and state = 'leased' returning workspace_id, state`,
          [key, fence, runnerId, problem.retryable, mostAttempts, JSON.stringify(problem)],
        );
        const row = failed[0];
        if (row === undefined) throw stale(key);
        await client.query(
          `update attempt set ended_at = now(), outcome = 'failed', problem = $4 where workspace_id = $1 and key = $2 and fence = $3`,
          [row.workspace_id, key, fence, JSON.stringify(problem)],
        );
        await notify(client, row.state === 'failed' ? { type: 'finished', key } : { type: 'ready' });
      }),
    expireLeases: () =>
      transaction(async (client) => {
        const lostProblem: Problem = {
          type: 'https://filmwright.dev/problems/task-lost',
          title: 'A task lost its runner too often',
          status: 500,
          code: 'task-lost',
          detail: `The task lost its runner ${mostAttempts} times; it may need more memory than there is. Look at the log of the runners.`,
          retryable: true,
        };
        const { rows: expired } = await client.query<{ workspace_id: string; key: string; fence: string; state: string }>(
          `update task t set lost = lost + 1, attempts = greatest(0, attempts - 1), lease_until = null, percent = 0,
             state = case when lost + 1 >= $1 then 'failed' else 'waiting' end,
             problem = case when lost + 1 >= $1 then $2::json else problem end
           where t.state = 'leased' and (t.lease_until < now() or not exists (select from runner r where r.id = t.runner_id)) returning workspace_id, key, fence, state`,
          [mostAttempts, JSON.stringify(lostProblem)],
        );
        if (expired.length === 0) return 0;
        await client.query(
          `update attempt a set ended_at = now(), outcome = 'lost' from unnest($1::uuid[], $2::text[], $3::bigint[]) as e(workspace_id, key, fence)
           where a.workspace_id = e.workspace_id and a.key = e.key and a.fence = e.fence`,
          [expired.map((row) => row.workspace_id), expired.map((row) => row.key), expired.map((row) => row.fence)],
        );
        for (const row of expired) if (row.state === 'failed') await notify(client, { type: 'finished', key: row.key });
        await notify(client, { type: 'ready' });
        return expired.length;
      }),
  };
}

function stale(key: string): FilmwrightError {
  return new FilmwrightError(
    'lease-stale',
    `The lease of task ${key} is no longer held: it ran out, was given away, or its build was cancelled. Stop the work.`,
  );
}
