import type { Problem, RunnerMemory } from '@filmwright/contracts';

/** A try that failed, as its task keeps it. Instants are ISO 8601. */
export type Failure = {
  readonly runner: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly percent: number;
  /** How many others its runner had then. */
  readonly beside: number;
  readonly detail: string;
};

/**
 * A try whose runner was lost: `beside` how many others, and the first of those in the order of `neighbours`, their workspaces and keys; `memory` as the runner
 * told it last. None of these is known of tries by older versions, memory of older runners neither.
 */
export type Loss = {
  readonly runner: string | null;
  readonly runnerId?: string | null;
  readonly memory?: RunnerMemory | null;
  readonly startedAt: string;
  readonly heardAt: string | null;
  readonly percent?: number;
  readonly beside?: number;
  readonly neighbours?: readonly string[];
};

/** A task whose runners were lost, or that failed in a way that may pass, is tried on so many, or so often where there are no more. */
export const mostAttempts = 3;
/** So often it is tried at most, wherever. */
export const mostTries = 6;
/** After so many losses it runs alone, so that it is seen whether it was at fault. */
export const lossesUntilAlone = 2;

/** A runner may have had thousands; in one order, the first of them tell those that had the same from others. */
export const mostNeighbours = 20;

/** Whether a task is what its runners were lost by, as far as anybody can know: nothing else was there each time. */
export function isAtFault(losses: readonly Loss[]): boolean {
  if (losses.length < mostAttempts) return false;
  if (losses.length >= mostTries) return true;
  const [first = [], ...others] = losses.map(({ neighbours = [] }) => neighbours);
  return !first.some((each) => others.every((those) => those.includes(each)));
}

/** The problem of a task that is tried no more, with what happened at each try before. */
export function failedProblem(problem: Problem, failures: readonly Failure[]): Problem {
  const before = failures.slice(0, -1);
  const last = failures.at(-1);
  if (before.length === 0 || last === undefined) return problem;
  const told = failures.map((failure) => {
    const { runner, startedAt, endedAt, percent, beside, detail } = failure;
    const where = `${runner ?? 'a runner'} from ${new Date(startedAt).toISOString()} for ${secondsBetween(startedAt, endedAt)} s, at ${Math.round(percent)} %, ${besideText(beside)}`;
    return failure === last || detail === last.detail ? where : `${where}: ${detail}`;
  });
  return { ...problem, detail: `${problem.detail} It failed ${failures.length} times: ${told.join('; ')}.` };
}

/** Whole seconds from one instant to another, 0 where it lies before. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
}

/** Whether a task had its runner to itself, in words. */
export function besideText(count: number): string {
  return count === 0 ? 'alone' : `beside ${count} ${count === 1 ? 'other' : 'others'}`;
}

/** How long after as many failed tries a task comes again: 1, 4, then 16 s. */
export const retryAfter = (tries: string): string => `power(4, least(${tries}, 3) - 1) * interval '1 second'`;
/** What is to wait for longer was written by a clock that was ahead. */
export const longestRetryMs = 16_000;
