import type { RunnerEnd } from '@filmwright/contracts';
import type { PoolClient } from 'pg';
import { textArray, uuidArray } from './array-values.ts';
import type { Loss } from './troubles.ts';

/** What is known beside the losses themselves: how runners ended, by their ids, and what kinds their neighbours are of, by what they are called there. */
export type LossEvidence = {
  readonly ends: ReadonlyMap<string, RunnerEnd>;
  readonly kinds: ReadonlyMap<string, string>;
};

type EndRow = { readonly runner_id: string; readonly seen: RunnerEnd };
type KindRow = { readonly name: string; readonly kind: string };

/** What is known of runners that were lost, and which kinds of tasks they were lost with; few are asked for, since few tasks are set aside. */
export async function evidenceOf(client: Pick<PoolClient, 'query'>, losses: readonly Loss[]): Promise<LossEvidence> {
  if (losses.length === 0) return { ends: new Map(), kinds: new Map() };
  const runnerIds = [...new Set(losses.flatMap(({ runnerId }) => runnerId ?? []))];
  const { rows: ends } = await client.query<EndRow>(
    'select runner_id, seen from runner_end where runner_id = any($1) and seen is not null',
    [uuidArray(runnerIds)],
  );
  const names = [...new Set(losses.flatMap(({ neighbours = [] }) => neighbours))].map(partsOf);
  const { rows: kinds } = await client.query<KindRow>(
    `select t.workspace_id || ' ' || t.key as name, t.kind from unnest($1::uuid[], $2::text[]) as n(workspace_id, key)
     join task t on t.workspace_id = n.workspace_id and t.key = n.key`,
    [uuidArray(names.map(({ workspaceId }) => workspaceId)), textArray(names.map(({ key }) => key))],
  );
  return {
    ends: new Map(ends.map(({ runner_id, seen }) => [runner_id, seen])),
    kinds: new Map(kinds.map(({ name, kind }) => [name, kind])),
  };
}

/** Whose a neighbour is, and its key, of what it is called in a loss. */
export function partsOf(name: string): { readonly workspaceId: string; readonly key: string } {
  const at = name.indexOf(' ');
  return { workspaceId: name.slice(0, at), key: name.slice(at + 1) };
}
