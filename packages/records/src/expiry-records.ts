import { FilmwrightError, type Problem, toProblem } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { notify } from './notify.ts';
import { mostAttempts } from './outcome-records.ts';
import type { Records } from './records.ts';

type Expired = { workspace_id: string; key: string; kind: string; fence: string; lost: number; percent: number };
type Loss = { runner_name: string | null; started_at: Date; heard_at: Date | null };

/** Taking back what ran out (SPEC.md, L and F). */
export function expiryRecords({ transaction }: Database): Pick<Records, 'expireLeases'> {
  return {
    expireLeases: () =>
      transaction(async (client) => {
        const { rows: expired } = await client.query<Expired>(
          `with out as (
             select t.workspace_id, t.key, t.percent from task t
             where t.state = 'leased' and (t.lease_until < now() or not exists (select from runner r where r.id = t.runner_id))
             order by t.workspace_id, t.key for update of t skip locked
           ), taken as (
             update task t set state = 'waiting', lost = lost + 1, attempts = greatest(0, attempts - 1), lease_until = null, percent = 0
             from out o where t.workspace_id = o.workspace_id and t.key = o.key returning t.workspace_id, t.key, t.kind, t.fence, t.lost, o.percent
           ), noted as (
             update attempt a set ended_at = now(), outcome = 'lost' from taken e
             where a.workspace_id = e.workspace_id and a.key = e.key and a.fence = e.fence
           )
           select * from taken`,
        );
        for (const task of expired) {
          if (task.lost < mostAttempts) continue;
          await client.query(`update task set state = 'failed', finished_at = now(), problem = $3 where workspace_id = $1 and key = $2`, [
            task.workspace_id,
            task.key,
            JSON.stringify(await lostProblem(client, task)),
          ]);
          await notify(client, { type: 'finished', key: task.key });
        }
        const { rowCount: rested } = await client.query(
          `update task set not_before = '-infinity' where (workspace_id, key) in (
             select workspace_id, key from task where state = 'waiting' and not_before > '-infinity' and not_before <= now()
             order by workspace_id, key for update skip locked)`,
        );
        if (expired.length > 0 || (rested ?? 0) > 0) await notify(client, { type: 'ready' });
        return expired.length;
      }),
  };
}

/** Who had the task, when it began and when it was last heard of. */
async function lostProblem(client: PoolClient, { workspace_id, key, kind, percent }: Expired): Promise<Problem> {
  const { rows } = await client.query<Loss>(
    `select runner_name, started_at, heard_at from attempt where workspace_id = $1 and key = $2 and outcome = 'lost' order by fence desc limit $3`,
    [workspace_id, key, mostAttempts],
  );
  const seen = rows.reverse().map(({ runner_name, started_at, heard_at }) => {
    const ranS = Math.round(((heard_at ?? started_at).getTime() - started_at.getTime()) / 1000);
    return `${runner_name ?? 'a runner'} began at ${started_at.toISOString()} and was heard of for ${ranS} s`;
  });
  return toProblem(
    new FilmwrightError(
      'task-lost',
      `The task "${kind}" (${key}) lost its runner ${mostAttempts} times: ${seen.join('; ')}; at ${Math.round(percent)} % when it was last lost. ` +
        'It may need more memory than there is: look at the log of the runners, give them more memory or start fewer, then make the film again.',
    ),
  );
}
