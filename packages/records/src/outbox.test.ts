import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { defaultWorkspace } from './records.ts';
import { epochOf, leaseGranted } from './testing/lead.ts';
import { completionOf, problemOf, someBuild, someOffer, someTask } from './testing/made-up.ts';
import { rowsRead } from './testing/rows-read.ts';
import { serverOfTests } from './testing/test-server.ts';
import { openWithRunner, tailed } from './testing/with-runner.ts';

const server = serverOfTests();

const leaseMs = 60_000;

test('A4: the snapshot and what the outbox says from then on is all that happens, nothing twice, also of a transaction that ends late', async () => {
  const { records, runnerId, sql, connectionString } = await openWithRunner(server, ['a', 'b', 'c']);
  const { position } = await records.fleetSnapshot();
  let from = (await tailed({ records }, position)).position;
  const next = async () => {
    const { told, position: now } = await tailed({ records }, from);
    from = now;
    return told;
  };
  const slow = new pg.Client({ connectionString });
  await slow.connect();
  await slow.query('begin');
  await slow.query(`update workspace set weight = 4`);
  const [a, b] = await leaseGranted(records, { runnerId, max: 2, leaseMs });
  assert.ok(a && b);
  await records.completeTask({ ...completionOf(a), runnerId });
  assert.deepEqual(await next(), ['a done after done'], 'what is committed is told although an older transaction still runs');
  await records.failTask({ runnerId, key: b.task.key, fence: b.fence, problem: problemOf('program-failed') });
  assert.deepEqual(await next(), ['b waiting after failed']);
  await slow.query('commit');
  await slow.end();
  assert.deepEqual(await next(), ['workspace']);
  const two = await records.joinRunner(someOffer({ name: 'two' }));
  await records.drainRunner(two.runnerId);
  await records.drainRunner(two.runnerId);
  assert.deepEqual(await next(), ['runner', 'runner'], 'L9: a drain is told once');
  const rest = { name: 'two', failures: 3, restMs: 30_000, untilInMs: 20_000 };
  await records.saveRests([rest], { epoch: await epochOf(records) });
  await records.wakeRunner(two.runnerId);
  assert.deepEqual(await next(), ['woken']);
  assert.deepEqual((await records.fleetSnapshot()).rests, [], 'the next that leads does not begin with it');
  await records.leaveRunner(runnerId);
  assert.deepEqual(await next(), ['runner']);
  assert.deepEqual(await next(), []);
  const topics = () => sql(`select topic from outbox where topic not like 'build.%'`);
  const [before, epoch, later] = [await topics(), await epochOf(records), await records.takeLead()];
  await records.pruneFleet({ epoch, from: 0n, before: from.xid });
  assert.deepEqual(await topics(), before, 'who led before removes nothing that the next may not have read');
  await records.pruneFleet({ epoch: later, from: 0n, before: from.xid });
  assert.deepEqual(await topics(), []);
});

test('A4: of many changes of one transaction those that were told are not read again', async () => {
  const { records, sql } = await server.open();
  let { position: from } = await records.fleetSnapshot();
  await sql(
    `insert into outbox (workspace_id, topic, key, body) select $1, 'task.withdrawn', 'k' || n, '{}' from generate_series(1, 12000) n`,
    [defaultWorkspace],
  );
  const keys: string[] = [];
  let parts = 0;
  for (let more = true; more; parts++) {
    const read = await records.tailOutbox(from);
    for (const event of read.events) if (event.type === 'task') keys.push(event.task.key);
    ({ position: from, more } = read);
    assert.equal(from.seen.size, 0, 'what ended is gone on behind');
  }
  assert.deepEqual([keys.length, new Set(keys).size, parts], [12_000, 12_000, 3]);
});

test('A4: more changes than are read at once are told in parts', async () => {
  const { records } = await server.open();
  const { position } = await records.fleetSnapshot();
  await someBuild(records, { tasks: Array.from({ length: 7000 }, (_, at) => someTask(`k${at}`)) });
  const keys = new Set<string>();
  let count = 0;
  for (let from = position, more = true; more; ) {
    const read = await records.tailOutbox(from);
    for (const event of read.events) if (event.type === 'task') keys.add(event.task.key);
    count += read.events.length;
    from = read.position;
    more = read.more;
  }
  assert.deepEqual([keys.size, count], [7000, 7000]);
});

test('A4: a cancelled build withdraws what waits and ends what runs', async () => {
  const { records, runnerId, build } = await openWithRunner(server, ['a', 'b']);
  await leaseGranted(records, { runnerId, max: 1, leaseMs });
  const { position } = await records.fleetSnapshot();
  const { position: from } = await tailed({ records }, position);
  await records.cancelBuild(build.id);
  const { told } = await tailed({ records }, from);
  assert.deepEqual(told.sort(), ['a waiting', 'a waiting after returned', 'b waiting']);
  const snapshot = await records.fleetSnapshot();
  assert.deepEqual(snapshot.tasks, []);
});

test('of one change one task is read, however many there are', async () => {
  const { records, sql } = await server.open();
  await someBuild(records, { tasks: Array.from({ length: 1000 }, (_, at) => someTask(`many${at}`)) });
  await sql('analyze');
  const { position } = await records.fleetSnapshot();
  await someBuild(records, { tasks: [someTask('one')] });
  const read = async () => {
    const rows = await rowsRead({ sql }, ['task', 'attempt']);
    const [row] = await sql(`select sum(idx_scan)::int as looks from pg_stat_user_indexes where relname = 'outbox'`);
    return { rows, looks: Number(row?.['looks']) };
  };
  const before = await read();
  assert.deepEqual((await tailed({ records }, position)).told, ['one waiting']);
  const after = await read();
  assert.ok(after.looks > before.looks, 'the look at the outbox is counted');
  assert.ok(after.rows - before.rows < 20, `${after.rows - before.rows} rows were read for one task`);
});
