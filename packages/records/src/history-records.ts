import type { Database } from './database.ts';
import { pruneEnds } from './runner-end-records.ts';

/** Old rows that nothing needs any more. */
export interface HistoryStore {
  /**
   * Looks at no more than `most` attempts after the fence `after` (from the first one, where it is left out), and removes those that ended more than `olderMs`
   * ago and whose tasks are at rest, with what was reserved and given back for them; what was charged stays. Also removes changes from the outbox that are
   * older than three days, and what is known of the ends of runners whose lost attempts are gone. `next` is where to go on, or null once all that is old was looked at.
   */
  pruneHistory(options: {
    readonly olderMs: number;
    readonly most: number;
    readonly after?: bigint;
  }): Promise<{ readonly removed: number; readonly next: bigint | null }>;
}

/** Whoever begins to grant starts from how things are, so that no change is needed for longer than one that grants is behind. */
const outboxDays = 3;
/** Changes are many and small: so many times as many of them go as attempts are looked at, each time in a transaction of its own. */
const outboxRounds = 100;

const pruneAttempts = `
  with looked as materialized (
    select fence, workspace_id, key, started_at, ended_at from attempt where $1::bigint is null or fence > $1 order by fence limit $2
  ), old as materialized (
    select s.fence from looked s where s.ended_at < now() - $3::float8 * interval '1 millisecond' and not exists (
      select from task t where t.workspace_id = s.workspace_id and t.key = s.key and t.state in ('waiting', 'leased'))
  ), unspent as (
    delete from spend_entry e using old o where e.fence = o.fence and e.kind in ('reserve', 'refund')
  ), gone as (
    delete from attempt a using old o where a.fence = o.fence returning a.fence
  )
  select (select count(*) from gone)::int as removed, max(fence)::text as last,
    count(*) = $2 and max(started_at) < now() - $3::float8 * interval '1 millisecond' as more from looked`;

const pruneOutbox = `
  with gone as (
    delete from outbox where (xid, id) in (select xid, id from outbox order by xid, id limit $1) and created_at < now() - interval '${outboxDays} days'
    returning 1
  )
  select count(*)::int as count from gone`;

/** What grows with every task is kept for a time (SPEC.md, H). */
export function historyRecords({ prepared }: Database): HistoryStore {
  return {
    async pruneHistory({ olderMs, most, after }) {
      for (let round = 0; round < outboxRounds; round++) {
        const [gone] = await prepared<{ count: number }>({ name: 'prune-outbox', text: pruneOutbox, values: [most] });
        if (gone === undefined || gone.count < most) break;
      }
      const [row] = await prepared<{ removed: number; last: string | null; more: boolean | null }>({
        name: 'prune-attempts',
        text: pruneAttempts,
        values: [after === undefined ? null : String(after), most, olderMs],
      });
      await prepared({ name: 'prune-ends', text: pruneEnds, values: [] });
      return { removed: row?.removed ?? 0, next: row?.more === true && row.last !== null ? BigInt(row.last) : null };
    },
  };
}
