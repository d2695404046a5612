import { createHash } from 'node:crypto';
import type { Task } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { textArray } from './array-values.ts';
import { type Database, type Prepared, sendAll } from './database.ts';
import { notifyEach } from './notify.ts';
import { addingOf, addTasks, copyLines, copyTasks, inKeyOrder, type Looks, tasksToRenew } from './plan-tasks.ts';
import type { PlannedRow, Records } from './records.ts';
import { checkingTurn, lockingWantsOf, superseded, updateWanted } from './wanted.ts';

/** From so many on, plans are written as streams, and the database is told to look at its tables. */
const manyRows = 300;

/** A build's first plan that waits for no pool notes what it foresees, in time of GPUs and of slots: before that nobody knows what its models are. */
const begin = `
  with begun as (
    update build b set progress = $2, rows_digest = $3, awaits = $7::json, state = case when b.state = 'planning' then 'running' else b.state end
    where b.id = $1 and b.ended_at is null returning b.workspace_id, b.id, b.pressed_at, (select rows_digest from build where id = $1) as before,
      (select awaits is not null from build where id = $1) as awaited
  ), foreseen as (
    insert into spend_entry (workspace_id, key, kind, build_id, gpu_ms, slot_ms, credits)
    select w.id, b.id::text, 'estimate', b.id, $6::float8, $4::float8, ($6::float8 * w.gpu_rate + $4::float8 * w.slot_rate) / 1000 from begun b join workspace w on w.id = b.workspace_id
    where $7::json is null and (b.before is null or b.awaited) on conflict do nothing
  )
  select workspace_id, before, coalesce(pressed_at > now() - interval '2 minutes', false) as pressed, ${notifyEach('$5')} from begun`;
type BegunRow = { workspace_id: string; before: string | null; pressed: boolean };

/** A plan came after its build had ended: nothing of it stays. */
const tooLate = new Error('the build has ended');
/** Another plan added one of the tasks, or the lines, at the same time. */
const uniqueViolation = '23505';

/**
 * Storing plans: the tasks of a build and its list of them. What is new is written before the lock of wants is taken, so that plans are written side by
 * side; who wants what is told under it. Whoever holds it waits for no other writer of tasks.
 */
export function planRecords({ transaction, streaming }: Database): Pick<Records, 'savePlan'> {
  return {
    async savePlan(given) {
      const rowsDigest = createHash('sha256').update(JSON.stringify(given.rows)).digest('hex');
      const plan = { ...given, ready: inKeyOrder(given.ready), rowsDigest };
      const copy = (looks: Looks) =>
        streaming(async (client) => settlePlan(client, { ...plan, copied: await copyPlan(client, { ...plan, looks }) }));
      const add = () => transaction((client) => settlePlan(client, { ...plan, copied: null }));
      const ways = plan.rows.length >= manyRows ? [() => copy('at some'), () => copy('at all'), add] : [add];
      for (const way of ways) {
        try {
          return await way();
        } catch (error) {
          if (error === tooLate) return;
          if (way === add || (error as { readonly code?: unknown }).code !== uniqueViolation) throw error;
        }
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

/** The keys of tasks that were copied with the lines of their plan; null where neither was. */
type Copied = { readonly copied: readonly string[] | null };
/** A plan that was begun: the keys of its new tasks, what its build was, and its lines that changed and tasks that others list, null where those did not go with it. */
type Begun = {
  readonly added: readonly string[];
  readonly build: BegunRow;
  readonly lines: readonly LineRow[] | null;
  readonly shared: readonly LineRow[] | null;
};

/**
 * Adds what is new, unless that was copied, waits for the lock of wants and begins the plan under it; in one go where the connection is pipelined. The lines
 * of a small plan with tasks go along: others wait for that lock.
 */
async function beginPlan(client: PoolClient, plan: Plan & Copied): Promise<Begun> {
  const { buildId, rows, ready, progress, awaits = null, turn, rowsDigest, copied } = plan;
  const left = rows.filter(({ reused }) => !reused);
  const gpuMs = left.reduce((sum, { estimateMs, gpus = 0 }) => sum + gpus * estimateMs, 0);
  const slotMs = left.reduce((sum, { estimateMs, gpus = 0 }) => sum + (gpus > 0 ? 0 : estimateMs), 0);
  const events = [{ type: 'build', id: buildId }, ...(ready.length > 0 ? [{ type: 'ready' }] : [])].map((event) => JSON.stringify(event));
  const adding = copied === null && ready.length > 0 ? [addingOf({ buildId, tasks: ready, name: 'add-tasks' })] : [];
  const checking = turn !== undefined ? [checkingTurn(turn)] : [];
  const awaited = awaits === null ? null : JSON.stringify(awaits);
  const values = [buildId, JSON.stringify(progress), rowsDigest, slotMs, events, gpuMs, awaited];
  const beginning = { name: 'begin-plan', text: begin, values };
  const first = [...adding, lockingWantsOf(buildId), ...checking, beginning];
  const isWhole = adding.length > 0 && rows.length < manyRows;
  const along = isWhole ? [storingRows({ buildId, rows }), othersThatWant({ buildId, keys: ready.map(({ key }) => key) })] : [];
  const answers = await sendAll(client, [...first, ...along]);
  if (checking.length > 0 && answers[first.length - 2]?.length === 0) throw superseded();
  const build = answers[first.length - 1]?.[0] as BegunRow | undefined;
  if (build === undefined) throw tooLate;
  const keys = adding.length > 0 ? (answers[0] ?? []) : [];
  const [lines = null, shared = null] = answers.slice(first.length);
  return { added: copied ?? keys.map(({ key }) => key), build, lines, shared };
}

/** Under the lock of wants: what was there already is tried anew where it failed, and each task is wanted by the build that presses most. */
async function settlePlan(client: PoolClient, plan: Plan & Copied): Promise<void> {
  const begun = await beginPlan(client, plan);
  const { added, build } = begun;
  const { buildId, ready, rowsDigest } = plan;
  const { workspace_id: workspaceId } = build;
  const fresh = new Set(added);
  const others = ready.filter(({ key }) => !fresh.has(key));
  const tasks = await tasksToRenew(client, { workspaceId, buildId, tasks: others });
  const came = [...added, ...(await addTasks(client, { buildId, tasks, name: 'renew-tasks' }))];
  const lined = build.before === rowsDigest ? [] : await changeLines(client, { ...plan, ...begun });
  await learnOf(client, lined.length);
  // How pressing the build is may have changed after its new tasks were written.
  const settled = new Set(build.pressed ? [] : came);
  const shared = begun.shared ?? (settled.size > 0 ? (await sendAll(client, [othersThatWant({ buildId, keys: came })]))[0] : []);
  // Who wants what was just added, and no other active build lists, is known; what was swept meanwhile comes anew though its line is there.
  for (const { key } of shared ?? []) settled.delete(key);
  await updateWanted(client, { workspaceId, keys: [...lined, ...came].filter((key) => !settled.has(key)) });
}

/** Makes the lines of a build those of its plan, as far as they did not go with it; gives every key that came to the build by that, or left it. */
async function changeLines(client: PoolClient, { buildId, rows, copied, lines, build }: Plan & Copied & Begun): Promise<readonly string[]> {
  const stored = async () => (await sendAll(client, [storingRows({ buildId, rows })]))[0] ?? [];
  const changed: readonly LineRow[] = copied !== null ? rows : (lines ?? (await stored()));
  const gone = build.before === null ? [] : await removeLines(client, { buildId, rows });
  return [...changed.flatMap(({ key = null, old_key: before = null }) => [key, before]), ...gone].filter((key) => key !== null);
}

type LineRow = { readonly key?: string | null; readonly old_key?: string | null };

/** By itself the database learns of many new rows only later, and till then it joins them row by row. */
async function learnOf(client: PoolClient, count: number): Promise<void> {
  if (count < manyRows) return;
  const { rows } = await client.query<{ known: number }>(`select reltuples as known from pg_class where oid = 'build_task'::regclass`);
  if ((rows[0]?.known ?? 0) < 2 * count) await client.query('analyze task, build_task, attempt');
}

type Lines = { readonly buildId: string; readonly rows: readonly PlannedRow[] };

/** Asks which of these tasks other active builds list; each by its key, however many builds there are. */
const othersThatWant = ({ buildId, keys }: { readonly buildId: string; readonly keys: readonly string[] }): Prepared => ({
  name: 'shared-tasks',
  text: `select k.key from build own cross join unnest($2::text[]) as k(key) cross join lateral (
      select from build_task bt join build b on b.id = bt.build_id and b.ended_at is null
      where bt.workspace_id = own.workspace_id and bt.key = k.key and bt.build_id <> own.id limit 1
    ) other where own.id = $1`,
  values: [buildId, textArray(keys)],
});

/** Writes the lines that differ; answers with every key that so came to this build, and the one that was in its place. */
const storingRows = ({ buildId, rows }: Lines): Prepared => ({
  name: 'store-rows',
  text: `with given as (
     select * from unnest($2::text[], $3::text[], $4::text[], $5::float8[], $6::boolean[]) with ordinality
       as g(address, kind, key, estimate_ms, reused, ordinal)
   ), changed as (
     select g.*, b.key as old_key from given g left join build_task b on b.build_id = $1 and b.address = g.address
     where b.address is null or (b.kind, b.key, b.estimate_ms, b.reused, b.ordinal) is distinct from (g.kind, g.key, g.estimate_ms, g.reused, g.ordinal)
   ), written as (
     insert into build_task (workspace_id, build_id, address, kind, key, estimate_ms, reused, ordinal)
     select own.workspace_id, own.id, address, kind, key, estimate_ms, reused, ordinal from changed, build own where own.id = $1
     on conflict (build_id, address) do update set kind = excluded.kind, key = excluded.key, estimate_ms = excluded.estimate_ms,
       reused = excluded.reused, ordinal = excluded.ordinal
   )
   select key, old_key from changed where key is distinct from old_key`,
  values: [
    buildId,
    rows.map((row) => row.address),
    rows.map((row) => row.kind),
    rows.map((row) => row.key),
    rows.map((row) => row.estimateMs),
    rows.map((row) => row.reused),
  ],
});

/** Removes the lines of a plan before that this one has no more; gives their keys. */
async function removeLines(client: PoolClient, { buildId, rows }: Lines): Promise<readonly (string | null)[]> {
  const { rows: gone } = await client.query<{ key: string | null }>(
    `delete from build_task where build_id = $1 and (select count(*) from build_task where build_id = $1) > $3 and not (address = any($2)) returning key`,
    [buildId, rows.map((row) => row.address), rows.length],
  );
  return gone.map(({ key }) => key);
}
