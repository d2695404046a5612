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

/** Posts the ends of attempts; `ranMs` is an expression over the rows, milliseconds of work. */
export function postEnds(
  from: string,
  { outcome, ranMs = '0' }: { readonly outcome: AttemptEnd['outcome']; readonly ranMs?: string },
): string {
  return `
    insert into outbox (workspace_id, topic, key, fence, body)
    select x.workspace_id, 'task.ended', x.key, x.fence, json_build_object('outcome', '${outcome}', 'ranMs', ${ranMs}) from ${from} x`;
}

/** What `ms` of an attempt on so many devices cost, as `gpu_ms, slot_ms, credits`; `w` is its workspace. */
export function costOf({ ms, devices }: { readonly ms: string; readonly devices: string }): string {
  return `${ms} * cardinality(${devices}), case when cardinality(${devices}) = 0 then ${ms} else 0 end,
    ${ms} / 1000 * case when cardinality(${devices}) = 0 then w.slot_rate else w.gpu_rate * cardinality(${devices}) end`;
}
