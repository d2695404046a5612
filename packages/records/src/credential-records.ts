import { FilmwrightError, type RunnerCredential } from '@filmwright/contracts';
import type { CredentialStore } from './credential-store.ts';
import type { Database } from './database.ts';
import { isUuid, uuidv7 } from './uuidv7.ts';

type TokenRow = { id: string; pool: string | null; expired: boolean; credential_id: string | null };
type CredentialRow = RunnerCredential & { secret_hash: string };
type ListedRow = RunnerCredential & {
  created_at: Date;
  rotated_at: Date | null;
  seen_at: Date | null;
  revoked_at: Date | null;
};

const columns = 'id, name, pool, secret_hash';

/** Tokens and credentials of runners (SPEC.md, C). */
export function credentialRecords({ rows, transaction }: Database): CredentialStore {
  return {
    async addRunnerToken({ secretHash, pool, expiresAt }) {
      // Tokens that nobody can use any more are of no use here either.
      await rows(`delete from runner_token where expires_at < now() - interval '1 day'`);
      await rows(
        'insert into runner_token (id, secret_hash, pool, expires_at) values ($1, $2, $3, $4) on conflict (secret_hash) do nothing',
        [uuidv7(), secretHash, pool, expiresAt],
      );
    },
    exchangeRunnerToken: ({ tokenHash, secretHash, name }) =>
      transaction(async (client) => {
        const found = await client.query<TokenRow>(
          'select id, pool, expires_at <= now() as expired, credential_id from runner_token where secret_hash = $1 for update',
          [tokenHash],
        );
        const token = found.rows[0];
        if (token === undefined) throw refused('is not known here');
        if (token.credential_id !== null) {
          // A reply may have been lost: the runner that used it is answered again, nobody else.
          const same = await client.query<CredentialRow>(
            `select ${columns} from runner_credential where id = $1 and secret_hash = $2 and revoked_at is null`,
            [token.credential_id, secretHash],
          );
          if (same.rows[0] === undefined) throw refused('was used already');
          return credentialOf(same.rows[0]);
        }
        if (token.expired) throw refused('has expired');
        const id = uuidv7();
        const { rows: made } = await client.query<CredentialRow>(
          `insert into runner_credential (id, name, pool, secret_hash) values ($1, $2, $3, $4) returning ${columns}`,
          [id, name, token.pool, secretHash],
        );
        await client.query('update runner_token set used_at = now(), credential_id = $2 where id = $1', [token.id, id]);
        return credentialOf(made[0] as CredentialRow);
      }),
    async findCredential(secretHash) {
      const [found] = await rows<CredentialRow & { workspace_id: string | null }>(
        `update runner_credential set seen_at = now(),
           rotated_at = case when next_hash = $1 then now() else rotated_at end,
           secret_hash = case when next_hash = $1 then next_hash else secret_hash end,
           next_hash = case when next_hash = $1 then null else next_hash end
         where (secret_hash = $1 or next_hash = $1) and revoked_at is null
         returning ${columns}, (select workspace_id from drill d where d.pool = runner_credential.pool) as workspace_id`,
        [secretHash],
      );
      if (found === undefined) return null;
      const { workspace_id: workspaceId } = found;
      return { ...credentialOf(found), ...(workspaceId !== null && { workspaceId }) };
    },
    async rotateCredential({ id, secretHash }) {
      // Said twice it is done once: the second time the secret may be in use already.
      const changed = await rows(
        `update runner_credential set next_hash = case when secret_hash = $2 then next_hash else $2 end
         where id = $1 and revoked_at is null returning id`,
        [id, secretHash],
      );
      return changed.length > 0;
    },
    revokeCredential: (id) =>
      transaction(async (client) => {
        if (!isUuid(id)) return null;
        const { rowCount } = await client.query('update runner_credential set revoked_at = coalesce(revoked_at, now()) where id = $1', [
          id,
        ]);
        if (rowCount === 0) return null;
        const bound = await client.query<{ runner_id: string }>(
          'delete from credential_runner where credential_id = $1 returning runner_id',
          [id],
        );
        return bound.rows.map((row) => row.runner_id);
      }),
    bindRunner: ({ runnerId, credentialId }) =>
      transaction(async (client) => {
        // The lock makes a revocation at the same moment see this runner, or this see the revocation.
        const { rowCount } = await client.query('select from runner_credential where id = $1 and revoked_at is null for update', [
          credentialId,
        ]);
        if (rowCount === 0) return false;
        await client.query('delete from credential_runner where credential_id = $1 and runner_id not in (select id from runner)', [
          credentialId,
        ]);
        await client.query('insert into credential_runner (runner_id, credential_id) values ($1, $2)', [runnerId, credentialId]);
        return true;
      }),
    async credentialOfRunner(runnerId) {
      if (!isUuid(runnerId)) return null;
      const [found] = await rows<{ credential_id: string }>('select credential_id from credential_runner where runner_id = $1', [runnerId]);
      return found?.credential_id ?? null;
    },
    async listCredentials() {
      const credentials = await rows<ListedRow>(
        'select id, name, pool, created_at, rotated_at, seen_at, revoked_at from runner_credential order by id desc',
      );
      const bonds = await rows<{ runner_id: string; credential_id: string }>('select runner_id, credential_id from credential_runner');
      return {
        credentials: credentials.map(({ id, name, pool, created_at, rotated_at, seen_at, revoked_at }) => ({
          id,
          name,
          pool,
          createdAt: created_at.toISOString(),
          rotatedAt: rotated_at?.toISOString() ?? null,
          seenAt: seen_at?.toISOString() ?? null,
          revokedAt: revoked_at?.toISOString() ?? null,
        })),
        ofRunner: new Map(bonds.map((row) => [row.runner_id, row.credential_id])),
      };
    },
  };
}

function credentialOf({ id, name, pool }: CredentialRow): RunnerCredential {
  return { id, name, pool };
}

function refused(why: string): FilmwrightError {
  return new FilmwrightError('unauthorized', `The token to join ${why}. Draw a new one with \`filmwright runner token\`.`);
}
