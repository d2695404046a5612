import type { Database } from './database.ts';
import { paidMs } from './endings.ts';
import { isUuid } from './uuidv7.ts';

/** A task of an audited build, with the digest of its output once it is done. */
export type AuditedTask = { readonly address: string; readonly key: string | null; readonly state: string; readonly digest: string | null };
/** What the ledger says of a build against its own rules; each list names keys of tasks. */
export type BuildAudit = {
  readonly tasks: readonly AuditedTask[];
  /** Tasks that neither are done nor failed. */
  readonly lost: readonly string[];
  /** Done more than once, or begun again after they were done. */
  readonly rerun: readonly string[];
  /** Charged other than once, for another attempt than the one that did it, or for another time than that took; or a reserve that was not given back. */
  readonly wronglyCharged: readonly string[];
  readonly attempts: Readonly<Record<string, number>>;
};
export interface AuditStore {
  /** Holds a build's tasks against the rules of attempts and spending. */
  auditBuild(buildId: string): Promise<BuildAudit>;
}

const listed = `with listed as (
  select b.address, b.key, t.workspace_id, t.state, t.output, t.fence
  from build_task b left join task t on t.workspace_id = b.workspace_id and t.key = b.key where b.build_id = $1
)`;

/**
 * A reserve of an attempt that came to life again was given back before it was settled. Attempts of long ago are removed and what was charged for them stays
 * (SPEC.md, H1): of such a charge is known only that it must be of the fence under which the task ended.
 */
const charges = `${listed}, spent as (
  select l.key, l.state,
    (select count(*) from spend_entry s join attempt a on a.fence = s.fence and a.key = s.key and a.workspace_id = s.workspace_id
      where s.key = l.key and s.workspace_id = l.workspace_id and s.kind = 'settle' and a.outcome = 'done'
        and abs(s.slot_ms + s.gpu_ms - (${paidMs({ ranMs: 'a.ran_ms', endedAt: 'a.ended_at' })}) * greatest(1, cardinality(a.devices))) < 0.001)
    + (select count(*) from spend_entry s where s.key = l.key and s.workspace_id = l.workspace_id and s.kind = 'settle' and s.fence = l.fence
        and not exists (select from attempt a where a.fence = s.fence and a.key = s.key and a.workspace_id = s.workspace_id)) as exact,
    (select count(*) from spend_entry s where s.key = l.key and s.workspace_id = l.workspace_id and s.kind = 'settle') as settled,
    (select count(*) from attempt a where a.key = l.key and a.workspace_id = l.workspace_id and 1 <> (
      select count(*) from spend_entry s where s.fence = a.fence and s.key = a.key and s.workspace_id = a.workspace_id and s.kind = 'reserve')) as unreserved,
    (select count(*) from attempt a where a.key = l.key and a.workspace_id = l.workspace_id and a.ended_at is not null and a.outcome <> 'done' and 1 <> (
      select count(*) from spend_entry s where s.fence = a.fence and s.key = a.key and s.workspace_id = a.workspace_id and s.kind = 'refund')) as kept
  from listed l where l.workspace_id is not null
)
select key from spent where settled <> (state = 'done')::int or exact <> settled or unreserved > 0 or kept > 0`;

/** What began after what by its fence and not by a clock, which may jump. */
const reruns = `${listed}
select l.key from listed l join attempt a on a.key = l.key and a.workspace_id = l.workspace_id
group by l.key, l.state
having count(*) filter (where a.outcome = 'done') > 1 or (l.state = 'done' and max(a.fence) > max(a.fence) filter (where a.outcome = 'done'))`;

/** Looks at the ledger as somebody from outside would. */
export function auditRecords({ rows }: Database): AuditStore {
  return {
    async auditBuild(buildId) {
      if (!isUuid(buildId)) return { tasks: [], lost: [], rerun: [], wronglyCharged: [], attempts: {} };
      const [tasks, rerun, wrong, attempts] = await Promise.all([
        rows<AuditedTask>(
          `${listed} select address, key, coalesce(state, 'absent') as state, output->'asset'->>'digest' as digest from listed order by address`,
          [buildId],
        ),
        rows<{ key: string }>(reruns, [buildId]),
        rows<{ key: string }>(charges, [buildId]),
        rows<{ outcome: string; count: number }>(
          `${listed} select coalesce(a.outcome, 'live') as outcome, count(*)::int as count from listed l
           join attempt a on a.key = l.key and a.workspace_id = l.workspace_id group by 1 order by 1`,
          [buildId],
        ),
      ]);
      return {
        tasks,
        lost: tasks.filter(({ state }) => state !== 'done' && state !== 'failed').map(({ key, address }) => key ?? address),
        rerun: rerun.map(({ key }) => key),
        wronglyCharged: wrong.map(({ key }) => key),
        attempts: Object.fromEntries(attempts.map(({ outcome, count }) => [outcome, count])),
      };
    },
  };
}
