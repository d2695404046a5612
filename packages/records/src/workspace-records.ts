import { FilmwrightError } from '@filmwright/contracts';
import type { Database } from './database.ts';
import { isUuid, uuidv7 } from './uuidv7.ts';
import type { Workspace, WorkspaceStore, WorkspaceTerms, WorkspaceToken } from './workspace-store.ts';

type WorkspaceRow = { id: string; name: string; weight: number; cap: number | null; gpu_rate: number; slot_rate: number };
type TokenRow = { id: string; workspace_id: string; created_at: Date; seen_at: Date | null; revoked_at: Date | null };

const columns = 'id, name, weight, cap, gpu_rate, slot_rate';

/** Workspaces and their tokens (SPEC.md, WS). */
export function workspaceRecords({ rows }: Database): WorkspaceStore {
  const tokensOf = async (workspaceId: string | null): Promise<readonly TokenRow[]> =>
    rows<TokenRow>(
      `select id, workspace_id, created_at, seen_at, revoked_at from workspace_token where $1::uuid is null or workspace_id = $1 order by id desc`,
      [workspaceId],
    );
  return {
    async listWorkspaces() {
      const found = await rows<WorkspaceRow>(`select ${columns} from workspace order by id`);
      const tokens = await tokensOf(null);
      return found.map((row) =>
        workspaceOf(
          row,
          tokens.filter((token) => token.workspace_id === row.id),
        ),
      );
    },
    async addWorkspace({ name, weight = 1, cap = null, gpuRate = 1, slotRate = 0.02 }) {
      const id = uuidv7();
      // Said twice, since an answer was lost, it is there under the id of this call.
      const [row] = await rows<WorkspaceRow>(
        `with made as (
           insert into workspace (id, name, weight, cap, gpu_rate, slot_rate) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning ${columns}
         )
         select * from made union all select ${columns} from workspace where id = $1 limit 1`,
        [id, name, weight, cap, gpuRate, slotRate],
      );
      if (row === undefined)
        throw new FilmwrightError(
          'request-invalid',
          `There is a workspace ${JSON.stringify(name)} already. \`filmwright workspace set ${name}\` changes its terms.`,
        );
      return workspaceOf(row, []);
    },
    async setWorkspace({ name, weight, cap, gpuRate, slotRate }) {
      const [row] = await rows<WorkspaceRow>(
        `update workspace set weight = coalesce($2, weight), cap = case when $3 then $4 else cap end, gpu_rate = coalesce($5, gpu_rate),
           slot_rate = coalesce($6, slot_rate)
         where name = $1 returning ${columns}`,
        [name, weight ?? null, cap !== undefined, cap ?? null, gpuRate ?? null, slotRate ?? null],
      );
      return row === undefined ? null : workspaceOf(row, await tokensOf(row.id));
    },
    async addWorkspaceToken({ name, secretHash }) {
      const id = uuidv7();
      const [row] = await rows<{ id: string }>(
        `with made as (
           insert into workspace_token (id, workspace_id, secret_hash) select $1, id, $3 from workspace where name = $2
           on conflict (secret_hash) do nothing returning id
         )
         select id from made union all select id from workspace_token where secret_hash = $3 limit 1`,
        [id, name, secretHash],
      );
      return row?.id ?? null;
    },
    async revokeWorkspaceToken(id) {
      if (!isUuid(id)) return null;
      const [row] = await rows<{ name: string }>(
        `update workspace_token t set revoked_at = coalesce(revoked_at, now()) from workspace w where t.id = $1 and w.id = t.workspace_id returning w.name`,
        [id],
      );
      return row?.name ?? null;
    },
    async describeWorkspace(id) {
      const [row] = await rows<WorkspaceRow>(`select ${columns} from workspace where id = $1`, [id]);
      return row === undefined ? null : termsOf(row);
    },
    async findWorkspace(secretHash) {
      const [row] = await rows<{ id: string; workspace_id: string }>(
        'update workspace_token set seen_at = now() where secret_hash = $1 and revoked_at is null returning id, workspace_id',
        [secretHash],
      );
      return row === undefined ? null : { tokenId: row.id, workspaceId: row.workspace_id };
    },
  };
}

function workspaceOf(row: WorkspaceRow, tokens: readonly TokenRow[]): Workspace {
  return { id: row.id, ...termsOf(row), tokens: tokens.map(tokenOf) };
}

function termsOf({ name, weight, cap, gpu_rate: gpuRate, slot_rate: slotRate }: WorkspaceRow): WorkspaceTerms & { readonly name: string } {
  return { name, weight, cap, gpuRate, slotRate };
}

function tokenOf({ id, created_at, seen_at, revoked_at }: TokenRow): WorkspaceToken {
  return {
    id,
    createdAt: created_at.toISOString(),
    seenAt: seen_at?.toISOString() ?? null,
    revokedAt: revoked_at?.toISOString() ?? null,
  };
}
