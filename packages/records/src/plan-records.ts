import { createHash } from 'node:crypto';
import type { Task } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { textArray } from './array-values.ts';
import type { Database } from './database.ts';
import { notifyAll } from './notify.ts';
import { addTasks, copyLines, copyTasks, inKeyOrder, type Looks, type Place, tasksToRenew } from './plan-tasks.ts';
import type { PlannedRow, Records } from './records.ts';
import { checkTurn, lockWantsOfBuild, updateWanted } from './wanted.ts';

/** From so many on, plans are written as streams, and the database is told to look at its tables. */
const manyRows = 300;

/** A build's first plan notes what it foresees, in time of slots. */
const beginPlan = `
  with begun as (
    update build b set progress = $2, rows_digest = $3, state = case when b.state = 'planning' then 'running' else b.state end
    where b.id = $1 and b.ended_at is null returning b.workspace_id, b.id, b.pressed_at, (select rows_digest from build where id = $1) as before
  ), foreseen as (
    insert into spend_entry (workspace_id, key, kind, build_id, gpu_ms, slot_ms, credits)
    select w.id, b.id::text, 'estimate', b.id, 0, $4::float8, $4::float8 / 1000 * w.slot_rate from begun b join workspace w on w.id = b.workspace_id
    where b.before is null on conflict do nothing
  )
  select workspace_id, before, coalesce(pressed_at > now() - interval '2 minutes', false) as pressed from begun`;

/** A plan came after its build had ended: nothing of it stays. */
const tooLate = new Error('the build has ended');
/** Another plan added one of the tasks, or the lines, at the same time. */
const uniqueViolation = '23505';

/**
 * Storing plans: the tasks of a build and its list of them. What is new is written before the lock of wants is taken, so that plans are written side by
 * side; who wants what is told under it. Whoever holds it waits for no other writer of tasks.
 */
export function planRecords({ transaction }: Database): Pick<Records, 'savePlan'> {
  return {
    async savePlan(plan) {
      const rowsDigest = createHash('sha256').update(JSON.stringify(plan.rows)).digest('hex');
      const stored = { ...plan, ready: inKeyOrder(plan.ready), rowsDigest };
      const store = (looks: Looks | null) =>
        transaction(async (client) => {
          const copied = looks !== null ? await copyPlan(client, { ...stored, looks }) : null;
          const added = copied ?? (await addTasks(client, { buildId: plan.buildId, tasks: stored.ready, name: 'add-tasks' }));
          await settlePlan(client, { ...stored, added, isCopied: copied !== null });
        });
      try {
        const ways = plan.rows.length >= manyRows ? (['at some', 'at all', null] as const) : ([null] as const);
        for (const looks of ways) {
          try {
            await store(looks);
            break;
          } catch (error) {
            if (looks === null || (error as { readonly code?: unknown }).code !== uniqueViolation) throw error;
          }
        }
      } catch (error) {
        if (error !== tooLate) throw error;
      }
    },
  };
}

type Plan = Omit<Parameters<Records['savePlan']>[0], 'ready'> & { readonly ready: readonly Task[]; readonly rowsDigest: string };

type FirstPlanRow = {
  workspace_id: string;
  priority: string;
  deadline: string | null;
  turn: string;
  region: string | null;
  pool: string | null;
};

/** Writes a build's first plan, with many lines, in one stream; gives the keys of the tasks that are new. Null, with nothing written, for any other plan. */
async function copyPlan(
  client: PoolClient,
  { buildId, rows, ready, looks }: Plan & { readonly looks: Looks },
): Promise<readonly string[] | null> {
  const { rows: builds } = await client.query<FirstPlanRow>({
    name: 'first-plan',
    text: `select workspace_id, priority, region, pool, (extract(epoch from deadline) * 1000000)::bigint as deadline,
        (extract(epoch from turn_of(purpose, created_at)) * 1000000)::bigint as turn
      from build where id = $1 and ended_at is null and rows_digest is null`,
    values: [buildId],
  });
  const build = builds[0];
  if (build === undefined) return null;
  const place = { workspaceId: build.workspace_id, buildId };
  const { deadline, turn, priority, region, pool } = build;
  const deadlineMicros = deadline === null ? null : BigInt(deadline);
  const wanting = { ...place, priority, region, pool, deadlineMicros, turnMicros: BigInt(turn) };
  const added = await copyTasks(client, { ...wanting, looks }, ready);
  await copyLines(client, place, rows);
  return added;
}

/** Under the lock of wants: what was there already is tried anew where it failed, and each task is wanted by the build that presses most. */
async function settlePlan(
  client: PoolClient,
  {
    buildId,
    rows,
    ready,
    progress,
    turn,
    rowsDigest,
    added,
    isCopied,
  }: Plan & { readonly added: readonly string[]; readonly isCopied: boolean },
): Promise<void> {
  const slotMs = rows.reduce((sum, row) => sum + (row.reused ? 0 : row.estimateMs), 0);
  await lockWantsOfBuild(client, buildId);
  await checkTurn(client, turn);
  const { rows: builds } = await client.query<{ workspace_id: string; before: string | null; pressed: boolean }>({
    name: 'begin-plan',
    text: beginPlan,
    values: [buildId, JSON.stringify(progress), rowsDigest, slotMs],
  });
  const build = builds[0];
  if (build === undefined) throw tooLate;
  const place = { workspaceId: build.workspace_id, buildId };
  const fresh = new Set(added);
  const others = ready.filter(({ key }) => !fresh.has(key));
  const tasks = await tasksToRenew(client, { ...place, tasks: others });
  const came = [...added, ...(await addTasks(client, { buildId, tasks, name: 'renew-tasks' }))];
  if (build.before !== rowsDigest) {
    const keys = isCopied
      ? rows.flatMap(({ key }) => key ?? [])
      : await storeRows(client, { ...place, rows, isFirst: build.before === null });
    await learnOf(client, keys.length);
    // How pressing the build is may have changed after its new tasks were written.
    const isSure = keys.length > 0 && came.length > 0 && !build.pressed;
    const settled = isSure ? await wantedByOneOnly(client, { ...place, added: came }) : new Set();
    await updateWanted(client, { workspaceId: place.workspaceId, keys: keys.filter((key) => !settled.has(key)) });
  }
  await notifyAll(client, [{ type: 'build', id: buildId }, ...(ready.length > 0 ? [{ type: 'ready' } as const] : [])]);
}

/** By itself the database learns of many new rows only later, and till then it joins them row by row. */
async function learnOf(client: PoolClient, count: number): Promise<void> {
  if (count < manyRows) return;
  const { rows } = await client.query<{ known: number }>(`select reltuples as known from pg_class where oid = 'build_task'::regclass`);
  if ((rows[0]?.known ?? 0) < 2 * count) await client.query('analyze task, build_task, attempt');
}

/** Of tasks that were just added for a build those that no other active build lists: who wants them is known. */
async function wantedByOneOnly(
  client: PoolClient,
  { workspaceId, buildId, added }: Place & { readonly added: readonly string[] },
): Promise<ReadonlySet<string>> {
  const { rows: shared } = await client.query<{ key: string }>({
    name: 'shared-tasks',
    text: `select bt.key from unnest($3::text[]) as k(key) join build_task bt on bt.key = k.key
      join build b on b.id = bt.build_id and b.ended_at is null where bt.workspace_id = $1 and bt.build_id <> $2`,
    values: [workspaceId, buildId, textArray(added)],
  });
  const keys = new Set(added);
  for (const { key } of shared) keys.delete(key);
  return keys;
}

/** Writes the lines that differ and removes those that are gone; returns every key that came to this build or left it. */
async function storeRows(
  client: PoolClient,
  { workspaceId, buildId, rows, isFirst }: Place & { readonly rows: readonly PlannedRow[]; readonly isFirst: boolean },
): Promise<readonly string[]> {
  const { rows: changed } = await client.query<{ key: string | null; old_key: string | null }>({
    name: 'store-rows',
    text: `with given as (
       select * from unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::boolean[]) with ordinality
         as g(address, kind, key, estimate_ms, reused, ordinal)
     ), changed as (
       select g.*, b.key as old_key from given g left join build_task b on b.build_id = $2 and b.address = g.address
       where b.address is null or (b.kind, b.key, b.estimate_ms, b.reused, b.ordinal) is distinct from (g.kind, g.key, g.estimate_ms, g.reused, g.ordinal)
     ), written as (
       insert into build_task (workspace_id, build_id, address, kind, key, estimate_ms, reused, ordinal)
       select $1, $2, address, kind, key, estimate_ms, reused, ordinal from changed
       on conflict (build_id, address) do update set kind = excluded.kind, key = excluded.key, estimate_ms = excluded.estimate_ms,
         reused = excluded.reused, ordinal = excluded.ordinal
     )
     select key, old_key from changed where key is distinct from old_key`,
    values: [
      workspaceId,
      buildId,
      rows.map((row) => row.address),
      rows.map((row) => row.kind),
      rows.map((row) => row.key),
      rows.map((row) => row.estimateMs),
      rows.map((row) => row.reused),
    ],
  });
  const keys = changed.flatMap((row) => [row.key, row.old_key]);
  if (isFirst) return keys.filter((key) => key !== null);
  const { rows: gone } = await client.query<{ key: string | null }>(
    `delete from build_task where build_id = $1 and (select count(*) from build_task where build_id = $1) > $3 and not (address = any($2)) returning key`,
    [buildId, rows.map((row) => row.address), rows.length],
  );
  return [...keys, ...gone.map((row) => row.key)].filter((key) => key !== null);
}
