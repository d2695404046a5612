import type { Issue, Problem } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { evidenceOf } from './loss-evidence.ts';
import { lostProblem, toldAnew } from './lost-problem.ts';
import { notify } from './notify.ts';
import type { Loss } from './troubles.ts';

type SetAside = {
  readonly workspace_id: string;
  readonly key: string;
  readonly kind: string;
  readonly losses: readonly Loss[];
  readonly problem: Problem;
};
type Told = Pick<SetAside, 'workspace_id' | 'key' | 'kind'> & { readonly problem: Problem };

/** Tasks that the runner was lost with; who sets one of them aside at this moment is waited for, and seen by the next statement. */
const hold = `
  select from (
    select workspace_id, key from attempt where runner_id = $1 and ended_at is null union
    select workspace_id, key from attempt where runner_id = $1 and outcome = 'lost'
  ) a join task t on t.workspace_id = a.workspace_id and t.key = a.key order by t.workspace_id, t.key for no key update of t`;

const setAside = `
  select t.workspace_id, t.key, t.kind, t.losses, t.problem from attempt a join task t on t.workspace_id = a.workspace_id and t.key = a.key
  where a.runner_id = $1 and a.outcome = 'lost' and t.state = 'failed' and t.problem->>'code' = 'task-lost'
    and t.losses @> jsonb_build_array(jsonb_build_object('runnerId', $1::uuid))`;

/** Says of tasks that were set aside, and of builds that failed by them, what is known by now of how this runner ended (SPEC.md, F4a). Said again it changes nothing. */
export async function completeEvidence(client: PoolClient, runnerId: string): Promise<void> {
  await client.query(hold, [runnerId]);
  const { rows: tasks } = await client.query<SetAside>(setAside, [runnerId]);
  const evidence = await evidenceOf(
    client,
    tasks.flatMap(({ losses }) => losses),
  );
  for (const { workspace_id: workspaceId, key, kind, losses, problem } of tasks) {
    const now = lostProblem({ workspaceId, key, kind, losses }, evidence);
    if (now.detail === problem.detail) continue;
    await client.query('update task set problem = $3 where workspace_id = $1 and key = $2', [workspaceId, key, JSON.stringify(now)]);
    await completeBuilds(client, { workspace_id: workspaceId, key, kind, problem: now });
  }
}

/** A build that failed keeps what was said of the task, with where in the film that is. */
async function completeBuilds(client: PoolClient, task: Told): Promise<void> {
  const { rows: builds } = await client.query<{ id: string; problem: Problem }>(
    `select id, problem from build where state = 'failed' and problem->>'code' = 'task-lost'
       and id in (select build_id from build_task where workspace_id = $1 and key = $2) order by id for no key update`,
    [task.workspace_id, task.key],
  );
  for (const { id, problem } of builds) {
    await client.query('update build set problem = $2 where id = $1', [id, JSON.stringify(completed(problem, task))]);
    await notify(client, { type: 'build', id });
  }
}

/** The problem by which a build is to fail with what was told since it was read; what is told from now on finds the build ended. */
export async function withEvidence(
  client: PoolClient,
  { buildId, problem }: { readonly buildId: string; readonly problem: Problem | null },
): Promise<Problem | null> {
  if (problem?.code !== 'task-lost') return problem;
  const { rows: tasks } = await client.query<Told>(
    `select t.workspace_id, t.key, t.kind, t.problem from build_task bt join task t on t.workspace_id = bt.workspace_id and t.key = bt.key
     where bt.build_id = $1 and t.state = 'failed' and t.problem->>'code' = 'task-lost' order by t.workspace_id, t.key for share of t`,
    [buildId],
  );
  return tasks.reduce(completed, problem);
}

function completed(problem: Problem, { kind, key, problem: { detail } }: Told): Problem {
  const told = (text: string): string => toldAnew(text, { kind, key, detail });
  const issues = problem.issues?.map((issue): Issue => ({ ...issue, message: told(issue.message) }));
  return { ...problem, detail: told(problem.detail), ...(issues && { issues }) };
}
