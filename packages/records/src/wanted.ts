import type { PoolClient } from 'pg';

/** Number of the advisory lock that orders all changes of who wants which task. */
const lockNumber = 706_170_002;

/** Waits until no other transaction changes who wants which task; held to the end of the transaction. Take it before any row is locked. */
export async function lockWants(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [lockNumber]);
}

/**
 * The one writer of `wanted_by`: the most urgent, then oldest, active build that lists the key. A leased task that nobody wants any more is taken
 * back with a new fence, so that its runner is told to stop; the try does not count. Call under `lockWants`.
 */
export async function updateWanted(
  client: PoolClient,
  change: { readonly workspaceId: string; readonly keys: readonly string[] },
): Promise<void> {
  const keys = [...new Set(change.keys)];
  if (keys.length === 0) return;
  await client.query(
    `with found as (
       select k.key, w.id, w.urgency from unnest($2::text[]) as k(key)
       left join lateral (
         select b.id, build_urgency(b.purpose) as urgency from build_task bt join build b on b.id = bt.build_id and b.ended_at is null
         where bt.workspace_id = $1 and bt.key = k.key order by build_urgency(b.purpose), b.id limit 1
       ) w on true
     )
     update task t set wanted_by = f.id, urgency = coalesce(f.urgency, 2) from found f
     where t.workspace_id = $1 and t.key = f.key and t.state in ('waiting', 'leased')
       and (t.wanted_by is distinct from f.id or t.urgency <> coalesce(f.urgency, 2))`,
    [change.workspaceId, keys],
  );
  await client.query(
    `with taken as (
       update task set state = 'waiting', fence = nextval('task_fence'), lease_until = null, runner_id = null, percent = 0, attempts = greatest(0, attempts - 1)
       where workspace_id = $1 and key = any($2) and state = 'leased' and wanted_by is null returning workspace_id, key
     )
     update attempt a set ended_at = now(), outcome = 'unwanted' from taken t
     where a.workspace_id = t.workspace_id and a.key = t.key and a.ended_at is null`,
    [change.workspaceId, keys],
  );
}
