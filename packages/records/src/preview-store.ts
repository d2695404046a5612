import type { Preview } from '@filmwright/contracts';

/** Small pictures (JPEG) of drawings that are under way, the newest of each; ten minutes after the last one they are gone. */
export interface PreviewStore {
  /** Notes pictures of leases that the runner holds; those of others are ignored. */
  notePreviews(noted: { readonly runnerId: string; readonly previews: readonly Preview[] }): Promise<void>;
  /** When (milliseconds since 1970) the newest picture of each of the given tasks came; those that have none are left out. */
  previewTimes(of: { readonly workspaceId: string; readonly keys: readonly string[] }): Promise<ReadonlyMap<string, number>>;
  /** The newest picture of a task of a build, or null. */
  previewPicture(of: { readonly workspaceId: string; readonly buildId: string; readonly key: string }): Promise<Buffer | null>;
}
