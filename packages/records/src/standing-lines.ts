import type { BuildStanding } from './schedule-store.ts';

type Standing = ReturnType<BuildStanding['tasks']['slice']>[number];
/** Tasks of a build that wait for the same. `position` and `expectedStartAt` are those of the first of them; null where none of them is expected to start. */
export type StandingLine = {
  readonly reason: string;
  readonly tasks: number;
  readonly position: number;
  readonly expectedStartAt: string | null;
};

/** Up to so many standings of a build are counted one by one whenever somebody asks, those that wait no longer left out. */
export const mostCounted = 1000;

/** Lines of more standings than are counted one by one, as they are written. */
export function gatherLines(): { readonly add: (tasks: readonly Standing[]) => void; readonly lines: () => readonly StandingLine[] } {
  const found = new Map<string, { -readonly [Name in keyof StandingLine]: StandingLine[Name] }>();
  return {
    add(tasks) {
      for (const { reason, position, expectedStartAt } of tasks) {
        const same = sameWait(reason);
        const name = `${expectedStartAt === null} ${same}`;
        const line = found.get(name);
        if (line === undefined) {
          found.set(name, { reason: same, tasks: 1, position, expectedStartAt });
          continue;
        }
        line.tasks++;
        line.position = Math.min(line.position, position);
        if (expectedStartAt !== null && line.expectedStartAt !== null && expectedStartAt < line.expectedStartAt)
          line.expectedStartAt = expectedStartAt;
      }
    },
    lines: () => [...found.values()],
  };
}

/** Places in the line and seconds to go tell waits apart that are the same to people. */
function sameWait(reason: string): string {
  if (/^[0-9]+ tasks? goe?s? before it$/.test(reason)) return 'others go before it';
  return /^it is tried again in [0-9]+ s$/.test(reason) ? 'it is tried again soon' : reason;
}
