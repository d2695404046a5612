import { createHash } from 'node:crypto';
import { FilmwrightError } from '@filmwright/contracts';
import type { Offer, Plan, PlanInput } from '@filmwright/core';
import type { BuildRecord } from '@filmwright/records';
import { reasonOf } from './reason-of.ts';
import type { ResultCache } from './result-cache.ts';

/** Thrown when the planner itself fails: the same document would fail again, so the build must end. */
export class PlannerFault extends FilmwrightError {
  constructor(cause: unknown) {
    super(
      'internal',
      `Planning the film failed: ${reasonOf(cause)}. This is a mistake of the program, not of the film; please report it.`,
      { cause, retryable: false },
    );
    this.name = 'PlannerFault';
  }
}

type Settling = {
  readonly build: BuildRecord;
  readonly offer: Offer;
  readonly cache: ResultCache;
  readonly plan: (input: PlanInput) => Plan;
};

/** Plans until the ledger has nothing more to add: each round may make keys known whose tasks were done long ago. */
export async function settlePlan({ build, offer, cache, plan }: Settling): Promise<Plan> {
  const { id: buildId, purpose, atMs, document, files } = build;
  for (;;) {
    const made = attempt(() => plan({ buildId, purpose, atMs, document, files, offer, results: cache.view, digestOf }));
    if (!(await cache.readUnknown())) return made;
  }
}

function attempt(plan: () => Plan): Plan {
  try {
    return plan();
  } catch (error) {
    throw new PlannerFault(error);
  }
}

/** The digest of a text as `sha256-<hex>`. */
export function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('hex')}`;
}
