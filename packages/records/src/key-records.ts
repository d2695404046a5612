import type { Database } from './database.ts';
import type { KeyStore } from './key-store.ts';
import { uuidv7 } from './uuidv7.ts';

const kept = `interval '24 hours'`;
const sweepEveryMs = 600_000;

/** Idempotency keys (SPEC.md, K). */
export function keyRecords({ rows }: Database): KeyStore {
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
      const [row] = await rows<{ id: string; content: string; made: boolean }>(
        `insert into request_key as k (workspace_id, scope, key, content, id) values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, scope, key) do update set
           content = case when k.created_at < now() - ${kept} then excluded.content else k.content end,
           id = case when k.created_at < now() - ${kept} then excluded.id else k.id end,
           made = k.made and k.created_at >= now() - ${kept},
           created_at = case when k.created_at < now() - ${kept} then now() else k.created_at end
         returning id, content, made`,
        [workspaceId, scope, key, content, uuidv7()],
      );
      if (row === undefined) throw new Error('a key that was just claimed is not there');
      return row;
    },
    async keepKey({ workspaceId, scope, key, content, id }) {
      await rows(
        `insert into request_key (workspace_id, scope, key, content, id, made) values ($1, $2, $3, $4, $5, true)
         on conflict (workspace_id, scope, key) do update set made = true where request_key.id = excluded.id`,
        [workspaceId, scope, key, content, id],
      );
    },
    async dropKey({ workspaceId, scope, key }) {
      await rows('delete from request_key where workspace_id = $1 and scope = $2 and key = $3 and not made', [workspaceId, scope, key]);
    },
  };
}
