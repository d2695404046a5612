import type { Database } from './database.ts';
import type { KeyStore } from './key-store.ts';
import { uuidv7 } from './uuidv7.ts';

const kept = `interval '24 hours'`;
const isOver = `k.created_at < now() - ${kept}`;
/** What failed has let its key go, to any request; the same one goes on under the same id, since another try of it may still be under way. */
const isFree = `k.content like '!%'`;
/**
 * What a statement writes is not waited for by its commit. A key needs no more: what is made under it is committed behind it in the same log, and that
 * is waited for; where the word that it was made is lost, it is made again under the same id, which changes nothing.
 */
const unhurried = `unhurried as materialized (select set_config('synchronous_commit', 'off', true))`;
const sweepEveryMs = 600_000;

/** Idempotency keys (SPEC.md, I). */
export function keyRecords({ rows, prepared }: Database): KeyStore {
  let sweptMs = Number.NEGATIVE_INFINITY;
  /** Once in a while is enough: an old key that is used again is taken over. */
  const sweep = async (): Promise<void> => {
    if (performance.now() - sweptMs < sweepEveryMs) return;
    sweptMs = performance.now();
    await rows(`delete from request_key where created_at < now() - ${kept}`);
  };
  return {
    async claimKey({ workspaceId, scope, key, content }) {
      await sweep();
      // Touching the row waits for whoever writes it and gives what is there; "do nothing" would give no row.
      const [row] = await prepared<{ id: string; content: string; made: boolean }>({
        name: 'claim-key',
        text: `with ${unhurried} insert into request_key as k (workspace_id, scope, key, content, id) select $1, $2, $3, $4, $5 from unhurried
         on conflict (workspace_id, scope, key) do update set
           content = case when ${isOver} or ${isFree} then excluded.content else k.content end,
           id = case when ${isOver} or (${isFree} and k.content <> '!' || excluded.content) then excluded.id else k.id end,
           made = k.made and not ${isOver},
           created_at = case when ${isOver} then now() else k.created_at end
         returning id, content, made`,
        values: [workspaceId, scope, key, content, uuidv7()],
      });
      if (row === undefined) throw new Error('a key that was just claimed is not there');
      return row;
    },
    async keepKey({ workspaceId, scope, key, content, id }) {
      await prepared({
        name: 'keep-key',
        text: `with ${unhurried} insert into request_key (workspace_id, scope, key, content, id, made) select $1, $2, $3, $4, $5, true from unhurried
         on conflict (workspace_id, scope, key) do update set made = true, content = excluded.content where request_key.id = excluded.id`,
        values: [workspaceId, scope, key, content, id],
      });
    },
    async dropKey({ workspaceId, scope, key }) {
      await rows(
        `update request_key set content = '!' || content where workspace_id = $1 and scope = $2 and key = $3 and not made and content not like '!%'`,
        [workspaceId, scope, key],
      );
    },
  };
}
