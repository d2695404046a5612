import type { AheadFile } from '@filmwright/contracts';

/** A file of a workspace. */
export type FileId = { readonly workspaceId: string; readonly digest: string };

/** Files to fetch before what reads them is given, and models whose weights are likely to be loaded. */
export type AheadHint = { readonly runnerId: string; readonly files: readonly AheadFile[]; readonly models?: readonly string[] };

/** Hints to runners of what to bring nearer before they are given what needs it. Nothing is written: a hint that is lost is not missed. */
export interface AheadStore {
  /** Runners with caches of their own in which files lie, or that made them; files without are left out. */
  holdersOf(files: readonly FileId[]): Promise<readonly (FileId & { readonly runners: readonly string[] })[]>;
  /** Tells whoever answers these runners, once; nobody is told again. */
  tellAhead(hints: readonly AheadHint[]): Promise<void>;
}
