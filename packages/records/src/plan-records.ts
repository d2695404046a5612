import { createHash } from 'node:crypto';
import { needsOf, type Task } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { notifyAll } from './notify.ts';
import type { PlannedRow, Records } from './records.ts';
import { checkTurn, lockWants, updateWanted } from './wanted.ts';

const manyRows = 300;
/** So many keys go into one row of the outbox. */
const keysOfARow = 200;

type Place = { readonly workspaceId: string; readonly buildId: string };

/** A build's first plan notes what it foresees, in time of slots. */
const beginPlan = `
  with begun as (
    update build b set progress = $2, rows_digest = $3, state = case when b.state = 'planning' then 'running' else b.state end
    where b.id = $1 and b.ended_at is null returning b.workspace_id, b.id, (select rows_digest from build where id = $1) as before
  ), foreseen as (
    insert into spend_entry (workspace_id, key, kind, build_id, gpu_ms, slot_ms, credits)
    select w.id, b.id::text, 'estimate', b.id, 0, $4::float8, $4::float8 / 1000 * w.slot_rate from begun b join workspace w on w.id = b.workspace_id
    where b.before is null on conflict do nothing
  )
  select workspace_id, before from begun`;

/** Storing plans: the tasks of a build and its list of them. */
export function planRecords({ transaction }: Database): Pick<Records, 'savePlan'> {
  return {
    savePlan({ buildId, rows, ready, progress, turn }) {
      const rowsDigest = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
      return transaction(async (client) => {
        const slotMs = rows.reduce((sum, row) => sum + (row.reused ? 0 : row.estimateMs), 0);
        await lockWants(client);
        await checkTurn(client, turn);
        const { rows: builds } = await client.query<{ workspace_id: string; before: string | null }>({
          name: 'begin-plan',
          text: beginPlan,
          values: [buildId, JSON.stringify(progress), rowsDigest, slotMs],
        });
        const build = builds[0];
        if (build === undefined) return;
        const place = { workspaceId: build.workspace_id, buildId };
        const added = ready.length > 0 ? await addTasks(client, { ...place, ready }) : [];
        if (build.before !== rowsDigest) {
          const keys = await storeRows(client, { ...place, rows, isFirst: build.before === null });
          await learnOf(client, keys.length);
          const settled = keys.length > 0 && added.length > 0 ? await wantedByOneOnly(client, { ...place, added }) : new Set();
          await updateWanted(client, { workspaceId: place.workspaceId, keys: keys.filter((key) => !settled.has(key)) });
        }
        await notifyAll(client, [{ type: 'build', id: buildId }, ...(ready.length > 0 ? [{ type: 'ready' } as const] : [])]);
      });
    },
  };
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
    text: `select bt.key from build_task bt join build b on b.id = bt.build_id and b.ended_at is null
      where bt.workspace_id = $1 and bt.key = any($3) and bt.build_id <> $2`,
    values: [workspaceId, buildId, added],
  });
  const keys = new Set(added);
  for (const { key } of shared) keys.delete(key);
  return keys;
}

/** Adds what is new, and tries anew what failed for another build; gives the keys of both. In order of keys, so that two writers of many rows cannot wait for each other. */
async function addTasks(
  client: PoolClient,
  { workspaceId, buildId, ready: given }: Place & { readonly ready: readonly Task[] },
): Promise<readonly string[]> {
  const ready = [...new Map(given.map((task) => [task.key, task])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const keys = ready.map((task) => task.key);
  const inputs = ready.map((task) => JSON.stringify(task.inputs));
  const needs = ready.map(needsOf);
  const { rows: added } = await client.query<{ key: string }>({
    name: 'add-tasks',
    text: `with added as (
       insert into task (workspace_id, key, kind, version, toolchain, payload, inputs, estimate_ms, rank, wanted_by, priority, deadline_at, turn_at,
         model, borders_ms, batch, batch_most)
       select $1, t.key, t.kind, t.version, t.toolchain, t.payload, array(select json_array_elements_text(t.inputs)), t.estimate_ms, t.rank,
         b.id, b.priority, b.deadline, turn_of(b.purpose, b.created_at), t.model, t.borders_ms, t.batch, t.batch_most
       from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::json[], $7::json[], $8::float8[], $10::smallint[],
         $11::text[], $12::float8[], $13::text[], $14::int[])
         as t(key, kind, version, toolchain, payload, inputs, estimate_ms, rank, model, borders_ms, batch, batch_most), build b
       where b.id = $9
       on conflict (workspace_id, key) do update
         set state = 'waiting', outcome = null, resume = null, rank = excluded.rank, attempts = 0, lost = 0, losses = '[]', problem = null, percent = 0, ready_at = now(),
           finished_at = null, fence = nextval('task_fence'), wanted_by = excluded.wanted_by, priority = excluded.priority,
           deadline_at = excluded.deadline_at, turn_at = excluded.turn_at
         where task.state = 'failed' and task.ran_for is distinct from $9
       returning key
     ), posted as (
       insert into outbox (workspace_id, topic, body)
       select $1, 'task.ready', json_build_object('keys', json_agg(key)) from (select key, row_number() over () / ${keysOfARow} as part from added) a group by part
     )
     select key from added`,
    values: [
      workspaceId,
      keys,
      ready.map((task) => task.kind),
      ready.map((task) => task.version),
      ready.map((task) => task.toolchain),
      ready.map((task) => JSON.stringify(task.payload)),
      inputs,
      ready.map((task) => task.estimateMs),
      buildId,
      ready.map((task) => task.rank),
      needs.map(({ model }) => model),
      needs.map(({ bordersMs }) => bordersMs),
      needs.map(({ batch }) => batch),
      needs.map(({ batchMost }) => batchMost),
    ],
  });
  if (ready.some((task) => task.inputs.length > 0))
    await client.query(
      `insert into task_asset (workspace_id, key, digest, role)
     select $1, t.key, i.digest, 'input' from unnest($2::text[], $3::json[]) as t(key, inputs), json_array_elements_text(t.inputs) as i(digest)
     on conflict do nothing`,
      [workspaceId, keys, inputs],
    );
  return added.map(({ key }) => key);
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
