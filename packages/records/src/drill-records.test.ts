import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultWorkspace } from './records.ts';
import { leaseGranted } from './testing/lead.ts';
import { completionOf, rowFor, someOffer, someProgress, someTask } from './testing/made-up.ts';
import { serverOfTests } from './testing/test-server.ts';

const { records, sql } = await serverOfTests().open();

const digest = (letter: string): string => `sha256-${letter.repeat(64)}`;
const soon = (): Date => new Date(Date.now() + 60_000);

/** A drill with a credential, a runner and a build of three tasks: one is done, the runner has the next, and the last waits. */
async function drilled(pool: string) {
  const drill = await records.addDrill({ pool });
  await records.addRunnerToken({ secretHash: `token of ${pool}`, pool, expiresAt: soon() });
  const credential = await records.exchangeRunnerToken({ tokenHash: `token of ${pool}`, secretHash: `secret of ${pool}`, name: pool });
  const { runnerId } = await records.joinRunner(someOffer({ name: pool, pool }));
  await records.bindRunner({ runnerId, credentialId: credential.id });
  const document = { title: pool };
  const build = await records.createBuild({
    ...{ workspaceId: drill.id, title: pool, document, files: {}, purpose: 'drill', atMs: null, pool },
  });
  const ready = [`${pool}-a`, `${pool}-b`, `${pool}-c`].map((key) => someTask(key));
  const rows = ready.map((task) => rowFor(task, { address: task.key }));
  await records.savePlan({ buildId: build.id, rows, ready, progress: someProgress });
  const leases = await leaseGranted(records, { runnerId, max: 2, leaseMs: 20_000 });
  assert.equal(leases.length, 2);
  const [lease] = leases;
  if (lease === undefined) throw new Error('a task was given');
  const [own, shared] = [digest('a'), digest('b')].map((each) => ({ digest: each, bytes: 3, mediaType: 'text/plain' }));
  await records.putAsset({ workspaceId: defaultWorkspace, digest: digest('b'), bytes: 3, mediaType: 'text/plain' });
  await records.completeTask({ ...completionOf(lease), assets: [own, shared].flatMap((asset) => asset ?? []), runnerId });
  return { drill, build, runnerId, done: lease.task.key, left: leases[1]?.task.key };
}

test('N1: a pool that anybody uses is refused, with who does', async () => {
  const { id } = await records.addDrill({ pool: 'mine' });
  await assert.rejects(records.addDrill({ pool: 'mine' }), /not free for a drill: another drill, begun/);
  await records.joinRunner(someOffer({ name: 'worker', pool: 'busy' }));
  await assert.rejects(records.addDrill({ pool: 'busy' }), /the runner worker is in it/);
  await sql(`insert into pool_state (name, body) values ('elastic', '{}')`);
  await assert.rejects(records.addDrill({ pool: 'elastic' }), /machines are brought for it/);
  await records.addRunnerToken({ secretHash: 'away', pool: 'away', expiresAt: soon() });
  const away = await records.exchangeRunnerToken({ tokenHash: 'away', secretHash: 'of away', name: 'gone-home' });
  await assert.rejects(records.addDrill({ pool: 'away' }), /of the runner gone-home lets into it/);
  await records.revokeCredential(away.id);
  for (const { pool } of [{ pool: 'away' }, { pool: 'other' }])
    await records.removeDrill({ id: (await records.addDrill({ pool })).id, removeBytes: async () => {} });
  assert.deepEqual(
    (await records.listDrills()).map(({ pool }) => pool),
    ['mine'],
  );
  await records.removeDrill({ id, removeBytes: async () => {} });
  assert.equal((await sql(`select id from runner_credential where pool = 'away'`)).length, 1, 'what was there before stays');
});

test('a drill tells its runners, what they have to do and its builds', async () => {
  const { drill, build, runnerId, left } = await drilled('telling');
  const state = await records.drillState(drill.id);
  assert.deepEqual(state?.runners, [{ id: runnerId, name: 'telling', pid: someOffer().pid }]);
  assert.deepEqual(state?.tasks, [
    { key: left, build: build.id, runner: runnerId },
    { key: 'telling-c', build: build.id, runner: null },
  ]);
  assert.deepEqual(state?.builds, [{ id: build.id, state: 'running', endedAt: null, problem: null }]);
  assert.equal(await records.drillState(defaultWorkspace), null, 'what is no drill is none');
  await records.removeDrill({ id: drill.id, removeBytes: async () => {} });
});

test('N2, N3: with a drill goes all that it made, and nothing that another names', async () => {
  const { drill } = await drilled('leaving');
  assert.equal((await records.findCredential('secret of leaving'))?.workspaceId, drill.id, 'what its runners send is of the drill');
  assert.ok(Object.keys(await rowsOf(drill.id)).length > 9, 'it has made something');
  const removed: string[] = [];
  assert.equal(await records.removeDrill({ id: defaultWorkspace, removeBytes: async () => {} }), null, 'only a drill is removed');
  const counts = await records.removeDrill({ id: drill.id, removeBytes: async (each) => void removed.push(each) });
  assert.deepEqual(counts, { builds: 1, credentials: 1, assets: 2, assetsLeft: 0 });
  assert.deepEqual(removed, [digest('a')]);
  assert.deepEqual(await rowsOf(drill.id), {});
  assert.deepEqual(await sql(`select digest from asset where workspace_id = $1`, [defaultWorkspace]), [{ digest: digest('b') }]);
  for (const table of ['runner_token', 'runner_credential', 'runner'])
    assert.deepEqual(await sql(`select id from ${table} where pool = 'leaving'`), [], table);
  assert.equal(await records.findCredential('secret of leaving'), null);
  assert.equal(await records.drillState(drill.id), null);
});

test('N3: while a backup runs bytes are left to the next sweep', async () => {
  const { drill } = await drilled('waiting');
  await sql('select pg_advisory_lock(706170003)');
  const removeBytes = async (): Promise<void> => assert.fail('nothing is removed');
  const counts = await records.removeDrill({ id: drill.id, removeBytes }).finally(() => sql('select pg_advisory_unlock(706170003)'));
  assert.deepEqual(counts, { builds: 1, credentials: 1, assets: 2, assetsLeft: 2 });
});

/** How many rows of each table are of a workspace; what was said of it in the outbox is pruned by itself. */
async function rowsOf(id: string): Promise<Readonly<Record<string, number>>> {
  const tables = await sql(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'workspace_id' and table_name <> 'outbox'`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of [...tables, { name: 'workspace' }]) {
    const column = name === 'workspace' ? 'id' : 'workspace_id';
    const [found] = await sql(`select count(*)::int as rows from ${String(name)} where ${column} = $1`, [id]);
    if (Number(found?.rows) > 0) counts[String(name)] = Number(found?.rows);
  }
  return counts;
}
