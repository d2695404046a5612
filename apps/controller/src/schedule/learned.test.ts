import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, leaseOf, offer, order, progress, scheduledServer, start, task, until } from './testing/scheduling.ts';

const { open } = scheduledServer();

type FollowUpRow = { readonly kind: string; readonly done: number; readonly came: readonly { readonly count: number }[] };

test('A6: whoever leads next goes on from what the one before found to follow, and finds anew what it cannot read', async (context) => {
  const opened = await open();
  const { records, sql } = opened;
  const stopFirst = start(context, opened);
  const { runnerId } = await records.joinRunner(offer('one'));
  const complete = async () => records.completeTask(done(runnerId, await leaseOf(opened, runnerId)));
  const found = async (atLeast: number) =>
    until(async () => {
      const rows = (await records.learnedFollowUps()) as readonly FollowUpRow[];
      return rows.find((row) => row.kind.startsWith('subtitles 7|') && row.done >= atLeast);
    }, 'what was found to follow');
  const [first, second] = [task('first'), task('second')];
  const buildId = await order(opened, [first]);
  await complete();
  const rows = [first, second].map(({ key, kind, estimateMs }) => ({ address: key, kind, key, estimateMs, reused: false }));
  await records.savePlan({ buildId, rows, ready: [second], progress });
  await complete();
  const { came } = await found(1.5);
  assert.equal(came.length, 1);
  await stopFirst();
  await sql(`insert into follow_up (kind, done, came) select 'of another shape ' || kind, done, '{"then": 1}' from follow_up`);
  start(context, opened);
  await order(opened, [task('third')]);
  await complete();
  const next = await found(2.5);
  assert.ok((next.came[0]?.count ?? 0) > 0.9, 'what came is still known');
});
