import type { AheadFile } from '@filmwright/contracts';

/** A file of a workspace. */
export type FileId = { readonly workspaceId: string; readonly digest: string };

/** Hints to runners of what to fetch before they are given what reads it. Nothing is written: a hint that is lost is not missed. */
export interface AheadStore {
  /** Runners with caches of their own in which files lie, or that made them; files without are left out. */
  holdersOf(files: readonly FileId[]): Promise<readonly (FileId & { readonly runners: readonly string[] })[]>;
  /** Tells whoever answers these runners, once; nobody is told again. */
  tellAhead(hints: readonly { readonly runnerId: string; readonly files: readonly AheadFile[] }[]): Promise<void>;
}
