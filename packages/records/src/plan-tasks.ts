import { needsOf, type Task } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { textArray } from './array-values.ts';
import { copyRows } from './copy-rows.ts';
import { type Prepared, sendAll } from './database.ts';
import type { PlannedRow } from './records.ts';

/** So many keys go into one row of the outbox: it is small enough to lie in its table as it is. */
const keysOfARow = 24;

export type Place = { readonly workspaceId: string; readonly buildId: string };
/** What tasks have of the build that wants them; instants in microseconds since 1970. */
export type Wanting = Place & {
  readonly priority: string;
  readonly deadlineMicros: bigint | null;
  readonly turnMicros: bigint;
  readonly region: string | null;
  readonly pool: string | null;
};

/** Each task once, in order of keys, so that two writers of many rows cannot wait for each other. */
export function inKeyOrder(tasks: readonly Task[]): readonly Task[] {
  return [...new Map(tasks.map((task) => [task.key, task])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const columns = `workspace_id, key, kind, version, toolchain, payload, inputs, estimate_ms, rank, wanted_by, priority, deadline_at, turn_at,
  region, pool, model, gpus, borders_ms, batch, batch_most`;

const insert = (conflict: string): string => `
  with added as (
    insert into task (${columns})
    select b.workspace_id, t.key, t.kind, t.version, t.toolchain, t.payload, array(select json_array_elements_text(t.inputs)), t.estimate_ms, t.rank,
      b.id, b.priority, b.deadline, turn_of(b.purpose, b.created_at), b.region, b.pool, t.model, t.gpus, t.borders_ms, t.batch, t.batch_most
    from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::json[], $7::json[], $8::float8[], $9::smallint[], $10::text[], $11::int[], $12::float8[], $13::text[], $14::int[])
      as t(key, kind, version, toolchain, payload, inputs, estimate_ms, rank, model, gpus, borders_ms, batch, batch_most), build b
    where b.id = $1 and b.ended_at is null
    on conflict (workspace_id, key) do ${conflict}
    returning workspace_id, key, xmax = 0 as fresh
  ), posted as (
    insert into outbox (workspace_id, topic, body)
    select workspace_id, 'task.ready', json_build_object('keys', json_agg(key))
    from (select workspace_id, key, row_number() over () / ${keysOfARow} as part from added) a group by workspace_id, part
  ), linked as (
    insert into task_asset (workspace_id, key, digest, role)
    select distinct a.workspace_id, a.key, i.digest, 'input' from added a join unnest($2::text[], $7::json[]) as t(key, inputs) on t.key = a.key,
      json_array_elements_text(t.inputs) as i(digest) where a.fresh
  )
  select key from added`;

const statements = {
  'add-tasks': insert('nothing'),
  'renew-tasks': insert(`update
      set state = 'waiting', outcome = null, resume = null, rank = excluded.rank, attempts = 0, lost = 0, losses = '[]', failures = '[]', left_on = null, problem = null, percent = 0,
        ready_at = now(), finished_at = null, fence = nextval('task_fence'), wanted_by = excluded.wanted_by, priority = excluded.priority,
        deadline_at = excluded.deadline_at, turn_at = excluded.turn_at, region = excluded.region, pool = excluded.pool
      where task.state = 'failed' and task.ran_for is distinct from $1`),
};

type Adding = { readonly buildId: string; readonly tasks: readonly Task[]; readonly name: keyof typeof statements };

/**
 * Adds what is new (`add-tasks`, which needs no lock), or also tries anew what failed for another build (`renew-tasks`, under the lock of wants); gives
 * the keys of both. Nothing is added once the build has ended.
 */
export async function addTasks(client: PoolClient, { buildId, tasks, name }: Adding): Promise<readonly string[]> {
  if (tasks.length === 0) return [];
  const [rows = []] = await sendAll(client, [addingOf({ buildId, tasks, name })]);
  return rows.map(({ key }) => key);
}

/** What `addTasks` sends; it answers with keys. */
export function addingOf({ buildId, tasks, name }: Adding): Prepared {
  const needs = tasks.map(needsOf);
  return {
    name,
    text: statements[name],
    values: [
      buildId,
      ...[tasks.map(({ key }) => key), tasks.map(({ kind }) => kind), tasks.map(({ version }) => version)],
      ...[tasks.map(({ toolchain }) => toolchain), tasks.map(({ payload }) => JSON.stringify(payload))],
      ...[tasks.map(({ inputs }) => JSON.stringify(inputs)), tasks.map(({ estimateMs }) => estimateMs), tasks.map(({ rank }) => rank)],
      ...[needs.map(({ model }) => model), needs.map(({ gpus }) => gpus), needs.map(({ bordersMs }) => bordersMs)],
      ...[needs.map(({ batch }) => batch), needs.map(({ batchMost }) => batchMost)],
    ],
  };
}

/** Of tasks that were there before, those that are to be tried anew, or that were removed meanwhile. Under the lock of wants. */
export async function tasksToRenew(
  client: PoolClient,
  { workspaceId, buildId, tasks }: Place & { readonly tasks: readonly Task[] },
): Promise<readonly Task[]> {
  if (tasks.length === 0) return [];
  const { rows } = await client.query<{ key: string }>({
    name: 'tasks-to-renew',
    text: `select k.key from unnest($3::text[]) as k(key) left join task t on t.workspace_id = $1 and t.key = k.key
      where t.key is null or (t.state = 'failed' and t.ran_for is distinct from $2)`,
    values: [workspaceId, buildId, tasks.map(({ key }) => key)],
  });
  const keys = new Set(rows.map(({ key }) => key));
  return tasks.filter(({ key }) => keys.has(key));
}

/** Which of the tasks of a plan are looked for before they are added; where none of some is there, a plan that nobody made before is likely. */
export type Looks = 'at some' | 'at all';
const mostLooks = 100;

/** Adds many tasks that are new; fails as a whole where another adds one of them at the same time, or one is there that was not looked for. Gives their keys. */
export async function copyTasks(
  client: PoolClient,
  wanting: Wanting & { readonly looks: Looks },
  tasks: readonly Task[],
): Promise<readonly string[]> {
  const { workspaceId, buildId, priority, deadlineMicros, turnMicros, region, pool, looks } = wanting;
  const found = async (keys: readonly string[]): Promise<readonly string[]> => {
    const { rows } = await client.query<{ key: string }>({
      name: 'tasks-there',
      text: 'select t.key from unnest($2::text[]) as k(key) join task t on t.workspace_id = $1 and t.key = k.key',
      values: [workspaceId, textArray(keys)],
    });
    return rows.map(({ key }) => key);
  };
  const all = tasks.map(({ key }) => key);
  const step = Math.ceil(all.length / mostLooks);
  const isNew = looks === 'at some' && (await found(all.filter((_, at) => at % step === 0))).length === 0;
  const known = new Set(isNew ? [] : await found(all));
  const fresh = known.size === 0 ? tasks : tasks.filter(({ key }) => !known.has(key));
  await copyRows(client, {
    table: `task (${columns})`,
    columns: 20,
    rows: fresh,
    write(to, task) {
      const { model, gpus, bordersMs, batch, batchMost } = needsOf(task);
      to.uuid(workspaceId);
      to.text(task.key);
      to.text(task.kind);
      to.int(task.version, 4);
      to.text(task.toolchain);
      to.text(JSON.stringify(task.payload));
      to.texts(task.inputs);
      to.float(task.estimateMs);
      to.int(task.rank, 2);
      to.uuid(buildId);
      to.text(priority);
      to.instant(deadlineMicros);
      to.instant(turnMicros);
      to.text(region);
      to.text(pool);
      to.text(model);
      to.int(gpus, 4);
      to.float(bordersMs);
      to.text(batch);
      to.int(batchMost, 4);
    },
  });
  await copyRows(client, {
    table: 'task_asset (workspace_id, key, digest, role)',
    columns: 4,
    rows: fresh.flatMap(({ key, inputs }) => [...new Set(inputs)].map((digest) => ({ key, digest }))),
    write(to, { key, digest }) {
      to.uuid(workspaceId);
      to.text(key);
      to.text(digest);
      to.text('input');
    },
  });
  const keys = fresh.map(({ key }) => key);
  const parts = Array.from({ length: Math.ceil(keys.length / keysOfARow) }, (_, at) => keys.slice(at * keysOfARow, (at + 1) * keysOfARow));
  await client.query({
    name: 'post-ready',
    text: `insert into outbox (workspace_id, topic, body) select $1, 'task.ready', body from unnest($2::json[]) as body`,
    values: [workspaceId, parts.map((some) => JSON.stringify({ keys: some }))],
  });
  return keys;
}

/** Stores the lines of a build that has none. */
export async function copyLines(client: PoolClient, { workspaceId, buildId }: Place, rows: readonly PlannedRow[]): Promise<void> {
  // In the order of their index, which so grows at one end.
  const sorted = rows.map((row, at) => ({ row, at })).sort((a, b) => (a.row.address < b.row.address ? -1 : 1));
  await copyRows(client, {
    table: 'build_task (workspace_id, build_id, address, kind, key, estimate_ms, reused, ordinal)',
    columns: 8,
    rows: sorted,
    write(to, { row: { address, kind, key, estimateMs, reused }, at }) {
      to.uuid(workspaceId);
      to.uuid(buildId);
      to.text(address);
      to.text(kind);
      to.text(key);
      to.float(estimateMs);
      to.bool(reused);
      to.int(at + 1, 4);
    },
  });
}
