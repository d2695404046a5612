import type { Build } from '@filmwright/contracts';
import type { FleetStore, OverviewStore, Records } from '@filmwright/records';
import { createBuildWaits } from './build-waits.ts';

/** Whether films are made just now; while nobody makes them, they are taken in all the same and wait. */
export type Generation = {
  /** The build with why nothing of it can move just now, if so, and with what of it waits for a runner. */
  readonly tell: (build: Build, workspaceId: string) => Promise<Build>;
};

/** Why nothing can move, and whether that is not for want of a controller: then a film may know better what it waits for. */
type Why = { readonly isLed: boolean; readonly text: string };

const trustMs = 1000;

/** Looks at most once a second whether a controller leads, runners are there, and the store has room. */
export function createGeneration(stores: {
  readonly fleet: Pick<FleetStore, 'isLed'>;
  readonly records: Pick<Records, 'runners'>;
  readonly overview: Pick<OverviewStore, 'buildWait'>;
  /** Why nothing can be stored just now, or null; always null when left out. */
  readonly storeIsFull?: () => Promise<string | null>;
}): Generation {
  const waits = createBuildWaits(stores.overview);
  let known: Promise<Why | null> | null = null;
  let atMs = Number.NEGATIVE_INFINITY;
  const look = async (): Promise<Why | null> => {
    const [isLed, runners] = await Promise.all([stores.fleet.isLed(), stores.records.runners()]);
    if (!isLed) return { isLed, text: 'No controller is there just now: the film is kept, and goes on by itself when one is back.' };
    const full = runners.length > 0 ? ((await stores.storeIsFull?.()) ?? null) : null;
    if (runners.length > 0) return full === null ? null : { isLed, text: full };
    return { isLed, text: 'No runner is there just now: the film is kept, and goes on by itself when one joins.' };
  };
  return {
    async tell(found, workspaceId) {
      const build = await waits.tell(found, workspaceId);
      if (build.endedAt !== null) return build;
      if (performance.now() - atMs > trustMs) {
        atMs = performance.now();
        // What cannot be told is no reason to refuse what can.
        known = look().catch(() => null);
      }
      const why = (await known) ?? null;
      return why === null ? build : { ...build, waits: why.isLed ? (build.waits ?? why.text) : why.text };
    },
  };
}
