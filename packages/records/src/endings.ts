import { notifyEach } from './notify.ts';
import type { AttemptEnd } from './schedule-store.ts';

/** Statements that end attempts share these parts. `from` names rows with `workspace_id`, `key` and `fence`; they are put into `with` clauses. */

/** Gives back what was reserved for attempts that are not to be paid. An attempt that comes to life again is settled when it is done. */
export function refundOf(from: string): string {
  return `
    insert into spend_entry (workspace_id, key, fence, kind, build_id, gpu_ms, slot_ms, credits)
    select s.workspace_id, s.key, s.fence, 'refund', s.build_id, s.gpu_ms, s.slot_ms, s.credits
    from ${from} x join spend_entry s on s.fence = x.fence and s.kind = 'reserve' and s.key = x.key and s.workspace_id = x.workspace_id
    on conflict do nothing`;
}

/** Posts the ends of attempts; milliseconds of work and of loading a model, and whether the runner still works on it, are expressions over the rows `x`. */
export function postEnds(
  from: string,
  end: { readonly outcome: AttemptEnd['outcome']; readonly ranMs?: string; readonly loadMs?: string; readonly stopping?: string },
): string {
  const { outcome, ranMs = '0', ...others } = end;
  const also = Object.entries(others).map(([name, value]) => `, '${name}', ${value}`);
  return `
    insert into outbox (workspace_id, topic, key, fence, body)
    select x.workspace_id, 'task.ended', x.key, x.fence, json_build_object('outcome', '${outcome}', 'ranMs', ${ranMs}${also.join('')}) from ${from} x`;
}

/** Frees places whose runners stopped, or need not be waited for any more; `which` is a condition over the attempts `a`. */
export function freeStopped(which: string): string {
  return `
  with freed as (
    update attempt a set stopping_until = null where a.stopping_until is not null and ${which} returning a.workspace_id, a.key, a.fence
  ), posted as (
    insert into outbox (workspace_id, topic, key, fence, body) select workspace_id, 'task.stopped', key, fence, '{}' from freed
  )
  select count(*)::int as freed, ${notifyEach(`(select array_agg('{"type":"ready"}'::text) from (select from freed limit 1) one)`)} from freed`;
}

/** What `ms` of an attempt on so many devices cost, as `gpu_ms, slot_ms, credits`; `w` is its workspace. */
export function costOf({ ms, devices }: { readonly ms: string; readonly devices: string }): string {
  return `${ms} * cardinality(${devices}), case when cardinality(${devices}) = 0 then ${ms} else 0 end,
    ${ms} / 1000 * case when cardinality(${devices}) = 0 then w.slot_rate else w.gpu_rate * cardinality(${devices}) end`;
}

/** Milliseconds that an attempt `a` is charged for: what its runner says, no longer than since it was given to it. Where a clock jumped back meanwhile, its runner's word alone is there. */
export function paidMs({ ranMs, endedAt }: { readonly ranMs: string; readonly endedAt: string }): string {
  const since = `extract(epoch from ${endedAt} - coalesce(a.delivered_at, a.started_at)) * 1000`;
  return `case when ${since} < 0 then ${ranMs} else least(${ranMs}, ${since}) end`;
}
