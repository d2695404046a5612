import type { Database } from './database.ts';
import { freeStopped, postEnds, refundOf } from './endings.ts';
import { evidenceOf } from './loss-evidence.ts';
import { lostProblem } from './lost-problem.ts';
import { eventsOf, notify, notifyEach } from './notify.ts';
import type { Records } from './records.ts';
import { memoryOf } from './runner-end-records.ts';
import { silenceMs } from './silence.ts';
import { isAtFault, type Loss, mostNeighbours } from './troubles.ts';

type Expired = {
  workspace_id: string;
  key: string;
  kind: string;
  losses: readonly Loss[];
  undelivered: boolean;
};

/** What a task is called among neighbours; `partsOf` reads it. */
const nameOf = (row: string): string => `${row}.workspace_id || ' ' || ${row}.key`;

/**
 * A grant that was not delivered is nobody's loss: it is taken back with a new fence. What a runner was lost with is all that it had when it was heard of last;
 * leases of one runner run out one after the other.
 */
const takeBack = `
  with expired as materialized (
    select t.workspace_id, t.key, t.fence, a.percent, a.delivered_at is null as undelivered, a.runner_id, a.runner_name, a.started_at, a.heard_at
    from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key and t.fence = a.fence
    where a.ended_at is null and (a.lease_until < now() or not exists (select from runner r where r.id = a.runner_id))
    order by t.workspace_id, t.key for update of t, a skip locked
  ), ended as (
    update attempt a set ended_at = now(), outcome = case when e.undelivered then 'undelivered' else 'lost' end from expired e
    where a.fence = e.fence and a.workspace_id = e.workspace_id and a.key = e.key
  ), died as (select runner_id, min(heard_at) as heard_at from expired group by 1
  ), beside as materialized (
    select d.runner_id, count(*)::int as tasks, (array_agg(n.name order by n.name))[:${mostNeighbours} + 1] as names,
      ${memoryOf('d.runner_id')} as memory
    from died d cross join lateral (
      select ${nameOf('n')} as name from attempt n where n.runner_id = d.runner_id and n.ended_at is null and n.delivered_at is not null
      union
      select ${nameOf('n')} from attempt n where n.runner_id = d.runner_id and n.outcome = 'lost' and n.ended_at > d.heard_at
    ) n group by 1
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
      else t.losses || jsonb_build_object('runner', e.runner_name, 'startedAt', e.started_at, 'heardAt', e.heard_at, 'percent', e.percent,
        'runnerId', e.runner_id, 'memory', b.memory, 'beside', b.tasks - 1, 'neighbours', (array_remove(b.names, ${nameOf('e')}))[:${mostNeighbours}]) end
  from expired e left join beside b on b.runner_id = e.runner_id where t.workspace_id = e.workspace_id and t.key = e.key
  returning t.workspace_id, t.key, t.kind, t.losses, e.undelivered`;

/** What lies further in the future than this was written by a clock that was ahead. */
const ahead = `now() + interval '1 second'`;
/** How long a lease `a` was given for, or a grant that was not delivered may wait: both instants are of one clock. */
const length = '(a.lease_until - coalesce(a.heard_at, a.started_at))';
/**
 * What a clock that was ahead wrote holds from now on for as long as it was given for, and no longer. Nothing is waited for: who is writing one of them is alive.
 */
const setRight = `
  with found as materialized (
    select a.workspace_id, a.key, a.fence, now() + ${length} as until from attempt a
    where a.ended_at is null and coalesce(a.heard_at, a.started_at) > ${ahead} for no key update of a skip locked
  ), leases as (
    update attempt a set lease_until = f.until, heard_at = case when a.heard_at is not null then now() end,
      started_at = case when a.heard_at is null then now() else a.started_at end
    from found f where a.fence = f.fence and a.workspace_id = f.workspace_id and a.key = f.key
  ), stopping as materialized (
    select a.workspace_id, a.key, a.fence, now() + ${length} as until from attempt a
    where a.stopping_until is not null and a.ended_at is not null and a.stopping_until > ${ahead} + ${length} for no key update of a skip locked
  ), places as (
    update attempt a set stopping_until = s.until from stopping s where a.fence = s.fence and a.workspace_id = s.workspace_id and a.key = s.key
  )
  update runner set seen_at = now() where id in (select id from runner where seen_at > ${ahead} for no key update skip locked)`;

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
      await prepared({ name: 'set-right', text: setRight, values: [] });
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
        const failed = expired.filter((task) => !task.undelivered && isAtFault(task.losses));
        const evidence = await evidenceOf(
          client,
          failed.flatMap(({ losses }) => losses),
        );
        for (const task of failed)
          await client.query(`update task set state = 'failed', finished_at = now(), problem = $3 where workspace_id = $1 and key = $2`, [
            task.workspace_id,
            task.key,
            JSON.stringify(lostProblem({ ...task, workspaceId: task.workspace_id }, evidence)),
          ]);
        if (failed.length > 0)
          await client.query(`select ${notifyEach('$1')}`, [eventsOf({ type: 'finished', keys: failed.map(({ key }) => key) })]);
        if (expired.length > 0) await notify(client, { type: 'ready' });
        return expired.filter((task) => !task.undelivered).length;
      });
    },
  };
}
