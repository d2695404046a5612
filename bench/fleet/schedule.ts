import { runSchedule } from '../../apps/controller/src/schedule/run-schedule.ts';
import type { OpenedRecords } from '../../packages/records/src/index.ts';

/** Schedules as the controller does, in this process; returns how to stop. */
export async function schedule(records: OpenedRecords): Promise<() => Promise<void>> {
  const ending = new AbortController();
  const log = (level: string, message: string, fields?: object) => {
    if (level !== 'info') console.error(message, fields);
  };
  const running = runSchedule({ records, nowMs: () => performance.now(), log, signal: ending.signal });
  return async () => {
    ending.abort();
    await running;
  };
}
