import { toProblem } from '@filmwright/contracts';
import { bordersOf, HandedBack } from './borders.ts';
import { createFairShares, type Used } from './fair-shares.ts';
import type { BatchEnd, BatchMember } from './messages.ts';
import { type Place, type Ran, runTask, runTogether } from './run-task.ts';

/** What is asked of a batch while it runs. */
export type BatchControl = {
  /** Aborted for a task that nobody wants any more. */
  readonly dropped: readonly AbortSignal[];
  /** Whether a task is to be handed back at its next border. */
  readonly askedBack: (task: number) => boolean;
};

type Batch = {
  readonly members: readonly BatchMember[];
  readonly control: BatchControl;
  readonly place: Omit<Place, 'progress' | 'preview' | 'borders' | 'dropped'>;
  readonly tell: (task: number) => Pick<Place, 'progress' | 'preview'>;
  /** What was used since the batch began. */
  readonly used: () => Used;
};

/**
 * Runs tasks as one, or one after the other where their kind cannot; each ends by itself, with its own result, fault or border, and an equal part of what
 * was used while it ran. Throws where there is no room on the disk: what lost it may still write.
 */
export async function runBatch({ members, control, place, tell, used }: Batch): Promise<readonly BatchEnd[]> {
  const shares = createFairShares(members.length, used);
  const placeOf = (at: number): Place => ({
    ...place,
    ...tell(at),
    dropped: control.dropped[at] as AbortSignal,
    borders: bordersOf({ resume: members[at]?.resume, asked: () => control.askedBack(at) }),
  });
  const endOf = async (at: number, run: () => Promise<Ran>): Promise<BatchEnd> => {
    try {
      if (control.dropped[at]?.aborted) throw control.dropped[at].reason;
      return { ...(await run()), ...shares.end(at) };
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'disk-full') throw error;
      return { ...(error instanceof HandedBack ? { resume: error.resume } : { problem }), ...shares.end(at) };
    }
  };
  const seats = members.map(({ task }, at) => ({ task, place: placeOf(at) }));
  const together = runTogether(seats);
  if (together !== null) return Promise.all(together.map((run, at) => endOf(at, run)));
  const ends: BatchEnd[] = [];
  for (const [at, { task, place: there }] of seats.entries()) ends.push(await endOf(at, () => runTask(task, there)));
  return ends;
}
