import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace } from './records.ts';
import { leaseGranted } from './testing/lead.ts';
import { completionOf, problemOf } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner } from './testing/with-runner.ts';

const server = serverOfTests();

const [leaseMs, hourMs] = [60_000, 3_600_000];

test('H1, H2: attempts that ended long ago go a few at a time, those of tasks that wait or run stay, and what was charged does not change', async () => {
  const { records, sql, runnerId } = await openWithRunner(server, ['a', 'b', 'c', 'd', 'e']);
  const leases = await leaseGranted(records, { runnerId, max: 4, leaseMs });
  const [done, failed, waits] = leases;
  if (done === undefined || failed === undefined || waits === undefined) return assert.fail('three leases are wanted');
  await records.completeTask({ ...completionOf(done), runnerId });
  for (const [lease, code] of [[failed, 'media-invalid'] as const, [waits, 'program-failed'] as const])
    await records.failTask({ runnerId, key: lease.task.key, fence: lease.fence, problem: problemOf(code) });
  const sums = () =>
    sql(`select kind, sum(slot_ms)::float8 as slot_ms from spend_entry where kind in ('settle', 'estimate') group by kind order by kind`);
  const [charged, attempts] = [await sums(), async () => (await sql('select key from attempt order by key')).map(({ key }) => key)];
  assert.deepEqual(await records.pruneHistory({ olderMs: hourMs, most: 100 }), { removed: 0, next: null });
  await sql(`update attempt set started_at = started_at - interval '1 day', ended_at = ended_at - interval '1 day'`);
  await sql(`update outbox set created_at = created_at - interval '4 days' where topic like 'build.%'`);
  let removed = 0;
  let calls = 0;
  for (let from: bigint | undefined, more = true; more; calls++) {
    const pruned = await records.pruneHistory({ olderMs: hourMs, most: 2, ...(from !== undefined && { after: from }) });
    removed += pruned.removed;
    from = pruned.next ?? undefined;
    more = pruned.next !== null;
  }
  assert.deepEqual([removed, calls], [2, 3], 'of four attempts two at a time, and then none');
  assert.deepEqual(await attempts(), [waits.task.key, leases[3]?.task.key].sort());
  assert.deepEqual(await sums(), charged);
  const left = await sql('select kind from spend_entry where fence in ($1, $2)', [done.fence, failed.fence]);
  assert.deepEqual(left, [{ kind: 'settle' }]);
  const topics = (await sql('select distinct topic from outbox order by topic')).map(({ topic }) => topic);
  assert.ok(!topics.some((topic) => String(topic).startsWith('build.')) && topics.includes('task.ended'), topics.join());
  assert.deepEqual(
    await records.renewLeases({
      runnerId,
      leases: leases.slice(3).map(({ task, fence }) => ({ key: task.key, fence, percent: 1 })),
      leaseMs,
    }),
    [],
  );
});

test('H2: however many changes there are, those that are old are gone after one call', async () => {
  const { records, sql } = await server.open();
  await sql(
    `insert into outbox (workspace_id, topic, body, created_at)
     select $1, 'build.running', '{}', now() - case when n > 250 then interval '1 day' else interval '4 days' end from generate_series(1, 270) n`,
    [defaultWorkspace],
  );
  await records.pruneHistory({ olderMs: hourMs, most: 10 });
  assert.deepEqual(await sql(`select count(*)::int as left from outbox`), [{ left: 20 }]);
});
