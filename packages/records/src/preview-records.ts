import { bigintArray, textArray } from './array-values.ts';
import type { Database } from './database.ts';
import type { PreviewStore } from './preview-store.ts';
import { isUuid } from './uuidv7.ts';

const keptMinutes = 10;

/** A table of its own that is not logged: leases and tasks are neither locked nor written for a picture. */
const note = `
  with old as (
    delete from preview where (key, workspace_id) in (
      select key, workspace_id from preview where at < now() - interval '${keptMinutes} minutes' order by at limit 100 for update skip locked)
  )
  insert into preview (workspace_id, key, fence, picture)
  select a.workspace_id, a.key, a.fence, decode(p.picture, 'base64') from unnest($2::text[], $3::bigint[], $4::text[]) as p(key, fence, picture)
  join attempt a on a.fence = p.fence and a.key = p.key and a.runner_id = $1 and coalesce(a.ended_at, 'infinity') = 'infinity'
  order by a.key, a.workspace_id
  on conflict (key, workspace_id) do update set fence = excluded.fence, picture = excluded.picture, at = now() where preview.fence <= excluded.fence`;

/** Pictures of drawings that are under way (SPEC.md, L). */
export function previewRecords({ prepared }: Database): PreviewStore {
  return {
    async notePreviews({ runnerId, previews }) {
      if (!isUuid(runnerId) || previews.length === 0) return;
      const columns = [
        textArray(previews.map(({ key }) => key)),
        bigintArray(previews.map(({ fence }) => fence)),
        textArray(previews.map(({ picture }) => picture)),
      ];
      await prepared({ name: 'note-previews', text: note, values: [runnerId, ...columns] });
    },
    async previewTimes({ workspaceId, keys }) {
      const found = await prepared<{ key: string; at_ms: number }>({
        name: 'preview-times',
        text: `select key, floor(extract(epoch from at) * 1000)::float8 as at_ms from preview
          where workspace_id = $1 and key = any($2::text[]) and at > now() - interval '${keptMinutes} minutes'`,
        values: [workspaceId, textArray(keys)],
      });
      return new Map(found.map(({ key, at_ms }) => [key, at_ms]));
    },
    async previewPicture({ workspaceId, buildId, key }) {
      const [found] = await prepared<{ picture: Buffer }>({
        name: 'preview-picture',
        text: `select picture from preview p where workspace_id = $1 and key = $3 and at > now() - interval '${keptMinutes} minutes'
          and exists (select from build_task b where b.key = p.key and b.build_id = $2 and b.workspace_id = p.workspace_id)`,
        values: [workspaceId, buildId, key],
      });
      return found?.picture ?? null;
    },
  };
}
