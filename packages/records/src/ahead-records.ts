import type { AheadStore, FileId } from './ahead-store.ts';
import type { Database } from './database.ts';
import { notifyEach } from './notify.ts';
import type { RecordsEvent } from './records.ts';

/** What so many hold is near enough to any of them. */
const mostHolders = 50;
/** A notification holds less than 8,000 bytes: so many files go into one. */
const mostFiles = 60;

const holders = `
  select g.workspace_id as "workspaceId", g.digest, array_agg(distinct h.runner_id::text) as runners
  from unnest($1::uuid[], $2::text[]) as g(workspace_id, digest)
  cross join lateral (
    (select f.runner_id from runner_file f where f.digest = g.digest limit ${mostHolders})
    union
    select m.runner_id from task_asset o join task t on t.workspace_id = o.workspace_id and t.key = o.key and t.state = 'done'
    join attempt m on m.fence = t.fence and m.workspace_id = t.workspace_id and m.key = t.key
    where o.workspace_id = g.workspace_id and o.digest = g.digest and o.role = 'output'
  ) h
  join runner r on r.id = h.runner_id and r.gone_at is null and r.offer->>'cachesFiles' = 'true'
  group by 1, 2`;

/** Where files lie, and hints to bring them elsewhere. */
export function aheadRecords({ prepared }: Database): AheadStore {
  return {
    async holdersOf(files) {
      if (files.length === 0) return [];
      return prepared<FileId & { runners: string[] }>({
        name: 'holders-of',
        text: holders,
        values: [files.map(({ workspaceId }) => workspaceId), files.map(({ digest }) => digest)],
      });
    },
    async tellAhead(hints) {
      const texts = hints.flatMap(({ runnerId, files, models = [] }) => {
        const parts = Array.from({ length: Math.ceil(files.length / mostFiles) }, (_, part) => ({
          files: files.slice(part * mostFiles, (part + 1) * mostFiles),
        }));
        const all = [...parts, ...models.map((model) => ({ files: [], models: [model] }))];
        return all.map((some) => JSON.stringify({ type: 'ahead', runnerId, ...some } satisfies RecordsEvent));
      });
      if (texts.length > 0) await prepared({ name: 'tell-ahead', text: `select ${notifyEach('$1')}`, values: [texts] });
    },
  };
}
