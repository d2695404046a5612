import type { ScheduleStore } from '@filmwright/records';
import { type Change, readFollowUps, type State, takeFollowUps, takeLearned } from '@filmwright/scheduler';

/** What leaders before found, as the scheduler takes it. What cannot be read is found anew. */
export async function learnedChanges(records: Pick<ScheduleStore, 'learnedTimes' | 'learnedFollowUps'>): Promise<readonly Change[]> {
  const times = (await records.learnedTimes()).map((time): Change => ({ type: 'learned', time }));
  const followed = (await records.learnedFollowUps()).flatMap((left): Change[] => {
    const followUps = readFollowUps(left);
    return followUps === null ? [] : [{ type: 'followed', followUps }];
  });
  return [...times, ...followed];
}

type Leading = { readonly state: State; readonly epoch: number };

/** Writes what was found since it was written last. */
export async function saveLearned(records: Pick<ScheduleStore, 'saveLearned' | 'saveFollowUps'>, { state, epoch }: Leading): Promise<void> {
  await records.saveLearned(takeLearned(state), { epoch });
  await records.saveFollowUps(takeFollowUps(state), { epoch });
}
