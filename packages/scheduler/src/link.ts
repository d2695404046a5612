import type { RunnerFacts } from './demand.ts';

/** What a link of a gigabit brings in a second. */
const gigabitMibPerS = 119;

/** What a runner's link to the store brings in a second. */
export function linkOf({ linkMibPerS = gigabitMibPerS }: Pick<RunnerFacts, 'linkMibPerS'>): number {
  return linkMibPerS;
}
