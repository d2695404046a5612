import type { OutboxPosition } from '../schedule-store.ts';
import { epochOf } from './lead.ts';
import { someBuild, someOffer, someTask } from './made-up.ts';
import type { TestRecords, TestServer } from './test-server.ts';

/** Records of their own with a build of these tasks and one runner that could do them. */
export async function openWithRunner(server: TestServer, keys: readonly string[]) {
  const opened = await server.open();
  const build = await someBuild(opened.records, { tasks: keys.map((key) => someTask(key)) });
  const { runnerId } = await opened.records.joinRunner(someOffer());
  return { ...opened, build, runnerId, epoch: await epochOf(opened.records) };
}

/** Keys and ends of what the outbox says since a position. */
export async function tailed({ records }: Pick<TestRecords, 'records'>, after: OutboxPosition) {
  const { events, position, more } = await records.tailOutbox(after);
  const told = events.map((event) =>
    event.type === 'task'
      ? `${event.task.key} ${event.task.state}${event.ended === null ? '' : ` after ${event.ended.outcome}`}`
      : event.type,
  );
  return { told, position, more };
}
