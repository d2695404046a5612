import { FilmwrightError } from '@filmwright/contracts';
import type { Records } from '@filmwright/records';

export type KnownRunners = {
  /** Throws `not-found` for a runner that has to join again: another took its name, or the ledger forgot it. */
  readonly check: (runnerId: string) => Promise<void>;
  /** Whether a runner that was checked is to take nothing more, as the list had it. */
  readonly isDraining: (runnerId: string) => boolean;
  readonly forget: (runnerId: string) => void;
};

const trustMs = 2000;

/** Keeps the list of runners for two seconds, so that many waiting runners do not each read it; one that is not on it is looked up anew. */
export function createKnownRunners(records: Pick<Records, 'runners'>): KnownRunners {
  let known = new Map<string, boolean>();
  let readMs = Number.NEGATIVE_INFINITY;
  const check = async (runnerId: string) => {
    if (known.has(runnerId) && performance.now() - readMs < trustMs) return;
    known = new Map((await records.runners()).map(({ runnerId, draining = false }) => [runnerId, draining]));
    readMs = performance.now();
    if (!known.has(runnerId))
      throw new FilmwrightError(
        'not-found',
        `There is no runner ${runnerId}: it left, fell silent, or another joined under its name. Join again.`,
      );
  };
  return { check, isDraining: (runnerId) => known.get(runnerId) === true, forget: (runnerId) => known.delete(runnerId) };
}
