import type { Change, Decision } from '../src/demand.ts';
import type { Standing } from '../src/standings.ts';
import type { Scenario } from './scenario.ts';

/** What places tasks: the scheduler, or a baseline to set beside it. It hears all and only what `Change` tells. */
export type Policy = {
  readonly name: string;
  step(changes: readonly Change[], instantMs: number): readonly Decision[];
  /** When it expects what waits to start, as of the last step; left out where it expects nothing. */
  standings?(instantMs: number): Iterable<Pick<Standing, 'task' | 'expectedStartMs'>>;
};

/**
 * A policy as it is made for one run; a policy remembers, so every run takes a new one. The scenario is for baselines
 * that an operator would set up beforehand, knowing what will come; none else may look at it.
 */
export type PolicyMaker = (settings: { readonly seed: number; readonly scenario: Scenario }) => Policy;
