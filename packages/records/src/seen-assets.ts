import { FilmwrightError } from '@filmwright/contracts';
import type { Database } from './database.ts';

/** SQL: whether it is so long ago that the asset of a row `a` was asked for that this must be noted anew. Far less than the least age at which assets are swept. */
export const isStale = `a.seen_at < now() - interval '10 minutes'`;

/**
 * Notes that somebody heard of these assets (of any workspace where that is null), so that no sweep removes them before they are named (SPEC.md, G).
 * What a sweep was quicker with is gone afterwards: look again. A disk without room to note it on keeps nobody from reading.
 */
export async function noteSeen(
  { rows }: Pick<Database, 'rows'>,
  { workspaceId, digests }: { readonly workspaceId: string | null; readonly digests: readonly string[] },
): Promise<void> {
  try {
    await rows(
      `update asset a set seen_at = now() from (
         select workspace_id, digest from asset a where ($1::uuid is null or workspace_id = $1) and digest = any($2) and ${isStale} for no key update skip locked
       ) s where a.workspace_id = s.workspace_id and a.digest = s.digest`,
      [workspaceId, digests],
    );
  } catch (error) {
    if (!(error instanceof FilmwrightError && error.code === 'disk-full')) throw error;
  }
}
