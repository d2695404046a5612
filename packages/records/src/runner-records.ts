import { type Asset, FilmwrightError, type RunnerOffer } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { notify } from './notify.ts';
import { defaultWorkspace, type Records } from './records.ts';

type RunnerCalls = Pick<Records, 'joinRunner' | 'leaveRunner' | 'runners' | 'putAsset' | 'hasAssets' | 'getAsset'>;

/** A runner that was not heard of for so long is taken for gone. */
const silenceMs = 30_000;

/** Runners and assets. */
export function runnerRecords({ rows, transaction }: Database): RunnerCalls {
  return {
    joinRunner: (offer) =>
      transaction(async (client) => {
        // The runner that joins under a name is the only one of that name: what it held before it was killed is free at once.
        await client.query(`delete from runner where offer->>'name' = $1`, [offer.name]);
        const { rows: made } = await client.query<{ id: string }>('insert into runner (workspace_id, offer) values ($1, $2) returning id', [
          defaultWorkspace,
          JSON.stringify(offer),
        ]);
        await notify(client, { type: 'ready' });
        return { runnerId: made[0]?.id ?? '' };
      }),
    async leaveRunner(runnerId) {
      await rows('delete from runner where id = $1', [runnerId]);
    },
    async runners() {
      const found = await rows<{ id: string; offer: RunnerOffer }>(
        `select id, offer from runner where seen_at > now() - $1 * interval '1 millisecond' order by id`,
        [silenceMs],
      );
      return found.map((row) => ({ ...row.offer, runnerId: row.id }));
    },
    async putAsset({ workspaceId, digest, bytes, mediaType }) {
      if (bytes < 0) throw new FilmwrightError('request-invalid', `An asset has ${bytes} bytes; wanted 0 or more.`);
      await rows('insert into asset (workspace_id, digest, bytes, media_type) values ($1, $2, $3, $4) on conflict do nothing', [
        workspaceId,
        digest,
        bytes,
        mediaType,
      ]);
    },
    async hasAssets(digests) {
      const found = await rows<{ digest: string }>('select digest from asset where digest = any($1)', [digests]);
      return new Set(found.map((row) => row.digest));
    },
    async getAsset({ workspaceId, digest }) {
      const [row] = await rows<{ digest: string; bytes: string; media_type: string }>(
        'select digest, bytes, media_type from asset where workspace_id = $1 and digest = $2',
        [workspaceId, digest],
      );
      return row === undefined ? null : ({ digest: row.digest, bytes: Number(row.bytes), mediaType: row.media_type } satisfies Asset);
    },
  };
}
