import type { BuildShots, BuildTask, Progress, TaskKind, WebPackage } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { type ActiveRow, type BuildRow, buildColumns, buildOf, recordOf } from './build-rows.ts';
import { withEvidence } from './complete-evidence.ts';
import { type Database, sendAll } from './database.ts';
import { versionOfBuild } from './film-of-build.ts';
import { storable } from './film-versions.ts';
import { notify, notifying } from './notify.ts';
import { type BuildRecord, defaultWorkspace, type NewBuild, type Records, type ViewedBuild } from './records.ts';
import { isUuid, uuidv7 } from './uuidv7.ts';
import { checkTurn, holdTurn, lockWants, lockWantsOfBuild, stopTask, updateWanted } from './wanted.ts';

const firstProgress: Progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } };

/** A row where the build has not ended; `pressed_at` tells plans that are written just now to look again. */
const press = `
  with changed as (
    update build set priority = coalesce($3, priority), deadline = case when $4 then $5::timestamptz else deadline end, pressed_at = clock_timestamp()
    where id = $1 and workspace_id = $2 and ended_at is null
      and (priority, deadline) is distinct from (coalesce($3, priority), case when $4 then $5::timestamptz else deadline end) returning id
  )
  select exists (select from changed) as changed from build where id = $1 and workspace_id = $2 and ended_at is null`;

type BuildCalls = Pick<
  Records,
  | 'createBuild'
  | 'getBuild'
  | 'listBuilds'
  | 'activeBuilds'
  | 'activeAmong'
  | 'cancelBuild'
  | 'cancelTask'
  | 'changeBuild'
  | 'endBuild'
  | 'buildTasks'
  | 'savePackage'
  | 'webPackage'
  | 'saveShots'
  | 'buildShots'
>;

/** Films and builds. */
export function buildRecords(database: Database): BuildCalls {
  const { rows, prepared, transaction } = database;
  type View = { readonly table: 'build_package' | 'build_shots'; readonly id: string; readonly body: unknown };
  const saveView = ({ table, buildId: id, turn, body }: Omit<View, 'id'> & ViewedBuild): Promise<void> =>
    transaction(async (client) => {
      await holdTurn(client, turn);
      await client.query(
        `insert into ${table} (workspace_id, build_id, body) select workspace_id, id, $2 from build where id = $1
         on conflict (build_id) do update set body = excluded.body`,
        [id, JSON.stringify(body)],
      );
      await notify(client, { type: 'build', id });
    });
  const viewOf = async <T>({ table, id, workspaceId }: Omit<View, 'body'> & { readonly workspaceId: string | null }): Promise<T | null> => {
    if (!isUuid(id)) return null;
    const [row] = await rows<{ body: T }>(`select body from ${table} where build_id = $1 and ($2::uuid is null or workspace_id = $2)`, [
      id,
      workspaceId,
    ]);
    return row?.body ?? null;
  };
  const activeAmong = async (ids: readonly string[]): Promise<readonly BuildRecord[]> => {
    if (ids.length === 0) return [];
    const found = await prepared<ActiveRow>({
      name: 'active-among',
      text: `select b.*, v.document, v.files from (select ${buildColumns}, film_version_id, pool, region from build) b join film_version v on v.id = b.film_version_id
       where b.id = any($1) and b.ended_at is null order by b.id`,
      values: [ids],
    });
    return found.map(recordOf);
  };
  return {
    createBuild(wanted) {
      // The id is drawn first, so that a commit whose answer was lost is not made twice.
      const id = wanted.id ?? uuidv7();
      const title = storable(wanted.title);
      return transaction((client) => storeBuild(client, { ...wanted, title, id }));
    },
    async getBuild(id, workspaceId = defaultWorkspace) {
      if (!isUuid(id)) return null;
      const text = `select ${buildColumns} from build where id = $1 and workspace_id = $2`;
      const [row] = await prepared<BuildRow>({ name: 'build', text, values: [id, workspaceId] });
      return row === undefined ? null : buildOf(row);
    },
    async listBuilds({ workspaceId, limit, before }) {
      const found = await rows<BuildRow>(
        'select * from build where workspace_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3',
        [workspaceId, before ?? null, limit],
      );
      return found.map(buildOf);
    },
    async activeBuilds(known = []) {
      const active = new Set((await rows<{ id: string }>('select id from build where ended_at is null')).map(({ id }) => id));
      const knownIds = new Set(known);
      const unknown = [...active].filter((id) => !knownIds.has(id));
      return { fresh: await activeAmong(unknown), ended: known.filter((id) => !active.has(id)) };
    },
    activeAmong,
    cancelBuild: (id, workspaceId = defaultWorkspace) =>
      transaction(async (client, tries) => {
        if (!isUuid(id)) return false;
        await lockWants(client, workspaceId);
        const { rowCount } = await client.query(
          `update build set state = 'cancelled', ended_at = now() where id = $1 and workspace_id = $2 and ended_at is null`,
          [id, workspaceId],
        );
        // Tried again since the answer to the commit was lost, it may be cancelled already.
        if (rowCount === 0) return tries > 0 && (await isCancelled(client, { id, workspaceId }));
        await releaseTasks(client, id);
        await notify(client, { type: 'build', id });
        return true;
      }),
    cancelTask: ({ buildId, key }, workspaceId = defaultWorkspace) =>
      transaction(async (client) => {
        if (!isUuid(buildId)) return 'absent';
        await lockWants(client, workspaceId);
        const { rowCount } = await client.query(
          `select from build_task bt join build b on b.id = bt.build_id
           where b.id = $1 and b.workspace_id = $2 and b.ended_at is null and bt.key = $3 limit 1`,
          [buildId, workspaceId, key],
        );
        if (rowCount === 0) return 'absent';
        return (await stopTask(client, { workspaceId, key })) ? 'stopped' : 'idle';
      }),
    changeBuild: ({ id, priority = null, deadline }, workspaceId = defaultWorkspace) =>
      transaction(async (client) => {
        if (!isUuid(id)) return false;
        await lockWants(client, workspaceId);
        const values = [id, workspaceId, priority, deadline !== undefined, deadline ?? null];
        const { rows: found } = await client.query<{ changed: boolean }>(press, values);
        if (found[0]?.changed === true) {
          const { rows: lines } = await client.query<{ key: string }>(
            'select key from build_task where build_id = $1 and key is not null',
            [id],
          );
          await updateWanted(client, { workspaceId, keys: lines.map(({ key }) => key) });
          await notify(client, { type: 'build', id });
        }
        return found.length > 0;
      }),
    endBuild: ({ buildId, state, result, problem, progress, turn }) =>
      transaction(async (client) => {
        if (!(await lockWantsOfBuild(client, buildId))) return;
        await checkTurn(client, turn);
        const told = await withEvidence(client, { buildId, problem });
        const { rowCount } = await client.query(
          'update build set state = $2, result = $3, problem = $4, progress = $5, ended_at = now() where id = $1 and ended_at is null',
          [
            buildId,
            state,
            result === null ? null : JSON.stringify(result),
            told === null ? null : JSON.stringify(told),
            JSON.stringify(progress),
          ],
        );
        if (rowCount === 0) return;
        await releaseTasks(client, buildId);
        await notify(client, { type: 'build', id: buildId });
      }),
    savePackage: (build, body) => saveView({ ...build, table: 'build_package', body }),
    webPackage: (id, workspaceId = defaultWorkspace) => viewOf<WebPackage>({ table: 'build_package', id, workspaceId }),
    saveShots: (build, body) => saveView({ ...build, table: 'build_shots', body }),
    buildShots: (id, workspaceId = defaultWorkspace) => viewOf<BuildShots>({ table: 'build_shots', id, workspaceId }),
    async buildTasks(id, workspaceId = defaultWorkspace) {
      if (!isUuid(id)) return [];
      const found = await rows<{
        address: string;
        kind: TaskKind;
        key: string | null;
        state: BuildTask['state'] | null;
        reused: boolean;
        estimate_ms: number;
      }>(
        `select bt.address, bt.kind, bt.key, t.state, bt.reused, bt.estimate_ms from build_task bt
         left join task t on t.workspace_id = bt.workspace_id and t.key = bt.key where bt.build_id = $1 and bt.workspace_id = $2 order by bt.ordinal`,
        [id, workspaceId],
      );
      return found.map(({ address, kind, key, state, reused, estimate_ms }) => ({
        address,
        kind,
        key,
        state: state ?? 'foreseen',
        reused,
        estimateMs: estimate_ms,
      }));
    },
  };
}

async function storeBuild(client: PoolClient, build: NewBuild & { readonly id: string }): Promise<BuildRecord> {
  const { id, workspaceId, title, document, files, purpose, atMs, deadline = null, region = null, pool = null } = build;
  const priority = build.priority ?? (purpose === 'frame' || purpose === 'check' || purpose === 'preview' ? 'interactive' : 'normal');
  const { version, storing } = await versionOfBuild(client, build);
  const adding = {
    name: 'add-build',
    text: `insert into build (id, workspace_id, film_id, film_version_id, title, purpose, at_ms, progress, priority, deadline, region, pool)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do nothing returning ${buildColumns}`,
    values: [
      ...[id, workspaceId, version.film_id, version.id, title, purpose, atMs, JSON.stringify(firstProgress)],
      ...[priority, deadline, region, pool],
    ],
  };
  const answers = await sendAll(client, [...storing, adding, notifying({ type: 'build', id })]);
  const added = answers[storing.length] as readonly BuildRow[];
  // It was stored before where the answer of that commit was lost.
  const made = added[0] ?? (await client.query<BuildRow>(`select ${buildColumns} from build where id = $1`, [id])).rows[0];
  if (made === undefined) throw new Error('the build was not stored');
  return recordOf({ ...made, document, files, pool, region });
}

async function isCancelled(
  client: PoolClient,
  { id, workspaceId }: { readonly id: string; readonly workspaceId: string },
): Promise<boolean> {
  const { rowCount } = await client.query(`select from build where id = $1 and workspace_id = $2 and state = 'cancelled'`, [
    id,
    workspaceId,
  ]);
  return rowCount === 1;
}

/** Hands the tasks of a build that has ended to the next that wants them; leases that nobody wants are taken back. */
export async function releaseTasks(client: PoolClient, buildId: string): Promise<void> {
  const { rows: wanted } = await client.query<{ workspace_id: string; key: string }>(
    `select distinct t.workspace_id, t.key from build_task bt join task t on t.workspace_id = bt.workspace_id and t.key = bt.key
     where bt.build_id = $1 and t.wanted_by = $1 and t.state in ('waiting', 'leased')`,
    [buildId],
  );
  const workspaceId = wanted[0]?.workspace_id;
  if (workspaceId !== undefined) await updateWanted(client, { workspaceId, keys: wanted.map((row) => row.key) });
}
