import type { Change, Decision } from '../src/demand.ts';

/** What places tasks: the scheduler, or a baseline to set beside it. It hears all and only what `Change` tells. */
export type Policy = {
  readonly name: string;
  step(changes: readonly Change[], instantMs: number): readonly Decision[];
};

/** A policy as it is made for one run; a policy remembers, so every run takes a new one. */
export type PolicyMaker = (settings: { readonly seed: number }) => Policy;
