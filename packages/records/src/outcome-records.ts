import { FilmwrightError } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { notify } from './notify.ts';
import type { Records } from './records.ts';

/** A task that lost its runner, or failed in a way that may pass, is tried so often. */
export const mostAttempts = 3;

type Claim = { readonly key: string; readonly fence: number; readonly runnerId: string };
type Held = { workspace_id: string; state: string; outcome: string | null };

/** How attempts end: done or failed, each guarded by its fence (SPEC.md, F). */
export function outcomeRecords({ transaction }: Database): Pick<Records, 'completeTask' | 'failTask'> {
  return {
    completeTask: ({ output, assets, wallMs, cpuMs, ...claim }) =>
      transaction(async (client) => {
        const held = await hold(client, claim);
        if (held.outcome === 'done') return;
        if (held.outcome === 'failed') throw stale(claim.key);
        const place = [held.workspace_id, claim.key];
        await client.query(
          `update task set state = 'done', output = $3, problem = null, percent = 100, wall_ms = $4, cpu_ms = $5, finished_at = now(), lease_until = null
           where workspace_id = $1 and key = $2`,
          [...place, JSON.stringify(output), wallMs, cpuMs],
        );
        const digests = assets.map((asset) => asset.digest);
        if (assets.length > 0) {
          // In order of digests, so that two completions with the same assets cannot wait for each other.
          await client.query(
            `insert into asset (workspace_id, digest, bytes, media_type)
             select $1, a.* from unnest($2::text[], $3::bigint[], $4::text[]) as a(digest, bytes, media_type) order by a.digest on conflict do nothing`,
            [held.workspace_id, digests, assets.map((asset) => asset.bytes), assets.map((asset) => asset.mediaType)],
          );
          await client.query(
            `insert into task_asset (workspace_id, key, digest, role) select $1, $2, digest, 'output' from unnest($3::text[]) as digest on conflict do nothing`,
            [...place, digests],
          );
        }
        await client.query(`update attempt set ended_at = now(), outcome = 'done' where workspace_id = $1 and key = $2 and fence = $3`, [
          ...place,
          claim.fence,
        ]);
        await notify(client, { type: 'finished', key: claim.key });
      }),
    failTask: ({ problem, ...claim }) =>
      transaction(async (client) => {
        const held = await hold(client, claim);
        if (held.outcome === 'failed') return;
        if (held.outcome === 'done') throw stale(claim.key);
        const place = [held.workspace_id, claim.key];
        const { rows: failed } = await client.query<{ state: string }>(
          `with counted as (
             select workspace_id, key, case when state = 'leased' then attempts else attempts + 1 end as tries,
               case when state = 'leased' then lost else greatest(0, lost - 1) end as lost
             from task where workspace_id = $1 and key = $2
           )
           update task t set attempts = c.tries, lost = c.lost, problem = $3, lease_until = null, percent = 0,
             state = case when $4 and c.tries < $5 then 'waiting' else 'failed' end,
             not_before = case when $4 and c.tries < $5 then now() + power(4, c.tries - 1) * interval '1 second' else '-infinity' end,
             finished_at = case when $4 and c.tries < $5 then null else now() end
           from counted c where t.workspace_id = c.workspace_id and t.key = c.key returning t.state`,
          [...place, JSON.stringify(problem), problem.retryable, mostAttempts],
        );
        await client.query(
          `update attempt set ended_at = now(), outcome = 'failed', problem = $4 where workspace_id = $1 and key = $2 and fence = $3`,
          [...place, claim.fence, JSON.stringify(problem)],
        );
        await notify(client, failed[0]?.state === 'failed' ? { type: 'finished', key: claim.key } : { type: 'ready' });
      }),
  };
}

/** Locks the task and answers how this very attempt ended so far; throws `lease-stale` unless the task's fence is the claim's. */
async function hold(client: PoolClient, { key, fence, runnerId }: Claim): Promise<Held> {
  const { rows } = await client.query<Held>(
    `select t.workspace_id, t.state, a.outcome from task t join attempt a on a.workspace_id = t.workspace_id and a.key = t.key and a.fence = t.fence
     where t.key = $1 and t.fence = $2 and a.runner_id = $3 for update of t`,
    [key, fence, runnerId],
  );
  const held = rows[0];
  if (held === undefined) throw stale(key);
  return held;
}

function stale(key: string): FilmwrightError {
  return new FilmwrightError(
    'lease-stale',
    `The lease of task ${key} is no longer held: it ran out and was given away, it had ended, or no build wants it any more. Stop the work.`,
  );
}
