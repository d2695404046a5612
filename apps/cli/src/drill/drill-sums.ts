import type { DrillRound } from './drill-round.ts';

/** Sums over all rounds; the four counts of tasks are 0 where nothing is wrong. `missed` are rounds whose fault did not take hold, which have shown nothing. */
export type DrillSums = Counts & {
  readonly rounds: number;
  readonly missed: number;
  /** Rounds that broke off, since the platform did not become whole again or a process that was to be struck was not there. */
  readonly unplayed: number;
};
/** What rounds came to so far; whoever plays adds to it. */
export type Tally = {
  readonly found: DrillRound[];
  /** Why rounds broke off. */
  readonly broken: string[];
  /** Faults that cannot be tried here, and why. */
  readonly skipped: { readonly fault: string; readonly why: string }[];
};

const names = ['lost', 'rerun', 'doubleCharged', 'wrongBytes'] as const;
type Counts = Pick<DrillRound, (typeof names)[number]>;

/** A tally of nothing. */
export function emptyTally(): Tally {
  return { found: [], broken: [], skipped: [] };
}

/** The sums of a tally. */
export function sumsOf({ found, broken }: Tally): DrillSums {
  const sum = (name: (typeof names)[number]): number => found.reduce((total, round) => total + round[name], 0);
  return {
    rounds: found.length + broken.length,
    ...{ lost: sum('lost'), rerun: sum('rerun'), doubleCharged: sum('doubleCharged'), wrongBytes: sum('wrongBytes') },
    missed: found.filter(({ took }) => !took).length,
    unplayed: broken.length,
  };
}

/** 1 where anything was wrong, where a round broke off, or where no fault took hold at all. */
export function statusOf(sums: DrillSums): number {
  return isWrong(sums) || sums.unplayed > 0 || sums.missed === sums.rounds ? 1 : 0;
}

/** Whether every round was played and none found anything wrong. */
export function isSound({ found, broken }: Tally): boolean {
  return broken.length === 0 && !found.some(isWrong);
}

/** What all rounds came to, in words. */
export function sumsText(sums: DrillSums): string {
  const { rounds, missed, unplayed } = sums;
  const vain = missed === 0 ? '' : ` In ${missed} of ${rounds} the fault did not take hold.`;
  const off = unplayed === 0 ? '' : ` ${unplayed} of ${rounds} broke off.`;
  return `${rounds - unplayed} rounds: ${verdict(sums)}${vain}${off}`;
}

/** A round in a line. */
export function lineOf(round: DrillRound, number: number): string {
  const said = round.took || isWrong(round) ? verdict(round) : 'MISSED: what was broken changed nothing, so that this round shows nothing.';
  return `${number}. ${round.fault}: ${round.did}. ${round.saw}. ${said} (${(round.wallMs / 1000).toFixed(1)} s)`;
}

function isWrong(counts: Counts): boolean {
  return names.some((name) => counts[name] > 0);
}

function verdict(counts: Counts): string {
  const { lost, rerun, doubleCharged, wrongBytes } = counts;
  return !isWrong(counts)
    ? 'Nothing was lost, run twice, charged twice or wrong.'
    : `WRONG: ${lost} lost, ${rerun} run twice, ${doubleCharged} charged wrongly, ${wrongBytes} with wrong bytes.`;
}
