import type { RunnerFacts } from './demand.ts';

/** What a link of a gigabit brings in a second. */
const gigabitMibPerS = 119;

/** What a runner's link to the store brings in a second. */
export function linkOf({ linkMibPerS = gigabitMibPerS }: Pick<RunnerFacts, 'linkMibPerS'>): number {
  return linkMibPerS;
}

/** How long so much of inputs is on the way to a runner. */
export function fetchMs(facts: Pick<RunnerFacts, 'linkMibPerS'>, mib: number): number {
  return (mib / linkOf(facts)) * 1000;
}
