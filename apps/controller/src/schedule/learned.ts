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
type Saving = {
  readonly records: Pick<ScheduleStore, 'saveLearned' | 'saveFollowUps'>;
  readonly nowMs: () => number;
  readonly followUpsMs: number;
};

/** What writes what was found since it was written last: times at each call, and what follows, which takes more room and changes slowly, every `followUpsMs`. */
export function learnedWriter({ records, nowMs, followUpsMs }: Saving): (leading: Leading) => Promise<void> {
  let nextMs = nowMs();
  return async ({ state, epoch }) => {
    await records.saveLearned(takeLearned(state), { epoch });
    if (nowMs() < nextMs) return;
    await records.saveFollowUps(takeFollowUps(state), { epoch });
    nextMs = nowMs() + followUpsMs;
  };
}
