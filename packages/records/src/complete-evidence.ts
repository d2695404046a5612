import type { Issue, Problem } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { evidenceOf } from './loss-evidence.ts';
import { lostProblem } from './lost-problem.ts';
import { eventsOf, notify, notifyEach } from './notify.ts';
import type { Loss } from './troubles.ts';

type SetAside = {
  readonly workspace_id: string;
  readonly key: string;
  readonly kind: string;
  readonly losses: readonly Loss[];
  readonly problem: Problem;
};
type Change = { readonly was: string; readonly detail: string };

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
    await completeBuilds(client, { workspaceId, key, was: problem.detail, detail: now.detail });
    // A build that is about to fail by it looks again.
    await client.query(`select ${notifyEach('$1')}`, [eventsOf({ type: 'finished', keys: [key] })]);
  }
}

/** A build that failed keeps what was said of the task, with where in the film that is. */
async function completeBuilds(
  client: PoolClient,
  { workspaceId, key, ...change }: Change & { readonly workspaceId: string; readonly key: string },
): Promise<void> {
  const { rows: builds } = await client.query<{ id: string; problem: Problem }>(
    `select id, problem from build where state = 'failed' and problem->>'code' = 'task-lost'
       and id in (select build_id from build_task where workspace_id = $1 and key = $2) order by id for no key update`,
    [workspaceId, key],
  );
  for (const { id, problem } of builds) {
    await client.query('update build set problem = $2 where id = $1', [id, JSON.stringify(completed(problem, change))]);
    await notify(client, { type: 'build', id });
  }
}

function completed(problem: Problem, { was, detail }: Change): Problem {
  const told = (text: string): string => text.replace(was, () => detail);
  const issues = problem.issues?.map((issue): Issue => ({ ...issue, message: told(issue.message) }));
  return { ...problem, detail: told(problem.detail), ...(issues && { issues }) };
}
