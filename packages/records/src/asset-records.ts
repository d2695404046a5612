import { FilmwrightError } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { defaultWorkspace, type Records } from './records.ts';
import { isStale, noteSeen } from './seen-assets.ts';

type AssetRow = { readonly digest: string; readonly bytes: string; readonly media_type: string; readonly stale: boolean };

/** Rows of assets; their bytes lie in the store. */
export function assetRecords(database: Database): Pick<Records, 'putAsset' | 'hasAssets' | 'isCheckpoint' | 'getAsset' | 'forgetAsset'> {
  const { rows } = database;
  /** Rows of the assets that are there, which they stay for a while after they were asked for. */
  const seen = async ({ workspaceId, digests }: { readonly workspaceId: string | null; readonly digests: readonly string[] }) => {
    const read = () =>
      rows<AssetRow>(
        `select digest, bytes, media_type, ${isStale} as stale from asset a where ($1::uuid is null or workspace_id = $1) and digest = any($2)`,
        [workspaceId, digests],
      );
    const found = await read();
    const stale = found.filter((row) => row.stale).map((row) => row.digest);
    if (stale.length === 0) return found;
    await noteSeen(database, { workspaceId, digests: stale });
    return read();
  };
  return {
    async putAsset({ workspaceId, digest, bytes, mediaType }) {
      if (bytes < 0) throw new FilmwrightError('request-invalid', `An asset has ${bytes} bytes; wanted 0 or more.`);
      await rows(
        'insert into asset (workspace_id, digest, bytes, media_type) values ($1, $2, $3, $4) on conflict (workspace_id, digest) do update set seen_at = now()',
        [workspaceId, digest, bytes, mediaType],
      );
    },
    async hasAssets(digests, workspaceId = defaultWorkspace) {
      const found = await seen({ workspaceId, digests });
      return new Set(found.map((row) => row.digest));
    },
    async forgetAsset({ workspaceId, digest }) {
      await rows('delete from asset where ($1::uuid is null or workspace_id = $1) and digest = $2', [workspaceId, digest]);
    },
    async isCheckpoint(digest) {
      const found = await rows(`select from task where resume->>'checkpointAsset' = $1 and state in ('waiting', 'leased') limit 1`, [
        digest,
      ]);
      return found.length > 0;
    },
    async getAsset({ workspaceId, digest }) {
      const [row] = await seen({ workspaceId, digests: [digest] });
      return row === undefined ? null : { digest: row.digest, bytes: Number(row.bytes), mediaType: row.media_type };
    },
  };
}
