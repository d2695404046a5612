import { useEffect } from 'react';
import type { UploadGoal } from '../model/upload-goal.ts';
import { studio } from '../store/studio.ts';
import type { Uploading } from '../store/uploads.ts';

export type Landed = Uploading & { readonly digest: string };

/** Hands over uploads as they are done, each once: those of this tab, and those that a closed tab had begun. `isHere` and `land` must stay the same between renders. */
export function useLanding(isHere: (goal: UploadGoal) => boolean, land: (upload: Landed) => void): void {
  useEffect(() => {
    const { store, landed } = studio().uploads;
    const look = (): void => {
      // Every landing changes the store, and so asks here again.
      for (;;) {
        const next = store.get().find(({ state, landed: there, goal }) => state === 'done' && !there && isHere(goal));
        if (next === undefined || next.digest === null) return;
        landed(next.id);
        land({ ...next, digest: next.digest });
      }
    };
    look();
    return store.subscribe(look);
  }, [isHere, land]);
}
