import { createHash } from 'node:crypto';
import type { Build, BuildPurpose, BuildResult, BuildState, BuildTask, Problem, Progress, TaskKind } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { notify } from './notify.ts';
import type { BuildRecord, Records } from './records.ts';

type BuildRow = {
  id: string;
  workspace_id: string;
  film_id: string;
  title: string;
  purpose: BuildPurpose;
  at_ms: number | null;
  state: BuildState;
  progress: Progress;
  result: BuildResult | null;
  problem: Problem | null;
  created_at: Date;
  ended_at: Date | null;
};
type ActiveRow = BuildRow & { document: unknown; files: Readonly<Record<string, string>> };

const firstProgress: Progress = { stage: 'read', shot: null, percent: 0, leftMs: null, tasks: { total: 0, done: 0, run: 0, reused: 0 } };

type BuildCalls = Pick<
  Records,
  'createBuild' | 'getBuild' | 'listBuilds' | 'activeBuilds' | 'cancelBuild' | 'savePlan' | 'endBuild' | 'buildTasks'
>;

/** Films and builds. */
export function buildRecords(database: Database): BuildCalls {
  const { rows, transaction } = database;
  return {
    createBuild: ({ workspaceId, title, document, files, purpose, atMs }) =>
      transaction(async (client) => {
        const text = JSON.stringify(document);
        const filesText = JSON.stringify(files);
        const digest = createHash('sha256').update(`${text}\n${filesText}`).digest('hex');
        const known = await client.query<{ id: string; film_id: string }>(
          'select id, film_id from film_version where workspace_id = $1 and digest = $2',
          [workspaceId, digest],
        );
        let version = known.rows[0];
        if (version === undefined) {
          const film = await client.query<{ id: string }>('insert into film (workspace_id, title) values ($1, $2) returning id', [
            workspaceId,
            title,
          ]);
          const made = await client.query<{ id: string; film_id: string }>(
            `insert into film_version (workspace_id, film_id, digest, document, files) values ($1, $2, $3, $4, $5)
             on conflict (workspace_id, digest) do update set digest = excluded.digest returning id, film_id`,
            [workspaceId, film.rows[0]?.id, digest, text, filesText],
          );
          version = made.rows[0];
        }
        if (version === undefined) throw new Error('the film version was not stored');
        const { rows: made } = await client.query<BuildRow>(
          `insert into build (workspace_id, film_id, film_version_id, title, purpose, at_ms, progress) values ($1, $2, $3, $4, $5, $6, $7) returning *`,
          [workspaceId, version.film_id, version.id, title, purpose, atMs, JSON.stringify(firstProgress)],
        );
        const build = made[0];
        if (build === undefined) throw new Error('the build was not stored');
        await notify(client, { type: 'build', id: build.id });
        return recordOf({ ...build, document, files });
      }),
    async getBuild(id) {
      if (!isUuid(id)) return null;
      const [row] = await rows<BuildRow>('select * from build where id = $1', [id]);
      return row === undefined ? null : buildOf(row);
    },
    async listBuilds({ workspaceId, limit, before }) {
      const found = await rows<BuildRow>(
        'select * from build where workspace_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3',
        [workspaceId, before ?? null, limit],
      );
      return found.map(buildOf);
    },
    async activeBuilds() {
      const found = await rows<ActiveRow>(
        'select b.*, v.document, v.files from build b join film_version v on v.id = b.film_version_id where b.ended_at is null order by b.id',
      );
      return found.map(recordOf);
    },
    cancelBuild: (id) =>
      transaction(async (client) => {
        if (!isUuid(id)) return false;
        const { rowCount } = await client.query(
          `update build set state = 'cancelled', ended_at = now() where id = $1 and ended_at is null`,
          [id],
        );
        if (rowCount === 0) return false;
        await dropUnwanted(client, id);
        await notify(client, { type: 'build', id });
        return true;
      }),
    savePlan: ({ buildId, rows: planned, ready, progress }) =>
      transaction(async (client) => {
        const { rows: builds } = await client.query<{ workspace_id: string }>(
          `update build set progress = $2, state = case when state = 'planning' then 'running' else state end where id = $1 and ended_at is null returning workspace_id`,
          [buildId, JSON.stringify(progress)],
        );
        const workspaceId = builds[0]?.workspace_id;
        if (workspaceId === undefined) return;
        if (ready.length > 0) {
          await client.query(
            `insert into task (workspace_id, key, kind, version, toolchain, payload, inputs, estimate_ms)
             select $1, t.key, t.kind, t.version, t.toolchain, t.payload, array(select json_array_elements_text(t.inputs)), t.estimate_ms
             from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::json[], $7::json[], $8::float8[]) as t(key, kind, version, toolchain, payload, inputs, estimate_ms)
             on conflict (workspace_id, key) do update
               set state = 'waiting', attempts = 0, lost = 0, problem = null, not_before = '-infinity'
               where task.state = 'failed' and not exists (select from build_task bt where bt.build_id = $9 and bt.key = task.key)`,
            [
              workspaceId,
              ready.map((task) => task.key),
              ready.map((task) => task.kind),
              ready.map((task) => task.version),
              ready.map((task) => task.toolchain),
              ready.map((task) => JSON.stringify(task.payload)),
              ready.map((task) => JSON.stringify(task.inputs)),
              ready.map((task) => task.estimateMs),
              buildId,
            ],
          );
          await client.query(
            `insert into task_asset (workspace_id, key, digest, role)
             select $1, t.key, i.digest, 'input' from unnest($2::text[], $3::json[]) as t(key, inputs), json_array_elements_text(t.inputs) as i(digest)
             on conflict do nothing`,
            [workspaceId, ready.map((task) => task.key), ready.map((task) => JSON.stringify(task.inputs))],
          );
        }
        await client.query(
          `insert into build_task (workspace_id, build_id, address, kind, key, estimate_ms, reused, ordinal)
           select $1, $2, t.* from unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::boolean[], $8::int[]) as t
           on conflict (build_id, address) do update
             set key = excluded.key, estimate_ms = excluded.estimate_ms, reused = excluded.reused, ordinal = excluded.ordinal
             where (build_task.key, build_task.estimate_ms, build_task.reused, build_task.ordinal) is distinct from (excluded.key, excluded.estimate_ms, excluded.reused, excluded.ordinal)`,
          [
            workspaceId,
            buildId,
            planned.map((row) => row.address),
            planned.map((row) => row.kind),
            planned.map((row) => row.key),
            planned.map((row) => row.estimateMs),
            planned.map((row) => row.reused),
            planned.map((_, at) => at),
          ],
        );
        await notify(client, { type: 'build', id: buildId });
        if (ready.length > 0) await notify(client, { type: 'ready' });
      }),
    endBuild: ({ buildId, state, result, problem, progress }) =>
      transaction(async (client) => {
        const { rowCount } = await client.query(
          'update build set state = $2, result = $3, problem = $4, progress = $5, ended_at = now() where id = $1 and ended_at is null',
          [
            buildId,
            state,
            result === null ? null : JSON.stringify(result),
            problem === null ? null : JSON.stringify(problem),
            JSON.stringify(progress),
          ],
        );
        if (rowCount === 0) return;
        if (state !== 'succeeded') await dropUnwanted(client, buildId);
        await notify(client, { type: 'build', id: buildId });
      }),
    async buildTasks(id) {
      const found = await rows<{
        address: string;
        kind: TaskKind;
        key: string | null;
        state: BuildTask['state'] | null;
        reused: boolean;
        estimate_ms: number;
      }>(
        `select bt.address, bt.kind, bt.key, t.state, bt.reused, bt.estimate_ms from build_task bt
         left join task t on t.workspace_id = bt.workspace_id and t.key = bt.key where bt.build_id = $1 order by bt.ordinal`,
        [id],
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

/** Takes back the leases of tasks that only an ended build wanted, so that their runners stop; waiting ones are not leased while no build wants them. */
async function dropUnwanted(client: Parameters<typeof notify>[0], buildId: string): Promise<void> {
  await client.query(
    `update task t set state = 'waiting', fence = fence + 1, lease_until = null, attempts = greatest(0, attempts - 1) from build_task bt
     where bt.build_id = $1 and t.workspace_id = bt.workspace_id and t.key = bt.key and t.state = 'leased'
       and not exists (select from build_task other join build b on b.id = other.build_id where other.key = t.key and other.workspace_id = t.workspace_id and other.build_id <> $1 and b.ended_at is null)`,
    [buildId],
  );
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

function recordOf(row: ActiveRow): BuildRecord {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    filmId: row.film_id,
    title: row.title,
    purpose: row.purpose,
    atMs: row.at_ms,
    document: row.document,
    files: row.files,
    state: row.state,
    createdAt: row.created_at.toISOString(),
  };
}

function buildOf(row: BuildRow): Build {
  return {
    id: row.id,
    film: row.film_id,
    title: row.title,
    purpose: row.purpose,
    state: row.state,
    progress: row.progress,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    result: row.result,
    problem: row.problem,
  };
}
