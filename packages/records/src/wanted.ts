import { FilmwrightError } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { textArray } from './array-values.ts';
import { type Prepared, sendAll } from './database.ts';
import { postEnds, refundOf } from './endings.ts';
import { notify } from './notify.ts';

/** Numbers of the advisory locks that order changes of who wants which task: of all workspaces, and, with its hash, of one. */
const allWants = 706_170_002;
const wantsOfOne = 706_170_003;

/**
 * Waits until no other transaction changes who wants which task of a workspace; held to the end of the transaction. Take it before any row is locked
 * that was there before the transaction.
 */
export async function lockWants(client: PoolClient, workspaceId: string): Promise<void> {
  await client.query({
    name: 'lock-wants',
    text: `select pg_advisory_xact_lock_shared(${allWants}), pg_advisory_xact_lock(${wantsOfOne}, hashtext($1::uuid::text))`,
    values: [workspaceId],
  });
}

/** Waits until no other transaction changes who wants which task of any workspace. */
export async function lockAllWants(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [allWants]);
}

/** Like `lockWants`, for the workspace of a build; no row where there is no such build. */
export const lockingWantsOf = (buildId: string): Prepared => ({
  name: 'lock-wants-of-build',
  text: `select pg_advisory_xact_lock_shared(${allWants}), pg_advisory_xact_lock(${wantsOfOne}, hashtext(workspace_id::text)) from build where id = $1`,
  values: [buildId],
});

export async function lockWantsOfBuild(client: PoolClient, buildId: string): Promise<boolean> {
  return (await sendAll(client, [lockingWantsOf(buildId)]))[0]?.length === 1;
}

/** Throws `lease-stale` where another process drives builds under a later number; holds until the end of a transaction that has `lockWants`. */
export async function checkTurn(client: PoolClient, turn: number | undefined): Promise<void> {
  if (turn === undefined) return;
  const [found] = await sendAll(client, [checkingTurn(turn)]);
  if (found?.length === 0) throw superseded();
}

/** What `checkTurn` asks; no row means `superseded`. */
export const checkingTurn = (turn: number): Prepared => ({
  name: 'check-turn',
  text: 'select from leadership where drive = $1',
  values: [turn],
});

/** Like `checkTurn`, for a transaction without `lockWants`: nobody draws a later number until it ends. */
export async function holdTurn(client: PoolClient, turn: number | undefined): Promise<void> {
  if (turn === undefined) return;
  const { rowCount } = await client.query({ name: 'hold-turn', text: 'select from leadership where drive = $1 for share', values: [turn] });
  if (rowCount === 0) throw superseded();
}

/** Rows `lead` of a statement that is to do nothing unless this epoch leads; nobody draws a later one until its transaction ends. */
export const leads = (epoch: string): string => `lead as (select 1 from leadership where epoch = ${epoch} for share)`;

/** Whoever led before and comes back hears it with whatever it does. */
export function superseded(): FilmwrightError {
  return new FilmwrightError('lease-stale', 'Another controller drives builds by now; what this one planned is not stored.');
}

/** A task that is wanted anew, or otherwise, is posted; one that nobody wants is withdrawn. */
const want = `
  with found as (
    select k.key, w.* from unnest($2::text[]) as k(key)
    left join lateral (
      select b.id, b.priority, b.deadline, b.region, b.pool, turn_of(b.purpose, b.created_at) as turn_at
      from build_task bt join build b on b.id = bt.build_id and b.ended_at is null
      where bt.workspace_id = $1 and bt.key = k.key order by priority_rank(b.priority), b.deadline, turn_of(b.purpose, b.created_at), b.id limit 1
    ) w on true
  ), changed as (
    update task t set wanted_by = f.id, priority = coalesce(f.priority, 'normal'), deadline_at = f.deadline, turn_at = coalesce(f.turn_at, t.turn_at),
      region = f.region, pool = f.pool
    from found f where t.workspace_id = $1 and t.key = f.key and t.state in ('waiting', 'leased')
      and (t.wanted_by, t.priority, t.deadline_at, t.region, t.pool) is distinct from (f.id, coalesce(f.priority, 'normal'), f.deadline, f.region, f.pool)
    returning t.workspace_id, t.key, t.wanted_by
  ), posted as (
    insert into outbox (workspace_id, topic, key, body)
    select workspace_id, case when wanted_by is null then 'task.withdrawn' else 'task.ready' end, key, '{}' from changed
  )
  select count(*)::int as changed from changed`;

type Release = { readonly which: string; readonly outcome: 'unwanted' | 'cancelled'; readonly next: string };

/** Takes leased tasks back with a new fence: their attempts end as `outcome`, at no cost, and keep their places until their runners say that they stopped. */
const release = ({ which, outcome, next }: Release): string => `
  with taken as materialized (
    select workspace_id, key, fence from task where workspace_id = $1 and key = any($2) and state = 'leased' and ${which}
    order by workspace_id, key for update
  ), ended as (
    update attempt a set ended_at = now(), outcome = '${outcome}', stopping_until = case when a.delivered_at is not null then a.lease_until end from taken t
    where a.fence = t.fence and a.workspace_id = t.workspace_id and a.key = t.key returning a.workspace_id, a.key, a.fence, a.stopping_until, a.runner_name
  ), refunded as (${refundOf('taken')}), posted as (${postEnds('ended', { outcome: 'returned', stopping: 'x.stopping_until is not null' })})
  update task t set state = 'waiting', fence = nextval('task_fence'), outcome = null, percent = 0, attempts = greatest(0, t.attempts - 1), ${next}
  from taken x left join ended e on e.workspace_id = x.workspace_id and e.key = x.key where t.workspace_id = x.workspace_id and t.key = x.key returning t.key`;
const releaseUnwanted = release({ which: 'wanted_by is null', outcome: 'unwanted', next: 'left_on = null' });
const releaseCancelled = release({
  ...{ which: 'wanted_by is not null', outcome: 'cancelled' },
  // Whoever stops it may do so for what an attempt before left.
  next: 'left_on = e.runner_name, resume = null',
});

/**
 * The one writer of `wanted_by`: the most pressing, then oldest, active build that lists the key. A leased task that nobody wants any more is taken
 * back with a new fence, so that its runner is told to stop (its place is taken until it has, L10); the try does not count. Call under `lockWants`.
 */
export async function updateWanted(
  client: PoolClient,
  change: { readonly workspaceId: string; readonly keys: readonly string[] },
): Promise<void> {
  // In order of keys, so that two writers of many rows cannot wait for each other.
  const keys = [...new Set(change.keys)].sort();
  if (keys.length === 0) return;
  const values = [change.workspaceId, textArray(keys)];
  const { rows } = await client.query<{ changed: number }>({ name: 'want', text: want, values });
  if (rows[0]?.changed === 0) return;
  await client.query({ name: 'release', text: releaseUnwanted, values });
  await notify(client, { type: 'ready' });
}

/** Stops what runs of a task that is wanted, which waits again (B3a); false where nothing runs. Call under `lockWants`. */
export async function stopTask(
  client: PoolClient,
  { workspaceId, key }: { readonly workspaceId: string; readonly key: string },
): Promise<boolean> {
  const values = [workspaceId, textArray([key])];
  const { rowCount } = await client.query({ name: 'release-cancelled', text: releaseCancelled, values });
  if (rowCount === 1) await notify(client, { type: 'ready' });
  return rowCount === 1;
}
