import type { Task } from '@filmwright/contracts';
import type { OutboxPosition } from '../schedule-store.ts';
import { epochOf } from './lead.ts';
import { someBuild, someOffer, someTask } from './made-up.ts';
import type { TestRecords, TestServer } from './test-server.ts';

type Tasks = readonly (string | Task)[];

/** Records of their own with what `addRunner` adds. */
export async function openWithRunner(server: Pick<TestServer, 'open'>, tasks: Tasks) {
  return addRunner(await server.open(), tasks);
}

/** Orders a build of these tasks, of which a key stands for `someTask`, and lets one runner in that could do those; the test leads from then on. */
export async function addRunner(opened: TestRecords, tasks: Tasks) {
  const build = await someBuild(opened.records, { tasks: tasks.map((task) => (typeof task === 'string' ? someTask(task) : task)) });
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
