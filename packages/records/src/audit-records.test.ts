import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseGranted } from './testing/lead.ts';
import { completionOf, problemOf } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

/** A build of two tasks: one is done at once, the other after a failure and a loss. */
async function worked() {
  const opened = await openWithRunner(server, ['smooth', 'rough']);
  const { records, sql, runnerId } = opened;
  const lease = () => leaseGranted(records, { runnerId, max: 2, leaseMs: 20_000 });
  for (const one of await lease())
    if (one.task.key === 'smooth') await records.completeTask({ ...completionOf(one), runnerId });
    else await records.failTask({ key: 'rough', fence: one.fence, runnerId, problem: problemOf('task-failed') });
  await sql(`update task set ready_at = now() where key = 'rough'`);
  await lease();
  await sql(`update attempt set lease_until = now() - interval '1 second' where ended_at is null`);
  await records.expireLeases();
  for (const one of await lease()) await records.completeTask({ ...completionOf(one), runnerId });
  return opened;
}

test('an honest ledger is found in order, whatever happened on the way, also once its attempts are not kept any more', async () => {
  const { records, build, sql } = await worked();
  const { tasks, attempts, ...found } = await records.auditBuild(build.id);
  assert.deepEqual(found, { lost: [], rerun: [], wronglyCharged: [] });
  assert.deepEqual(attempts, { done: 2, failed: 1, lost: 1 });
  assert.deepEqual(
    tasks.map(({ key, state, digest }) => ({ key, state, digest })),
    ['rough', 'smooth'].map((key) => ({ key, state: 'done', digest: `sha256-of-${key}` })),
  );

  await sql(`update attempt set started_at = started_at + interval '1 hour'`);
  assert.deepEqual((await records.auditBuild(build.id)).rerun, [], 'when a clock jumped back between beginnings and ends');
  await sql(`update attempt set started_at = started_at - interval '2 years', ended_at = ended_at - interval '2 years'`);
  assert.equal((await records.pruneHistory({ olderMs: 365 * 86_400_000, most: 100 })).removed, 4);
  const { lost, rerun, wronglyCharged } = await records.auditBuild(build.id);
  assert.deepEqual({ lost, rerun, wronglyCharged }, { lost: [], rerun: [], wronglyCharged: [] }, 'when its attempts went with the years');
  await sql(`update spend_entry set fence = fence + 1000 where key = 'rough' and kind = 'settle'`);
  assert.deepEqual((await records.auditBuild(build.id)).wronglyCharged, ['rough'], 'charged for another attempt');
});

const wrongs: readonly { readonly what: string; readonly text: string; readonly list: 'lost' | 'rerun' | 'wronglyCharged' }[] = [
  { what: 'a task that never ended', text: `update task set state = 'waiting' where key = 'rough'`, list: 'lost' },
  { what: 'two completions', text: `update attempt set outcome = 'done' where key = 'rough'`, list: 'rerun' },
  {
    what: 'an attempt after the end',
    text: `update attempt set fence = fence + 1000 where key = 'rough' and outcome = 'lost'`,
    list: 'rerun',
  },
  {
    what: 'a second charge',
    text: `insert into spend_entry (workspace_id, key, fence, kind, gpu_ms, slot_ms, credits)
      select workspace_id, key, fence, 'settle', 0, 1, 1 from attempt where key = 'rough' and outcome = 'lost'`,
    list: 'wronglyCharged',
  },
  { what: 'no charge', text: `delete from spend_entry where key = 'rough' and kind = 'settle'`, list: 'wronglyCharged' },
  { what: 'another time', text: `update spend_entry set slot_ms = 99 where key = 'rough' and kind = 'settle'`, list: 'wronglyCharged' },
  { what: 'a reserve that is kept', text: `delete from spend_entry where key = 'rough' and kind = 'refund'`, list: 'wronglyCharged' },
];

for (const { what, text, list } of wrongs)
  test(`an audit finds ${what}`, async () => {
    const { records, build, sql } = await worked();
    await sql(text);
    assert.deepEqual((await records.auditBuild(build.id))[list], ['rough']);
  });
