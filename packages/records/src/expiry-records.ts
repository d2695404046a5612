import { FilmwrightError, type Problem, toProblem } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { freeStopped, postEnds, refundOf } from './endings.ts';
import { eventsOf, notify, notifyEach } from './notify.ts';
import { mostAttempts } from './outcome-records.ts';
import type { Records } from './records.ts';
import { silenceMs } from './runner-records.ts';

type Loss = { readonly runner: string | null; readonly startedAt: string; readonly heardAt: string | null };
type Expired = {
  workspace_id: string;
  key: string;
  kind: string;
  lost: number;
  percent: number;
  losses: readonly Loss[];
  undelivered: boolean;
};

/** A grant that was not delivered is nobody's loss: it is taken back with a new fence. */
const takeBack = `
  with expired as materialized (
    select t.workspace_id, t.key, t.fence, a.percent, a.delivered_at is null as undelivered, a.runner_name, a.started_at, a.heard_at
    from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
    where a.ended_at is null and (a.lease_until < now() or not exists (select from runner r where r.id = a.runner_id))
    order by t.workspace_id, t.key for update of t, a skip locked
  ), ended as (
    update attempt a set ended_at = now(), outcome = case when e.undelivered then 'undelivered' else 'lost' end from expired e
    where a.fence = e.fence and a.workspace_id = e.workspace_id and a.key = e.key
  ), lost as (select * from expired where not undelivered
  ), missed as (select * from expired where undelivered
  ), refunded as (${refundOf('expired')}
  ), posted_lost as (${postEnds('lost', { outcome: 'lost' })}
  ), posted_missed as (${postEnds('missed', { outcome: 'returned' })})
  update task t set state = 'waiting', percent = 0, attempts = greatest(0, t.attempts - 1),
    lost = case when e.undelivered then t.lost else t.lost + 1 end,
    outcome = case when e.undelivered then null else 'lost' end,
    fence = case when e.undelivered then nextval('task_fence') else t.fence end,
    losses = case when e.undelivered then t.losses
      else t.losses || jsonb_build_object('runner', e.runner_name, 'startedAt', e.started_at, 'heardAt', e.heard_at) end
  from expired e where t.workspace_id = e.workspace_id and t.key = e.key
  returning t.workspace_id, t.key, t.kind, t.lost, e.percent, t.losses, e.undelivered`;

/**
 * Whoever was not heard of for long, or for as long as a lease of it held that ran out by now, or as it had to ask for what it was given: such a runner would be
 * given the same again, while others have nothing to do. A word of it that came right after it was given the lease does not make it alive.
 */
const noteSilence = `
  update runner set gone_at = now() where gone_at is null and (seen_at < now() - $1::float8 * interval '1 millisecond' or id in (
    select a.runner_id from attempt a join runner r on r.id = a.runner_id
    where a.ended_at is null and a.lease_until < now() and r.seen_at + (a.lease_until - coalesce(a.heard_at, a.started_at)) < now()))`;

/** Taking back what ran out (SPEC.md, L and F). */
export function expiryRecords({ transaction, prepared }: Database): Pick<Records, 'expireLeases'> {
  return {
    async expireLeases() {
      await prepared({
        name: 'note-silence',
        text: noteSilence,
        values: [silenceMs],
      });
      await prepared({
        name: 'free-overdue',
        text: freeStopped('(a.stopping_until < now() or not exists (select from runner r where r.id = a.runner_id))'),
        values: [],
      });
      return transaction(async (client) => {
        const { rows: expired } = await client.query<Expired>({ name: 'take-back', text: takeBack });
        const failed = expired.filter((task) => !task.undelivered && task.lost >= mostAttempts);
        for (const task of failed)
          await client.query(`update task set state = 'failed', finished_at = now(), problem = $3 where workspace_id = $1 and key = $2`, [
            task.workspace_id,
            task.key,
            JSON.stringify(lostProblem(task)),
          ]);
        if (failed.length > 0)
          await client.query(`select ${notifyEach('$1')}`, [eventsOf({ type: 'finished', keys: failed.map(({ key }) => key) })]);
        if (expired.length > 0) await notify(client, { type: 'ready' });
        return expired.filter((task) => !task.undelivered).length;
      });
    },
  };
}

/** Who had the task, when it began and when it was last heard of. */
function lostProblem({ key, kind, percent, losses }: Expired): Problem {
  const seen = losses.slice(-mostAttempts).map(({ runner, startedAt, heardAt }) => {
    const ranS = Math.round((Date.parse(heardAt ?? startedAt) - Date.parse(startedAt)) / 1000);
    return `${runner ?? 'a runner'} began at ${new Date(startedAt).toISOString()} and was heard of for ${ranS} s`;
  });
  return toProblem(
    new FilmwrightError(
      'task-lost',
      `The task "${kind}" (${key}) lost its runner ${mostAttempts} times: ${seen.join('; ')}; at ${Math.round(percent)} % when it was last lost. ` +
        'It may need more memory than there is: look at the log of the runners, give them more memory or start fewer, then make the film again.',
    ),
  );
}
