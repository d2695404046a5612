import type { Digest, DrillPlace, DrillRemoval, DrillState } from '@filmwright/contracts';

/** Drills on a platform that is in use. The id of a drill is that of its workspace. */
export interface DrillStore {
  /** Makes the workspace of a drill, which has a pool to itself; one that is there under the id is given as it is. Throws `request-invalid` for a pool that anybody uses. */
  addDrill(drill: { readonly pool: string; readonly id?: string }): Promise<DrillPlace>;
  /** Drills that were not removed, oldest first. */
  listDrills(): Promise<readonly DrillPlace[]>;
  /** Where a drill is; null where there is none of that id. */
  drillPlace(id: string): Promise<DrillPlace | null>;
  /** A drill as it is now; null where there is none of that id. */
  drillState(id: string): Promise<DrillState | null>;
  /**
   * Removes all that a drill made, with the credentials and tokens of its pool; null where there is none of that id. What still runs is cancelled first. `removeBytes`
   * is called for assets that nobody names any more; while a backup or a sweep runs it is not, and they are left to the next sweep. Said again it goes on.
   */
  removeDrill(options: { readonly id: string; readonly removeBytes: (digest: Digest) => Promise<void> }): Promise<DrillRemoval | null>;
}
