import type { Problem, TaskKind } from '@filmwright/contracts';
import { textArray } from './array-values.ts';
import type { Database } from './database.ts';
import { defaultWorkspace, type Records, type TaskResult } from './records.ts';
import { isStale, noteSeen } from './seen-assets.ts';
import { lockWants, updateWanted } from './wanted.ts';

type ResultRow = {
  key: string;
  kind: TaskKind;
  state: TaskResult['state'];
  output: unknown;
  problem: Problem | null;
  percent: number;
  wall_ms: number | null;
  finished_at: Date | null;
  ran_for: string | null;
  gone: boolean;
  stale: boolean;
};

const isGone = `t.state = 'done' and exists (
  select from task_asset ta left join asset a on a.workspace_id = ta.workspace_id and a.digest = ta.digest
  where ta.workspace_id = t.workspace_id and ta.key = t.key and ta.role = 'output' and a.digest is null)`;

/** Whether the outputs of a done task were last asked for so long ago that a sweep might take them before they are named. */
const isForgotten = `t.state = 'done' and exists (
  select from task_asset ta join asset a on a.workspace_id = ta.workspace_id and a.digest = ta.digest
  where ta.workspace_id = t.workspace_id and ta.key = t.key and ta.role = 'output' and ${isStale})`;

/** How far a task is that runs stands with its lease. */
const percentOf = `case when t.state = 'leased' then coalesce((select a.percent from attempt a where a.fence = t.fence and a.ended_at is null), 0)
  else t.percent end as percent`;

/** What became of tasks. */
export function resultRecords(database: Database): Pick<Records, 'results'> {
  const { rows, prepared, transaction } = database;
  const read = (keys: readonly string[], workspaceId: string) =>
    prepared<ResultRow>({
      name: 'results',
      text: `select key, kind, state, output, problem, ${percentOf}, wall_ms, finished_at, ran_for, (${isGone}) as gone, (${isForgotten}) as stale
       from task t where workspace_id = $1 and key = any($2)`,
      values: [workspaceId, textArray(keys)],
    });

  /** A done task whose asset is gone waits again, with a new fence, if a build still wants it. */
  const putBack = (keys: readonly string[], workspaceId: string) =>
    transaction(async (client) => {
      await lockWants(client, workspaceId);
      await client.query(
        `update task t set state = 'waiting', fence = nextval('task_fence'), outcome = null, output = null, resume = null, left_on = null, finished_at = null, percent = 0,
           attempts = 0, lost = 0, losses = '[]', failures = '[]', ready_at = now(), wanted_by = null
         where workspace_id = $1 and key = any($2) and ${isGone}`,
        [workspaceId, keys],
      );
      await client.query(
        `delete from task_asset where workspace_id = $1 and key = any($2) and role = 'output' and key in (select key from task where workspace_id = $1 and key = any($2) and state = 'waiting')`,
        [workspaceId, keys],
      );
      await updateWanted(client, { workspaceId, keys });
    });

  return {
    async results(keys, workspaceId = defaultWorkspace) {
      if (keys.length === 0) return new Map();
      let found = await read(keys, workspaceId);
      const stale = found.filter((row) => row.stale).map((row) => row.key);
      if (stale.length > 0) {
        const outputs = await rows<{ digest: string }>(
          `select distinct digest from task_asset where workspace_id = $1 and key = any($2) and role = 'output'`,
          [workspaceId, stale],
        );
        await noteSeen(database, { workspaceId, digests: outputs.map((row) => row.digest) });
        found = await read(keys, workspaceId);
      }
      const gone = found.filter((row) => row.gone).map((row) => row.key);
      if (gone.length > 0) {
        await putBack(gone, workspaceId);
        found = await read(keys, workspaceId);
      }
      return new Map(found.map((row) => [row.key, resultOf(row)]));
    },
  };
}

function resultOf(row: ResultRow): TaskResult {
  const { key, kind, state, output, problem, percent } = row;
  return {
    key,
    kind,
    state,
    output,
    problem,
    percent,
    wallMs: row.wall_ms,
    finishedAtMs: row.finished_at?.getTime() ?? null,
    ranFor: row.ran_for,
  };
}
