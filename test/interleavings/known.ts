import { createListings, type Listings } from './listings.ts';
import type { ModelId } from './model-rows.ts';

/** What a history told so far, by fences and by names of tasks. */
export type Known = {
  readonly listings: Listings;
  readonly granted: Map<number, ModelId & { readonly runnerId: string; readonly buildId: string }>;
  readonly newest: Map<string, number>;
  /** Who has a task for itself alone, and how long without another word. */
  readonly held: Map<string, { readonly fence: number; readonly runnerId: string; readonly untilMs: number; readonly begun: boolean }>;
  readonly done: Map<string, { readonly fence: number; readonly output: string }>;
  /** Fences that did a task. */
  readonly did: Set<number>;
  readonly failedFences: Set<number>;
  readonly failures: Map<string, number>;
  /** From when on what failed may be tried again, in milliseconds. */
  readonly readyMs: Map<string, number>;
  /** What failed for good. */
  readonly beyond: Set<string>;
  /** Leases that ran out and were not renewed since. */
  readonly ranOut: Set<number>;
  /** Fences that nothing is to be taken under any more, and what happened to them. */
  readonly stale: Map<number, string>;
  /** With what a task was handed back last. */
  readonly left: Map<string, string>;
  /** Fences that were asked back while they held. */
  readonly asked: Set<number>;
  /** How often a lease on a task ran out. */
  readonly losses: Map<string, number>;
  /** At which event of the history a task may have failed for good last, and since which a build lists it, by both their names. */
  readonly troubledAt: Map<string, number>;
  readonly listedAt: Map<string, number>;
  /** What is done and whose asset is gone. */
  readonly swept: Set<string>;
  readonly gone: Set<string>;
};

export function createKnown(): Known {
  return {
    listings: createListings(),
    ...{ granted: new Map(), newest: new Map(), held: new Map(), done: new Map(), did: new Set() },
    ...{ failedFences: new Set(), failures: new Map(), readyMs: new Map(), losses: new Map(), beyond: new Set(), ranOut: new Set() },
    ...{
      stale: new Map(),
      left: new Map(),
      troubledAt: new Map(),
      listedAt: new Map(),
      swept: new Set(),
      gone: new Set(),
      asked: new Set(),
    },
  };
}

/** A task begins as if nothing of it was tried; what is said under the fence before it is stale. */
export function forget(known: Known, { name, why }: { readonly name: string; readonly why: string }): void {
  known.stale.set(known.newest.get(name) ?? 0, why);
  for (const one of [known.held, known.failures, known.readyMs, known.losses, known.beyond, known.left, known.done, known.swept])
    one.delete(name);
}
