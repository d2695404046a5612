import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseGranted } from './testing/lead.ts';
import { completionOf, someBuild, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner, tailed } from './testing/with-runner.ts';

const server = serverOfTests();

test('what was prepared goes on once a newer program has added columns', async () => {
  const { records, runnerId, sql } = await openWithRunner(server, ['first']);
  const work = async (key: string): Promise<void> => {
    const { id, workspaceId } = await someBuild(records, { tasks: [someTask(key)], document: key });
    assert.equal((await records.getBuild(id, workspaceId))?.state, 'running');
    assert.deepEqual(
      (await records.activeAmong([id])).map(({ document }) => document),
      [key],
    );
    assert.deepEqual((await records.offers()).length, 1);
    const { position } = await records.fleetSnapshot();
    const [lease] = await leaseGranted(records, { runnerId, max: 1, leaseMs: 60_000 });
    assert.ok(lease);
    await records.renewLeases({ runnerId, leases: [{ key: lease.task.key, fence: lease.fence, percent: 5 }], leaseMs: 60_000 });
    await records.completeTask({ ...completionOf(lease), runnerId });
    assert.equal((await records.results([lease.task.key], workspaceId)).get(lease.task.key)?.state, 'done');
    assert.deepEqual((await tailed({ records }, position)).told.at(-1), `${lease.task.key} done after done`);
    await records.cancelBuild(id, workspaceId);
  };
  // Each connection has prepared them.
  for (const key of ['a', 'b', 'c']) await work(key);
  await Promise.all(['d', 'e', 'f', 'g'].map((key) => someBuild(records, { tasks: [someTask(key)], document: key })));
  const tables = await sql(`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`);
  for (const { name } of tables) await sql(`alter table ${name} add column later int`);
  for (const key of ['h', 'i', 'j']) await work(key);
});
