import { FilmwrightError } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { defaultWorkspace, type Records } from './records.ts';

/** Rows of assets; their bytes lie in the store. */
export function assetRecords({ rows }: Database): Pick<Records, 'putAsset' | 'hasAssets' | 'getAsset' | 'forgetAsset'> {
  return {
    async putAsset({ workspaceId, digest, bytes, mediaType }) {
      if (bytes < 0) throw new FilmwrightError('request-invalid', `An asset has ${bytes} bytes; wanted 0 or more.`);
      await rows('insert into asset (workspace_id, digest, bytes, media_type) values ($1, $2, $3, $4) on conflict do nothing', [
        workspaceId,
        digest,
        bytes,
        mediaType,
      ]);
    },
    async hasAssets(digests, workspaceId = defaultWorkspace) {
      const found = await rows<{ digest: string }>('select digest from asset where workspace_id = $1 and digest = any($2)', [
        workspaceId,
        digests,
      ]);
      return new Set(found.map((row) => row.digest));
    },
    async forgetAsset({ workspaceId, digest }) {
      await rows('delete from asset where workspace_id = $1 and digest = $2', [workspaceId, digest]);
    },
    async getAsset({ workspaceId, digest }) {
      const [row] = await rows<{ digest: string; bytes: string; media_type: string }>(
        'select digest, bytes, media_type from asset where workspace_id = $1 and digest = $2',
        [workspaceId, digest],
      );
      return row === undefined ? null : { digest: row.digest, bytes: Number(row.bytes), mediaType: row.media_type };
    },
  };
}
